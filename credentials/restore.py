"""After a backup was put back: the pupils whose printed sheets do not fit any more."""

import re
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from schoolloket.core import clock
from students.models import Enrolment

from .models import Batch

# A line of the log `credentials.saved`, which credentials/actions/saves.py writes. Before it may
# be what a log collector added.
SAVED = re.compile(
    r"credentials\.saved batch ([0-9a-f-]{36}) institution (\d{6}) students ([\d ]+)"
)


def lost_students(lines: Iterable[str]) -> dict[str, set[int]]:
    """Return institution number -> ids of the students in saves that the database does not know.

    `lines` are those of the desk's log. Batches are compared, not moments: neither clocks nor the
    hour of the backup matter.
    """
    known = set(Batch.objects.ever_saved().values_list("pk", flat=True))

    lost: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        found = SAVED.search(line)
        if found is None:
            continue

        batch_id, number, students = found.groups()
        if UUID(batch_id) not in known:
            lost[number].update(map(int, students.split()))

    return lost


def described(number: str, students: set[int]) -> list[str]:
    """Return a line per student: institution, class, stamnummer and name, as the school knows it.

    Students of an import after the backup are not in this database; those are counted.
    """
    enrolments = (
        Enrolment.objects.filter(institution__number=number, student__in=students)
        .leading_on(clock.today())
        .order_by("class_code", "last_name_key", "first_name_key")
    )
    lines = [
        f"{number}\t{enrolment.class_code}\t{enrolment.stamnummer}\t{enrolment.full_name}"
        for enrolment in enrolments
    ]

    missing = len(students) - len(lines)
    if missing:
        lines.append(
            f"{number}\t{missing} pupils who are not in this backup: import the list again"
        )

    return lines
