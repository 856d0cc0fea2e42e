"""The face of a batch: by which classes, or by which pupil, people know it."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Min

from schoolloket.core import clock
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from students.school_years import SchoolYear

from .models import Batch, BatchItem
from .print_order import collated

# More classes than this are counted.
MOST_NAMED = 3


def class_name(class_code: str | None) -> str:
    """Return the class as a heading names it. None: an item older than that column."""
    if class_code is None:
        return "klas onbekend"
    return class_code or "zonder klas"


def faces_of(institution: Institution, batches: Collection[Batch]) -> dict[UUID, str]:
    """Return batch id -> its face: `6A (18)`, `6A, 6B (41)`, or the name of its only pupil.

    The classes are those that the preview showed, of the pupils who were done. A batch in which
    nobody was done has no face. Two queries, however many batches there are.
    """
    done = BatchItem.objects.done().filter(batch__in=[batch.pk for batch in batches])
    counts = done.order_by().values("batch", "class_code")

    classes: dict[UUID, dict[str | None, int]] = {}
    only_pupils: dict[UUID, int] = {}
    for group in counts.annotate(pupils=Count("pk"), pupil=Min("student")):
        classes.setdefault(group["batch"], {})[group["class_code"]] = group["pupils"]
        only_pupils[group["batch"]] = group["pupil"]

    alone = {pk: only_pupils[pk] for pk, found in classes.items() if sum(found.values()) == 1}
    names = _names(institution, alone.values())

    faces = {}
    for pk, found in classes.items():
        name = names.get(alone.get(pk, 0))
        faces[pk] = name or _of_classes(found)
    return faces


def face_of(batch: Batch) -> str:
    """Return the face of one batch, or an empty text where nobody was done."""
    return faces_of(batch.institution, [batch]).get(batch.pk, "")


def _names(institution: Institution, student_ids: Iterable[int]) -> dict[int, str]:
    """Return student id -> full name, of those whom the school may see (R11)."""
    day = clock.today()
    leading = Enrolment.objects.of(institution).leading(day, SchoolYear.of(day))
    found = leading.visible_on(day).filter(student__in=list(student_ids))
    return {enrolment.student_id: enrolment.full_name for enrolment in found}


def _of_classes(pupils: dict[str | None, int]) -> str:
    """`pupils`: class -> how many of its pupils were done."""
    in_order = sorted(pupils, key=lambda code: collated(code or ""))
    names = [class_name(code) for code in in_order]
    total = sum(pupils.values())

    if len(names) <= MOST_NAMED + 1:
        return f"{', '.join(names)} ({total})"

    others = len(names) - MOST_NAMED
    named = ", ".join(names[:MOST_NAMED])
    return f"{named} en {others} andere klassen ({total})"
