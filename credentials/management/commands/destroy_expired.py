from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.portal.actions.housekeeping import delete_expired as forget_portal
from credentials.actions import retention
from students.importing.actions import drop_expired as drop_expired_imports


class Command(BaseCommand):
    help = "Remove what was sealed for a while and whose time is over: passwords, drafts, sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        forget_portal(now)
        imports = drop_expired_imports(now)
        self.stdout.write(f"{retention.destroy_expired()} batches, {imports} imports")
