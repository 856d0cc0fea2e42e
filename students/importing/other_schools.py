"""Lists of another school: refused as a whole, or the rows in ours that are not ours.

A school is named where the manager works there too. Any other number looks the same, whether an
institution has it or not (R11).
"""

import re
from collections import Counter
from collections.abc import Iterable

from django.db.models import QuerySet

from schoolloket.core.clock import today
from schoolloket.core.text import counted, fold
from schoolloket.institutions.models import Institution, Manager, Membership
from students.models import Enrolment

from . import UnusableFile
from .rows import Row

# Of the numbers in a file as many are named, the most frequent first.
NAMED = 3
_NUMBER = re.compile(r"\d{6}", re.ASCII)

# Stamnummer, first name and last name, both folded.
Pupil = tuple[str, str, str]


class OtherSchoolsList(UnusableFile):
    """The file is a list of another school. `institution`: where the manager works there too."""

    def __init__(self, message: str, institution: Institution | None) -> None:
        super().__init__(message)
        self.institution = institution


def refuse_other_list(rows: list[Row], institution: Institution, manager: Manager | None) -> None:
    """Raise OtherSchoolsList where at least nine of ten rows are another school's.

    By their institution number, or, where no row has one, by the pupils of another school of this
    manager. Rows about pupils who are known here make it a list of this school. `manager`: None for
    a command.
    """
    if any(row.institution_number for row in rows):
        _refuse_by_number(rows, institution, manager)
    elif manager:
        _refuse_by_pupils(rows, institution, manager)


def told_of_other_schools(rows: list[Row]) -> str:
    """Return one sentence about the rows of other schools in a list of this one; "" for none."""
    strangers = [row for row in rows if row.other_school]
    if not strangers:
        return ""

    told = counted(len(strangers), "rij is", "rijen zijn")
    return f"{told} van een andere school{_numbers(strangers)}. Die lezen we hier niet in."


def _refuse_by_number(rows: list[Row], institution: Institution, manager: Manager | None) -> None:
    """Raise OtherSchoolsList where the rows have the number of another institution."""
    strangers = [row for row in rows if row.other_school]
    if 10 * len(strangers) < 9 * len(rows) or _knows_one_of(rows, institution):
        return

    numbers = {row.institution_number for row in strangers}
    if len(numbers) > 1:
        raise OtherSchoolsList(
            f"Deze lijst is niet van deze school, maar van andere{_numbers(strangers)}. "
            "Er is niets ingelezen.",
            None,
        )

    number = numbers.pop()
    other = _schools_of(manager).filter(number=number).first()
    raise OtherSchoolsList(f"{_this_is_the_list(number, other)} Er is niets ingelezen.", other)


def _refuse_by_pupils(rows: list[Row], institution: Institution, manager: Manager) -> None:
    """Raise OtherSchoolsList where the rows are about pupils of another school of the manager."""
    others = _schools_of(manager).exclude(pk=institution.pk)
    if not others.exists():
        return

    pupils = [(row.stamnummer, fold(row.first_name), fold(row.last_name)) for row in rows]
    known_here = _pupils_of([institution])[institution.pk]
    if 10 * sum(pupil in known_here for pupil in pupils) > len(pupils):
        return

    known_there = _pupils_of(others)
    for other in others:
        known = sum(pupil in known_there[other.pk] for pupil in pupils)
        if 10 * known >= 9 * len(pupils):
            raise OtherSchoolsList(
                f"{_this_is_the_list(other.number, other)} Er is niets ingelezen. Is het toch een "
                "lijst van deze school, voeg dan een kolom “Instellingsnummer” toe met "
                f"{institution.number} op elke rij.",
                other,
            )


def _this_is_the_list(number: str, other: Institution | None) -> str:
    """Return whose list it is, by name where the manager works there."""
    if other:
        return f"Dit is de lijst van instelling {number} ({other.name}, {other.municipality})."
    if _NUMBER.fullmatch(number):
        return f"Dit is de lijst van instelling {number}."
    return "Dit is de lijst van een andere instelling."


def _numbers(rows: Iterable[Row]) -> str:
    """Return the institution numbers of the rows, " (999913, 999914)"; "" where none is one.

    Whatever else a cell holds is not repeated, since the log keeps it.
    """
    counted = Counter(row.institution_number for row in rows)
    numbers = [number for number, _ in counted.most_common() if _NUMBER.fullmatch(number)]
    if not numbers:
        return ""

    named = ", ".join(numbers[:NAMED])
    if len(numbers) > NAMED:
        named += ", …"
    return f" ({named})"


def _schools_of(manager: Manager | None) -> QuerySet[Institution]:
    """Return the institutions in which the manager has a right; none for a command."""
    rights = Membership.objects.filter(manager=manager).valid_on(today())
    return Institution.objects.filter(pk__in=rights.values("institution"))


def _knows_one_of(rows: list[Row], institution: Institution) -> bool:
    """Return whether the school knows the stamnummer of a row that is not another school's."""
    stamnummers = {row.stamnummer for row in rows if not row.other_school} - {""}
    return Enrolment.objects.of(institution).filter(stamnummer__in=stamnummers).exists()


def _pupils_of(institutions: Iterable[Institution]) -> dict[int, set[Pupil]]:
    """Return the pupils whom a manager of these institutions may see, by institution id."""
    pupils: dict[int, set[Pupil]] = {institution.pk: set() for institution in institutions}
    enrolments = Enrolment.objects.visible_on(today()).filter(institution__in=list(pupils))
    columns = ("institution", "stamnummer", "first_name_key", "last_name_key")
    for institution_id, stamnummer, first_name, last_name in enrolments.values_list(*columns):
        pupils[institution_id].add((stamnummer, first_name, last_name))

    return pupils
