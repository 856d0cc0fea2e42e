"""Where the pupils of a batch are enrolled, as the preview and the paper show it."""

from collections.abc import Iterable

from schoolloket.core import clock
from students.models import Enrolment, Student

from .models import Batch, BatchItem


def enrolments_of(batch: Batch, items: Iterable[BatchItem]) -> dict[int, Enrolment]:
    """Return student id -> the enrolment in the batch's institution, of its school year.

    A student whose enrolment there was withdrawn is missing. The enrolments of one who was merged
    into another are those of the other by now.
    """
    student_ids = [item.student_id for item in items]
    merged = Student.objects.filter(pk__in=student_ids, merged_into__isnull=False)
    survivors = dict(merged.values_list("pk", "merged_into"))

    leading = Enrolment.objects.of(batch.institution).leading(clock.today(), batch.year)
    of_these = leading.filter(student__in=[*student_ids, *survivors.values()])
    # With the student, whose official name is on paper.
    chosen = of_these.select_related("student")
    by_student = {enrolment.student_id: enrolment for enrolment in chosen}

    enrolments = {}
    for student_id in student_ids:
        person_id = survivors.get(student_id, student_id)
        if person_id in by_student:
            enrolments[student_id] = by_student[person_id]
    return enrolments
