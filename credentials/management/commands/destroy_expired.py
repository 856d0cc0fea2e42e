from typing import Any

from django.core.management.base import BaseCommand

from credentials import actions


class Command(BaseCommand):
    help = "Remove the passwords of drafts and printable batches whose time is over (R4)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{actions.destroy_expired()} batches")
