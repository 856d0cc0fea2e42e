from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.portal.actions.housekeeping import delete_expired as delete_expired_portal
from credentials.actions import retention
from schoolloket.institutions.models import Tally
from students.importing.actions import drop_expired as drop_expired_imports


class Command(BaseCommand):
    help = "Remove sealed passwords, drafts and sessions whose time is over."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        delete_expired_portal(now)
        Tally.objects.over(now).delete()
        imports = drop_expired_imports(now)
        batches = retention.destroy_expired()

        self.stdout.write(f"{batches} batches, {imports} imports")
