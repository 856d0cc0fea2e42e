from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from schoolloket.demo import school
from schoolloket.institutions.models import Institution


class Command(BaseCommand):
    help = "Make the demo schools, unless the database holds an institution already."

    def handle(self, *args: Any, **options: Any) -> None:
        if Institution.objects.exists():
            return

        # All or nothing: after a run that was stopped half-way, the next one begins anew.
        with transaction.atomic():
            examples = school.build()

        self.stdout.write("\n  Pupils to try Mijn LeerID with (shown only once):")
        for example in examples:
            self.stdout.write(f"    {example}")
