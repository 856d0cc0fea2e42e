"""The rows of the list: one student in one institution, with the status of the LeerID.

And how the school stands to the student: what it may know, and change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length

from schoolloket.core.exceptions import NothingSelected, TooManySelected, UnknownStudents
from schoolloket.institutions.models import Institution
from students.models import Enrolment, EnrolmentQuerySet

from .models import Account, Status

Rows = EnrolmentQuerySet


def enrolled(institution: Institution, day: date) -> Rows:
    """The students who are or will be enrolled: the list."""
    rows = leading(institution, day).running_or_ahead(day)
    return _with_status(rows, day)


def count_without_leerid(institution: Institution, day: date) -> int:
    """How many students the list shows with the status `Geen account`."""
    return leading(institution, day).running_or_ahead(day).filter(student__account=None).count()


def left(institution: Institution, day: date) -> Rows:
    """The students who left in the last 365 days, of whom nothing can be changed (R11)."""
    rows = leading(institution, day).visible_on(day).filter(ends_on__lt=day)
    return _with_status(rows, day)


def visible(institution: Institution, day: date) -> Rows:
    """The students of both lists: all whom the school may see (R11)."""
    rows = leading(institution, day).visible_on(day)
    return _with_status(rows, day)


def chosen(institution: Institution, student_ids: Collection[int], day: date) -> list[Enrolment]:
    """Return the rows of a selection, in the order of the list.

    Raises NothingSelected, TooManySelected, or UnknownStudents where an id is not a student of the
    institution: an id of another school is answered like one that does not exist (R11).
    """
    if not student_ids:
        raise NothingSelected
    if len(student_ids) > settings.BATCH_LIMIT:
        raise TooManySelected(len(student_ids))

    rows = list(
        visible(institution, day)
        .filter(student__in=student_ids)
        .order_by("last_name_key", "first_name_key", "stamnummer")
    )
    if len(rows) != len(set(student_ids)):
        raise UnknownStudents
    return rows


def running_out(institution: Institution, last_day: date, day: date) -> int:
    """How many of the school's LeerIDs are active on `day` and become inactive after `last_day`.

    By R9, because no enrolment of the student in any school goes on.
    """
    students = Enrolment.objects.of(institution).for_the_last_time_on(last_day).values("student")
    return Account.objects.active_on(day).filter(student__in=students).count()


def held(institution: Institution, student_ids: Collection[int], day: date) -> set[int]:
    """Return those of the students over whom another school has the say (R11)."""
    here = Enrolment.objects.of(institution).filter(student__in=student_ids)
    return set(here.held_on(day).values_list("student", flat=True))


@dataclass(frozen=True)
class Standing:
    """How a school stands to one of its pupils: what it may know of the LeerID, and change (R11).

    `left`: the pupil was enrolled there, and is no more. `held`: another school has the say over
    the LeerID. `holds`: this one has it, and another school waits for it.
    """

    left: bool
    held: bool
    holds: bool

    @property
    def has_the_say(self) -> bool:
        """Whether the school may know all that is kept of the LeerID.

        Any other school reads what its pages show: the e-mail address masked, the last sign-in and
        no other, no mail, no earlier username.
        """
        return not self.left and not self.held


def standing(institution: Institution, row: Enrolment, day: date) -> Standing:
    """Return how the school stands to the student of this row."""
    here = Enrolment.objects.of(institution).filter(student=row.student_id)
    held = here.held_on(day).exists()
    return Standing(
        left=row.ends_on < day,
        held=held,
        holds=not held and here.holding_on(day).exists(),
    )


def enrolled_elsewhere(
    institution: Institution, student_ids: Collection[int], day: date
) -> set[int]:
    """Return those of the students who are also enrolled in a school that sees the LeerID too."""
    enrolments = Enrolment.objects.running_or_ahead(day).filter(student__in=student_ids)
    return set(enrolments.exclude(institution=institution).values_list("student", flat=True))


def leading(institution: Institution, day: date) -> Rows:
    """The leading enrolment of each student who was ever enrolled, with the account loaded."""
    return Enrolment.objects.of(institution).leading_on(day).select_related("student__account")


def _with_status(enrolments: Rows, day: date) -> Rows:
    """Annotate what the list shows and sorts by.

    `status`: a Status; `last_day`: the end of the last enrolment in any school; `next_starts_on`
    and `next_class_code`: of the next enrolment in this school; `stamnummer_length`: sorts
    stamnummers as numbers.
    """
    is_active = Q(student__account__deactivated_at=None, last_day__gte=day)
    status = Case(
        When(student__account=None, then=Value(Status.NONE)),
        When(is_active, then=Value(Status.ACTIVE)),
        default=Value(Status.INACTIVE),
    )

    rows = enrolments.with_next(day).with_last_day()
    return rows.annotate(status=status, stamnummer_length=Length("stamnummer"))


def account_of(enrolment: Enrolment) -> Account | None:
    """Return the student's account, or None where Django would raise RelatedObjectDoesNotExist."""
    return getattr(enrolment.student, "account", None)
