from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandParser

from accounts.portal.actions.housekeeping import end_sessions_and_links
from credentials import save_log
from credentials.actions import retention
from credentials.restore import described, lost_students
from students.importing.actions import drop_pending

REFUSED_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Run on a backup that was put back, before it serves: destroys the batches that wait to be "
        "printed, ends all sessions, and lists the pupils whose sheets do not fit any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", type=Path, help="the desk's log since the backup")
        parser.add_argument(
            "--unsigned",
            action="store_true",
            help="believe lines of before they were signed too: only where nobody else could write",
        )

    def handle(self, *args: Any, log: Path | None, unsigned: bool = False, **options: Any) -> None:
        batches = retention.destroy_pending()
        imports = drop_pending()
        Session.objects.all().delete()
        end_sessions_and_links()

        self.stderr.write(f"Destroyed {batches} batches and {imports} imports; sessions ended.")
        if log is None:
            self.stderr.write("Without --log nobody is listed.")
            return

        # A line ends where the desk ended it, and nowhere else.
        with log.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            reading = save_log.read(lines, unsigned=unsigned)
        if reading.refused:
            self.stderr.write(_summary_of_refused(reading.refused))

        lost = lost_students(reading.saves)
        for number, students in sorted(lost.items()):
            for line in described(number, students):
                self.stdout.write(line)


def _summary_of_refused(numbers: list[int]) -> str:
    """Return how many lines are not believed, and the numbers of the first ones."""
    shown = ", ".join(map(str, numbers[:REFUSED_SHOWN]))
    if len(numbers) > REFUSED_SHOWN:
        shown += ", ..."
    return (
        f"{len(numbers)} lines of saves are not the desk's own, or damaged, and are not believed; "
        f"lines {shown}."
    )
