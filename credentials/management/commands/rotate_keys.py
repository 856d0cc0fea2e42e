from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentials.models import BatchItem
from schoolloket.core.vault import rotate
from schoolloket.institutions.second_factor.rotation import rotate_secrets
from students.models import ImportRun


class Command(BaseCommand):
    help = "Seal every secret anew with the first of VAULT_KEYS, while the desk goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        passwords = rotate(BatchItem.objects.all(), "sealed")
        imports = rotate(ImportRun.objects.all(), "sealed_rows")
        factors = rotate_secrets()
        self.stdout.write(
            f"{passwords.resealed} passwords, {imports.resealed} imports, "
            f"{factors.resealed} second factors"
        )

        locked = passwords.locked + imports.locked + factors.locked
        if locked:
            raise CommandError(
                f"{locked} could not be opened with any of VAULT_KEYS: give the missing older key."
            )
