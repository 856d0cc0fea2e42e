"""After a backup was put back: the pupils whose printed sheets do not fit any more."""

from collections import defaultdict
from collections.abc import Iterable

from schoolloket.core import clock
from students.models import Enrolment
from students.school_years import SchoolYear

from .models import Batch
from .save_log import SavedLine


def lost_students(saves: Iterable[SavedLine]) -> dict[str, set[int]]:
    """Return institution number -> ids of the students in saves that the database does not know.

    Batches are compared, not moments: neither clocks nor the hour of the backup matter.
    """
    known = set(Batch.objects.ever_saved().values_list("pk", flat=True))

    lost: dict[str, set[int]] = defaultdict(set)
    for save in saves:
        if save.batch_id not in known:
            lost[save.institution] |= save.students
    return lost


def described(number: str, students: set[int]) -> list[str]:
    """Return a line per student: institution, class, stamnummer and name, as the school knows it.

    Students of an import after the backup are not in this database; those are counted.
    """
    today = clock.today()
    enrolments = (
        Enrolment.objects.filter(institution__number=number, student__in=students)
        .leading(today, SchoolYear.prepared_on(today))
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
