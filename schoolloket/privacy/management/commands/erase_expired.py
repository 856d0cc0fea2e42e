from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from schoolloket.core import clock
from schoolloket.privacy import actions


class Command(BaseCommand):
    help = (
        f"Erase the pupils without a running enrolment for {settings.ERASE_AFTER_MONTHS} months, "
        "with their LeerID. Kept are a row with the moment, and the reserved username."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{actions.erase_expired(clock.today())} students erased")
