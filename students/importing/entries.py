"""What becomes of the good rows: each student and enrolment as it will be."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from students.models import Student

from .claims import Claims
from .columns import Columns
from .dates import year_of
from .existing import ExistingEnrolment, ExistingRecords, ExistingStudent
from .matching import Students, enrolment_of
from .plan import (
    ENROLMENT_FIELDS,
    STUDENT_FIELDS,
    Claim,
    Difference,
    Entry,
    Merge,
    Problem,
    Values,
    differences,
)
from .rows import Row

# A list without these columns says nothing about them: the school keeps what it has.
OPTIONAL_FIELDS = ("administrative_group", "class_code", "starts_on")
OFFICIAL_FIELDS = ("official_data", "official_first_name", "official_last_name")

SAID_BY_THE_OTHER_SCHOOL = (
    "De officiële gegevens wijzigt de school die de leerling eerst inschreef. "
    "Wat deze rij anders zegt, nemen we niet over."
)
SAID_OF_ONE_WHO_LEFT = (
    "De leerling is hier niet meer ingeschreven: de officiële gegevens blijven zoals ze zijn."
)
NUMBER_WAS_TAKEN_AWAY = (
    "Het rijksregister- of bisnummer is van een andere leerling: we lezen de rij in zonder. "
    "Kijk het nummer na in het leerlingadministratiepakket."
)


@dataclass(frozen=True)
class Entries:
    """What the good rows do: add an enrolment, change one, or say what the school has already.

    `unchanged_by_year`: how many rows change nothing, by the first year of their school year.
    `remarks`: the rows that say what they may not change.
    """

    new: list[Entry]
    changed: list[Entry]
    unchanged_by_year: dict[int, int]
    remarks: list[Problem]


def entries_of(
    rows: list[Row],
    students: Students,
    merges: list[Merge],
    existing: ExistingRecords,
    claims: Claims,
    columns: Columns,
) -> Entries:
    """Return what the rows do, in the order of the file.

    `students`: the student of each row, None for a new one, by row number; `merges`: the students
    who were merged because of a row, as `existing` shows them already.
    """
    merged = {merge.row for merge in merges}
    new = []
    changed = []
    unchanged_by_year: dict[int, int] = defaultdict(int)
    remarks = []
    for row in rows:
        student = students[row.row]
        if student and existing.was_taken_away(student, row.identity_hash):
            row = _without_number(row)
            remarks.append(Problem(row.row, NUMBER_WAS_TAKEN_AWAY))

        said = _said(row, student, existing, columns)
        if said.remark:
            remarks.append(Problem(row.row, said.remark))

        is_merged = row.row in merged
        entry = _entry(row, student, said, existing, claims, columns, is_merged=is_merged)
        if entry is None:
            starts_on, _ = row.period
            unchanged_by_year[year_of(starts_on, existing.today)] += 1
        elif entry.enrolment_id is None:
            new.append(entry)
        else:
            changed.append(entry)

    return Entries(new, changed, dict(unchanged_by_year), remarks)


def _without_number(row: Row) -> Row:
    """Return the row as it is read where its number is another student's."""
    invalid = Student.OfficialData.NUMBER_INVALID.value
    return replace(row, identity_hash="", number_state=invalid)


@dataclass(frozen=True)
class _Said:
    """The student as he or she will be, the fields that the row says, and what differs.

    `remark`: why something that the row says is not taken over, "" where all is.
    """

    values: Values
    fields: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    remark: str = ""


def _said(
    row: Row, student: ExistingStudent | None, existing: ExistingRecords, columns: Columns
) -> _Said:
    """Return what the row says of the student, as far as this school may change it (R11).

    A hidden student is not compared here: that is done at the confirmation.
    """
    values = _as_new(row)
    fields = _fields_said(row, columns)
    if student is None or student.is_hidden:
        return _Said(values, fields)

    stored = {name: getattr(student, name) for name in STUDENT_FIELDS}
    becomes = stored | {name: values[name] for name in fields}
    differing = differences(student, becomes)

    _, ends_on = row.period
    if not differing or existing.has_the_say(student, ends_on):
        return _Said(becomes, fields, differing)

    remark = SAID_OF_ONE_WHO_LEFT
    if existing.current_enrolment(student) or ends_on >= existing.today:
        remark = SAID_BY_THE_OTHER_SCHOOL
    return _Said(stored, fields, remark=remark)


