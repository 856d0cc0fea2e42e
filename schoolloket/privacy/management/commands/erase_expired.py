from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from schoolloket.core import clock
from schoolloket.institutions import access_log
from schoolloket.privacy import actions
from students.importing import actions as imports


class Command(BaseCommand):
    help = (
        f"Erase the pupils without a running enrolment for {settings.ERASE_AFTER_MONTHS} months, "
        "with their LeerID, and the rows of the access log that are older than "
        f"{access_log.KEPT_MONTHS} months. Of a pupil a row with the moment and the reserved "
        "username are kept."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        today = clock.today()
        self.stdout.write(f"{actions.erase_expired(today)} students erased")
        access_log.erase_old(today)
        imports.drop_old_claims()
