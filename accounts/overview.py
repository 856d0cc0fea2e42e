"""The rows of the list: one student in one institution, with the status of the LeerID.

And how the school stands to the student: what it may know, and change.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Length

from schoolloket.core.exceptions import NothingSelected, TooManySelected, UnknownStudents
from schoolloket.institutions.models import Institution
from students.models import Enrolment, EnrolmentQuerySet
from students.school_years import SchoolYear

from .models import Account, Status

Rows = EnrolmentQuerySet
# The list of the students who left, in a query string: `?lijst=`.
LEFT = "uitgeschreven"


def enrolled(institution: Institution, day: date, year: SchoolYear) -> Rows:
    """The students who are or will be enrolled in a school year: the list."""
    return _with_status(of_year(institution, day, year), day)


def count_without_leerid(institution: Institution, day: date, year: SchoolYear) -> int:
    """How many students the list of this year shows with the status `Geen account`."""
    return of_year(institution, day, year).filter(student__account=None).count()


def of_year(institution: Institution, day: date, year: SchoolYear) -> Rows:
    """The rows of `enrolled` without what the list shows of the LeerIDs: to count them."""
    return leading(institution, day, year).in_year(year).running_or_ahead(day)


def left(institution: Institution, day: date) -> Rows:
    """The students who left in the last 365 days, of whom nothing can be changed (R11)."""
    rows = leading(institution, day, SchoolYear.of(day)).visible_on(day).filter(ends_on__lt=day)
    return _with_status(rows, day)


def visible(institution: Institution, day: date, year: SchoolYear | None = None) -> Rows:
    """The students of all lists: all whom the school may see (R11).

    Each with the enrolment of this school year, by default of the one that the desk shows first;
    where the student has none in it, with another one.
    """
    if year is None:
        year = first_year(institution, day)
    rows = leading(institution, day, year).visible_on(day)
    return _with_status(rows, day)


def first_year(institution: Institution, day: date) -> SchoolYear:
    """Return the school year that a desk shows first; to a helper always the running one (R13)."""
    if institution.limited_to is None:
        return SchoolYear.prepared_on(day)
    return SchoolYear.of(day)


def chosen(
    institution: Institution,
    student_ids: Collection[int],
    day: date,
    year: SchoolYear | None = None,
) -> list[Enrolment]:
    """Return the rows of a selection as `visible` does, in the order of the list.

    Raises NothingSelected, TooManySelected, or UnknownStudents where an id is not a student of the
    institution: an id of another school is answered like one that does not exist (R11).
    """
    if not student_ids:
        raise NothingSelected
    if len(student_ids) > settings.BATCH_LIMIT:
        raise TooManySelected(len(student_ids))

    rows = list(
        visible(institution, day, year)
        .filter(student__in=student_ids)
        .order_by("last_name_key", "first_name_key", "stamnummer")
    )
    if len(rows) != len(set(student_ids)):
        raise UnknownStudents
    return rows


def year_of(institution: Institution, rows: Iterable[Enrolment], day: date) -> SchoolYear:
    """Return the school year that these rows of `visible` are printed for, where none was chosen.

    The one that the desk shows first where a row is of it, else that of the first row.
    """
    first_shown = first_year(institution, day)
    other = None
    for row in rows:
        if first_shown.overlaps(row.starts_on, row.ends_on):
            return first_shown
        if other is None:
            other = SchoolYear.of(max(row.starts_on, day))
    return other or first_shown


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


def is_for_helpers(account: Account | None, standing: Standing) -> bool:
    """Whether a helper may give this LeerID a new password, as far as its page can tell (R13).

    For the others it leads to the LeerID-beheerder. `credentials.eligibility` asks again.
    """
    if account is None or standing.held:
        return False
    return not account.is_linked and account.deactivated_at is None


def enrolled_elsewhere(
    institution: Institution, student_ids: Collection[int], day: date
) -> set[int]:
    """Return those of the students who are also enrolled in a school that sees the LeerID too."""
    enrolments = Enrolment.objects.running_or_ahead(day).filter(student__in=student_ids)
    return set(enrolments.exclude(institution=institution).values_list("student", flat=True))


def leading(institution: Institution, day: date, year: SchoolYear) -> Rows:
    """The leading enrolment of each student who was ever enrolled, with the account loaded."""
    return Enrolment.objects.of(institution).leading(day, year).select_related("student__account")


def _with_status(enrolments: Rows, day: date) -> Rows:
    """Annotate what the list shows and sorts by.

    `status`: a Status; `last_day`: the end of the last enrolment in any school; `is_held`: another
    school has the say over the LeerID (R11); `stamnummer_length`: sorts stamnummers as numbers.
    """
    is_active = Q(student__account__deactivated_at=None, last_day__gte=day)
    status = Case(
        When(student__account=None, then=Value(Status.NONE)),
        When(is_active, then=Value(Status.ACTIVE)),
        default=Value(Status.INACTIVE),
    )

    here = Enrolment.objects.filter(
        institution=OuterRef("institution"), student=OuterRef("student")
    )
    return enrolments.with_last_day().annotate(
        status=status,
        is_held=Exists(here.held_on(day)),
        stamnummer_length=Length("stamnummer"),
    )


def account_of(enrolment: Enrolment) -> Account | None:
    """Return the student's account, or None where Django would raise RelatedObjectDoesNotExist."""
    return getattr(enrolment.student, "account", None)
