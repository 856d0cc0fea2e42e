"""The enrolments that a full list no longer names."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from .dates import year_of
from .existing import ExistingEnrolment, ExistingRecords
from .findings import Findings
from .matching import Students
from .plan import Ending
from .rows import Row

NOT_IDENTIFIED = (
    "Op minstens één rij ontbreekt het stamnummer, zodat we niet weten over welke leerling ze "
    "gaat. Vul het aan en lees de lijst opnieuw in."
)


@dataclass(frozen=True)
class Endings:
    """What a full list ends, or would end and does not, and why it may not: in Dutch."""

    ended: list[Ending] = field(default_factory=list)
    spared: list[Ending] = field(default_factory=list)
    spared_because: tuple[str, ...] = ()


def endings_of(
    good: list[Row],
    bad: list[Row],
    students: Students,
    existing: ExistingRecords,
    findings: Findings,
) -> Endings:
    """Return what a full list ends: enrolments of pupils whom no row names, good or bad.

    Only those in the school years that the good rows are about: a list of next year ends nothing
    of this one. None where the rows may not name all pupils. `students`: the student of each row,
    by row number.
    """
    ended = _no_longer_named(good, bad, students, existing)
    because = findings.withholds
    if any(map(_identifies_nobody, bad)):
        because = (*because, NOT_IDENTIFIED)
    if ended and because:
        return Endings(spared=ended, spared_because=because)
    return Endings(ended)


def _no_longer_named(
    good: list[Row], bad: list[Row], students: Students, existing: ExistingRecords
) -> list[Ending]:
    """Return the enrolments of pupils whom no row names, as they would end."""
    today = existing.today
    years = _years_of_the_list(good, today)

    named = _students_of_bad_rows(bad, existing)
    for student in students.values():
        if student:
            named.add(student.pk)

    ended = []
    for enrolment in existing.enrolments:
        if enrolment.ends_on < today or enrolment.student.pk in named:
            continue
        if year_of(enrolment.starts_on, today) in years:
            ended.append(_ending(enrolment, today))

    return ended


def _identifies_nobody(row: Row) -> bool:
    """Return whether the row names a pupil without a number by which he or she is known.

    A line under the list, such as a total, names no pupil; an error value may have named one.
    """
    if row.stamnummer or row.identity_hash:
        return False
    return row.name != "" or "stamnummer" in row.lost


def _students_of_bad_rows(bad: list[Row], existing: ExistingRecords) -> set[int]:
    """Return the ids of all students whom a bad row may be about: it ends nobody's enrolment."""
    ids: set[int] = set()
    # A file may repeat one stamnummer on every row, and many pupils may have had it.
    for stamnummer in {row.stamnummer for row in bad}:
        for user in existing.users_of(stamnummer):
            ids.add(user.pk)

    for row in bad:
        student = existing.by_hash.get(row.identity_hash)
        if student:
            ids.add(student.pk)

    return ids


def _years_of_the_list(good: list[Row], today: date) -> set[int]:
    """Return the school years of the rows that have not ended."""
    years = set()
    for row in good:
        starts_on, ends_on = row.period
        if ends_on >= today:
            years.add(year_of(starts_on, today))

    return years


def _ending(enrolment: ExistingEnrolment, today: date) -> Ending:
    """Return how the enrolment ends: yesterday, or never begun."""
    ends_on = None
    if enrolment.starts_on < today:
        ends_on = today - timedelta(days=1)

    return Ending(
        enrolment_id=enrolment.pk,
        stamnummer=enrolment.stamnummer,
        first_name=enrolment.first_name,
        last_name=enrolment.last_name,
        class_code=enrolment.class_code,
        starts_on=enrolment.starts_on,
        own_end=enrolment.ends_on,
        ends_on=ends_on,
    )
