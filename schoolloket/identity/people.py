"""What an operator sees of a pupil to decide who is who, and nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from accounts.models import Account, Username
from students.models import Enrolment, IdentityConflict, Student


@dataclass(frozen=True)
class Person:
    """A student with the enrolments, the first one first, and the LeerID, if there is one."""

    student: Student
    enrolments: list[Enrolment]
    account: Account | None

    @property
    def name(self) -> str:
        """The name as the school that enrolled the pupil last writes it."""
        if not self.enrolments:
            return str(self.student)
        return self.enrolments[-1].full_name

    @property
    def official_name(self) -> str:
        """The official name, or an empty text."""
        return f"{self.student.official_first_name} {self.student.official_last_name}".strip()


@dataclass(frozen=True)
class Couple:
    """The two students of a conflict: the one who came later, and the one who was known."""

    later: Person
    known: Person

    @cached_property
    def survivor(self) -> Person:
        """The one who stays when they are merged: who has the older LeerID, or has one at all.

        Where none of them has a LeerID it is the one who was known first.
        """
        later, known = self.later.account, self.known.account
        if later is None:
            return self.known
        if known is None:
            return self.later
        if (later.created_at, later.pk) < (known.created_at, known.pk):
            return self.later
        return self.known

    @property
    def gone(self) -> Person:
        """The other one, who is no more than history when they are merged."""
        if self.survivor is self.later:
            return self.known
        return self.later

    @property
    def birth_dates_differ(self) -> bool:
        """Whether both have a birth date, not the same one: then they are hardly one pupil."""
        dates = {self.later.student.birth_date, self.known.student.birth_date}
        return len(dates - {None}) > 1


def person(student: Student) -> Person:
    """Return a student as an operator may see one."""
    enrolments = student.enrolments.select_related("institution").order_by("starts_on", "pk")
    account = Account.objects.filter(student=student).first()
    return Person(student, list(enrolments), account)


def couple(conflict: IdentityConflict) -> Couple:
    """Return the two students of a conflict."""
    return Couple(later=person(conflict.student), known=person(conflict.other))


def found(*, institution: str, stamnummer: str, username: str) -> list[Person]:
    """Return the pupils with this username, or else with this stamnummer in this institution.

    Exact matches only: an operator looks a pupil up, and does not browse. `institution`: its
    number. A stamnummer may have been of several pupils, one after the other.
    """
    if username:
        names = Username.objects.filter(value=username.lower(), student__isnull=False)
        ids: Iterable[int] = names.values_list("student", flat=True)
    else:
        enrolments = Enrolment.objects.filter(institution__number=institution)
        ids = enrolments.filter(stamnummer=stamnummer).values_list("student", flat=True)

    students = Student.objects.filter(pk__in=ids, merged_into=None).order_by("pk")
    return [person(student) for student in students]