def _entry(
    row: Row,
    student: ExistingStudent | None,
    said: _Said,
    existing: ExistingRecords,
    claims: Claims,
    columns: Columns,
    *,
    is_merged: bool,
) -> Entry | None:
    """Return what the row changes, None where the school has it all already.

    `is_merged`: the student was just merged with another one, because of this row.
    """
    enrolment = enrolment_of(row, student, existing)
    enrolment_values = {name: getattr(row, name) for name in ENROLMENT_FIELDS}
    enrolment_values = _with_kept(enrolment_values, enrolment, columns)

    enrolment_differences = differences(enrolment, enrolment_values)
    changes = said.differences + enrolment_differences
    if enrolment and not changes and not is_merged:
        return None

    ends_on = enrolment_values["ends_on"]
    arrival = _arrival(student, enrolment, ends_on, existing, is_merged=is_merged)
    enrolment_id = None
    old_class = ""
    stops = False
    if enrolment:
        enrolment_id = enrolment.pk
        old_class = enrolment.class_code
        stops = enrolment.runs_on(existing.today) and ends_on < existing.today
    elif arrival.follows:
        old_class = arrival.follows.class_code

    person = _person(row, student, existing)
    return Entry(
        row=row.row,
        student_id=person.student_id,
        enrolment_id=enrolment_id,
        student=said.values,
        said=said.fields,
        enrolment=enrolment_values,
        student_differences=said.differences,
        enrolment_differences=enrolment_differences,
        claim=_claim(row, student, said, claims),
        stops=stops,
        held=arrival.held,
        returns=arrival.returns,
        follows=arrival.follows.pk if arrival.follows else None,
        old_class=old_class,
        is_hidden=person.is_hidden,
        former_id=person.former_id,
        is_disputed=person.is_disputed,
    )


@dataclass(frozen=True)
class _Person:
    """Who the pupil is, as far as this school may know; the fields are those of Entry."""

    student_id: int | None = None
    is_hidden: bool = False
    former_id: int | None = None
    is_disputed: bool = False


def _person(row: Row, student: ExistingStudent | None, existing: ExistingRecords) -> _Person:
    """Return whose entry it is."""
    if student:
        return _Person(student.pk, student.is_hidden, is_disputed=student.is_disputed)

    former = existing.last_holder(row)
    if former and former.is_hidden:
        return _Person(former_id=former.pk)
    return _Person()


def _claim(row: Row, student: ExistingStudent | None, said: _Said, claims: Claims) -> Claim | None:
    """Return the claim of a row that brings a number that is new here.

    None where another school has the say, since the number is then not used.
    """
    if not row.identity_hash:
        return None

    is_comparable = student is not None and not student.is_hidden
    if is_comparable and not any(each.field == "identity_hash" for each in said.differences):
        return None
    return Claim(claims.person_of(row), row.identity_hash, claims.last_names_of(row))


@dataclass(frozen=True)
class _Arrival:
    """How a pupil comes to this school; the fields are as in Entry, which has ids."""

    held: bool = False
    returns: bool = False
    follows: ExistingEnrolment | None = None


def _arrival(
    student: ExistingStudent | None,
    enrolment: ExistingEnrolment | None,
    ends_on: date,
    existing: ExistingRecords,
    *,
    is_merged: bool,
) -> _Arrival:
    """Return whether the pupil comes back or stays, and waits for another school (R11).

    `enrolment`: the one that the row changes, None for a new one; `ends_on`: its last day as it
    will be.
    """
    if student is None:
        return _Arrival()

    past = existing.enrolments_of(student)
    current = existing.current_enrolment(student)
    arrives = current is None and ends_on >= existing.today

    # One that was over and runs again is no earlier joining: the pupil left in between.
    is_over = enrolment is not None and enrolment.ends_on < existing.today <= ends_on
    follows = None
    if current and (enrolment is None or is_over):
        follows = current

    # For a pupil who is enrolled here already nothing changes between the schools.
    held = False
    if student.pk in existing.elsewhere:
        held = arrives or is_merged

    return _Arrival(
        held=held,
        returns=arrives and len(past) > 0,
        follows=follows,
    )


def _as_new(row: Row) -> Values:
    """Return a new student of this row, a value for each of STUDENT_FIELDS."""
    official_data, first_name, last_name = _official(row)
    return {
        "identity_hash": row.identity_hash or None,
        "birth_date": row.birth_date,
        "sex": row.sex,
        "official_data": official_data,
        "official_first_name": first_name,
        "official_last_name": last_name,
    }


def _fields_said(row: Row, columns: Columns) -> tuple[str, ...]:
    """Return the fields of the student of which the file says something.

    A number or a birth date that is gone from the file is still this student's.
    """
    said = []
    if row.identity_hash:
        said.append("identity_hash")
    if row.birth_date is not None:
        said.append("birth_date")
    if "sex" in columns.places:
        said.append("sex")
    if _says_something_official(row, columns):
        said += OFFICIAL_FIELDS
    return tuple(said)


def _with_kept(values: Values, old: ExistingEnrolment | None, columns: Columns) -> Values:
    """Return the values, with the old ones for columns that the list does not have."""
    if old is None:
        return values

    kept = dict(values)
    for name in OPTIONAL_FIELDS:
        if name in values and name not in columns.places:
            kept[name] = getattr(old, name)

    return kept


def _official(row: Row) -> tuple[str, str, str]:
    """Return the state of the official data and the official names.

    There are official data only with a valid number and official names in the file.
    """
    if row.number_state != Student.OfficialData.AVAILABLE:
        return row.number_state, "", ""
    if row.official_first_name or row.official_last_name:
        return row.number_state, row.official_first_name, row.official_last_name
    return Student.OfficialData.NOT_RECEIVED.value, "", ""


def _says_something_official(row: Row, columns: Columns) -> bool:
    """Return whether the list has the columns that decide about official data.

    Those are the number and, where that is valid, an official name.
    """
    if "national_number" not in columns.places:
        return False
    if row.number_state != Student.OfficialData.AVAILABLE:
        return True
    return "official_first_name" in columns.places or "official_last_name" in columns.places
