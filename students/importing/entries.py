"""What becomes of the good rows: each student and enrolment as it will be."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from students.models import Student

from .claims import Claims
from .columns import BY_NAME, Columns
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
from .rows import OFFICIAL_NAMES, Row

# Of these the school keeps what it has where a row says nothing of them.
OPTIONAL_FIELDS = ("administrative_group", "class_code", "starts_on", "ends_on")
OFFICIAL_FIELDS = ("official_data", *OFFICIAL_NAMES)

SAID_BY_THE_OTHER_SCHOOL = (
    "De officiële gegevens wijzigt de school die de leerling eerst inschreef. "
    "Wat deze rij anders zegt, nemen we niet over."
)
SAID_OF_ONE_WHO_LEFT = (
    "De leerling is hier niet meer ingeschreven: de officiële gegevens blijven zoals ze zijn."
)
BIRTH_DATE_IS_PROVED = (
    "De geboortedatum van deze leerling is nagekeken met het rijksregister- of bisnummer: "
    "we nemen geen andere over zonder nummer."
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
    *,
    full_list: bool,
) -> Entries:
    """Return what the rows do, in the order of the file.

    `students`: the student of each row, None for a new one, by row number; `merges`: the students
    who were merged because of a row, as `existing` shows them already. An empty cell of an addition
    says nothing; one of a full list says that there is nothing.
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

        silent = _silent_fields(row, columns, full_list=full_list)
        said = _said(row, student, existing, silent)
        for remark in said.remarks:
            remarks.append(Problem(row.row, remark))

        is_merged = row.row in merged
        entry = _entry(row, student, said, existing, claims, silent, is_merged=is_merged)
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

    `remarks`: why something that the row says is not taken over.
    """

    values: Values
    fields: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()


def _said(
    row: Row, student: ExistingStudent | None, existing: ExistingRecords, silent: set[str]
) -> _Said:
    """Return what the row says of the student, as far as this school may change it (R11).

    A hidden student is not compared here: that is done at the confirmation.
    """
    values = _as_new(row)
    fields = _fields_said(row, student, silent)
    if student is None or student.is_hidden:
        return _Said(values, fields)

    stored = {name: getattr(student, name) for name in STUDENT_FIELDS}
    becomes = stored | {name: values[name] for name in fields}
    differing = differences(student, becomes)

    remarks = []
    if _contradicts_proof(row, student):
        remarks.append(BIRTH_DATE_IS_PROVED)

    _, ends_on = row.period
    if not differing or existing.has_the_say(student, ends_on):
        return _Said(becomes, fields, differing, tuple(remarks))

    if existing.current_enrolment(student) or ends_on >= existing.today:
        remarks.append(SAID_BY_THE_OTHER_SCHOOL)
    else:
        remarks.append(SAID_OF_ONE_WHO_LEFT)
    return _Said(stored, fields, remarks=tuple(remarks))


def _entry(
    row: Row,
    student: ExistingStudent | None,
    said: _Said,
    existing: ExistingRecords,
    claims: Claims,
    silent: set[str],
    *,
    is_merged: bool,
) -> Entry | None:
    """Return what the row changes, None where the school has it all already.

    `is_merged`: the student was just merged with another one, because of this row.
    """
    enrolment = enrolment_of(row, student, existing)
    enrolment_values = {name: getattr(row, name) for name in ENROLMENT_FIELDS}
    enrolment_values = _with_kept(enrolment_values, enrolment, silent, existing.today)

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


def _silent_fields(row: Row, columns: Columns, *, full_list: bool) -> set[str]:
    """Return the fields of which the row says nothing.

    Those that have no column, those whose cell lost what it held, and in an addition those whose
    cell is empty.
    """
    silent = set(BY_NAME) - columns.places.keys() | row.lost
    if not full_list:
        silent |= row.empty
    return silent


def _fields_said(row: Row, student: ExistingStudent | None, silent: set[str]) -> tuple[str, ...]:
    """Return the fields of the student of which the file says something.

    An empty cell says nothing of a student with a verified number, nor does a birth date without a
    number. One who is not known here may have a number elsewhere.
    """
    is_verified = student is None or student.has_number
    said = []
    if row.identity_hash:
        said.append("identity_hash")
    if row.birth_date and not _contradicts_proof(row, student):
        said.append("birth_date")
    if row.sex or not (is_verified or "sex" in silent):
        said.append("sex")
    said += _official_fields_said(row, student, silent, is_verified=is_verified)
    return tuple(said)


def _contradicts_proof(row: Row, student: ExistingStudent | None) -> bool:
    """Return whether a row without a number has another birth date than a verified number."""
    if student is None or row.identity_hash:
        return False
    return student.has_number and student.was_born_on_another_day(row.birth_date)


def _official_fields_said(
    row: Row, student: ExistingStudent | None, silent: set[str], *, is_verified: bool
) -> list[str]:
    """Return which official data the row says something of.

    With a valid number its official names, or else that they were not received yet. Without one,
    that there are no official data, unless a number proved them before.
    """
    if "national_number" in silent:
        return []

    if row.number_state == Student.OfficialData.AVAILABLE:
        names = [name for name in OFFICIAL_NAMES if getattr(row, name)]
        if names:
            return ["official_data", *names]
        has_names = student is not None and student.official_data == row.number_state
        if has_names or silent.issuperset(OFFICIAL_NAMES):
            return []
        return ["official_data"]

    if is_verified and row.number_state != Student.OfficialData.NUMBER_INVALID:
        return []
    return list(OFFICIAL_FIELDS)


def _with_kept(
    values: Values, old: ExistingEnrolment | None, silent: set[str], today: date
) -> Values:
    """Return the values, with the old ones for the fields of which the row says nothing.

    An enrolment that is over runs again until the end of its school year.
    """
    if old is None:
        return values

    kept = dict(values)
    for name in silent.intersection(OPTIONAL_FIELDS):
        if name != "ends_on" or old.ends_on >= today:
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
