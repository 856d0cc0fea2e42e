from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from credentials import actions
from students.actions import drop_expired as drop_expired_imports


class Command(BaseCommand):
    help = "Remove what was sealed for a while and whose time is over: passwords, import drafts."

    def handle(self, *args: Any, **options: Any) -> None:
        imports = drop_expired_imports(timezone.now())
        self.stdout.write(f"{actions.destroy_expired()} batches, {imports} imports")
