from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandParser

from accounts.portal.actions.housekeeping import end_sessions_and_links
from credentials.actions import retention
from credentials.restore import described, lost_students
from students.importing.actions import drop_pending


class Command(BaseCommand):
    help = (
        "Run on a backup that was put back, before it serves: destroys the batches that wait to be "
        "printed, ends all sessions, and lists the pupils whose sheets do not fit any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", type=Path, help="the desk's log since the backup")

    def handle(self, *args: Any, log: Path | None, **options: Any) -> None:
        batches = retention.destroy_pending()
        imports = drop_pending()
        Session.objects.all().delete()
        end_sessions_and_links()

        self.stderr.write(f"Destroyed {batches} batches and {imports} imports; sessions ended.")
        if log is None:
            self.stderr.write("Without --log nobody is listed.")
            return

        with log.open(errors="replace") as lines:
            lost = lost_students(lines)

        for number, students in sorted(lost.items()):
            for line in described(number, students):
                self.stdout.write(line)
