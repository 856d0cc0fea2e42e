"""Where the pupils of a batch are enrolled, as the preview and the paper show it."""

from collections.abc import Iterable

from schoolloket.core import clock
from students.models import Enrolment

from .models import Batch, BatchItem


def enrolments_of(batch: Batch, items: Iterable[BatchItem]) -> dict[int, Enrolment]:
    """Return student id -> the enrolment that leads today in the batch's institution.

    A student whose enrolment there was withdrawn is missing.
    """
    student_ids = [item.student_id for item in items]
    leading = Enrolment.objects.of(batch.institution).leading_on(clock.today())
    chosen = leading.filter(student__in=student_ids)

    return {enrolment.student_id: enrolment for enrolment in chosen}
