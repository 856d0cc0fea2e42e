"""After a backup was put back: whose printed sheets do not fit any more."""

import re
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from schoolloket.core import clock
from students.models import Enrolment

from .models import Batch

# A line of the log "credentials.saved", whatever stands before it.
SAVED = re.compile(
    r"credentials\.saved batch ([0-9a-f-]{36}) institution (\d{6}) students ([\d ]+)"
)


def lost_students(lines: Iterable[str]) -> dict[str, set[int]]:
    """Return the students, by institution number, of saves that the log tells and we do not know.

    Compares batches, not moments: clocks and the hour of the backup do not matter.
    """
    told = [found.groups() for found in map(SAVED.search, lines) if found]
    known = set(Batch.objects.ever_saved().values_list("pk", flat=True))
    lost: dict[str, set[int]] = defaultdict(set)
    for batch, number, students in told:
        if UUID(batch) not in known:
            lost[number].update(map(int, students.split()))
    return lost


def described(number: str, students: set[int]) -> list[str]:
    """Return a line per student: institution, class, stamnummer and name, as the school knows it.

    Who came with an import after the backup is not in this database; those are counted.
    """
    rows = Enrolment.objects.filter(institution__number=number, student__in=students)
    found = rows.leading_on(clock.today()).order_by("class_code", "last_name_key", "first_name_key")
    lines = [f"{number}\t{row.class_code}\t{row.stamnummer}\t{row.full_name}" for row in found]
    if missing := len(students) - len(lines):
        lines.append(
            f"{number}\t{missing} pupils who are not in this backup: import the list again"
        )
    return lines
