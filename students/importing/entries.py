"""What becomes of the good rows: each student and enrolment as it will be."""

from dataclasses import dataclass
from datetime import date

from students.models import Student

from .columns import Columns
from .existing import ExistingEnrolment, ExistingRecords, ExistingStudent
from .matching import Students, enrolment_of
from .plan import ENROLMENT_FIELDS, Entry, Merge, Values, differences
from .rows import Row

# A list without these columns says nothing about them: the school keeps what it has.
OPTIONAL_FIELDS = ("administrative_group", "class_code", "starts_on", "sex")


@dataclass(frozen=True)
class Entries:
    """What the good rows do: add an enrolment, change one, or say what the school has already."""

    new: list[Entry]
    changed: list[Entry]
    unchanged: int


def entries_of(
    rows: list[Row],
    students: Students,
    merges: list[Merge],
    existing: ExistingRecords,
    columns: Columns,
) -> Entries:
    """Return what the rows do, in the order of the file.

    `students`: the student of each row, None for a new one, by row number; `merges`: the students
    who were merged because of a row, as `existing` shows them already.
    """
    merged = {merge.row for merge in merges}
    new = []
    changed = []
    unchanged = 0
    for row in rows:
        student = students[row.row]
        entry = _entry(row, student, existing, columns, is_merged=row.row in merged)
        if entry is None:
            unchanged += 1
        elif entry.enrolment_id is None:
            new.append(entry)
        else:
            changed.append(entry)

    return Entries(new, changed, unchanged)


def _entry(
    row: Row,
    student: ExistingStudent | None,
    existing: ExistingRecords,
    columns: Columns,
    *,
    is_merged: bool,
) -> Entry | None:
    """Return what the row changes, None where the school has it all already.

    `is_merged`: the student was just merged with another one, because of this row.
    """
    enrolment = enrolment_of(row, student, existing)
    student_values = _student_values(row, student, columns)
    enrolment_values = {name: getattr(row, name) for name in ENROLMENT_FIELDS}
    enrolment_values = _with_kept(enrolment_values, enrolment, columns)

    student_differences = differences(student, student_values)
    enrolment_differences = differences(enrolment, enrolment_values)
    changes = student_differences + enrolment_differences
    if enrolment and not changes and not is_merged:
        return None

    student_id = None
    if student:
        student_id = student.pk

    ends_on = enrolment_values["ends_on"]
    enrolment_id = None
    old_class = ""
    stops = False
    if enrolment:
        enrolment_id = enrolment.pk
        old_class = enrolment.class_code
        stops = enrolment.runs_on(existing.today) and ends_on < existing.today

    standing = _standing(student, enrolment, ends_on, existing, is_merged=is_merged)
    return Entry(
        row=row.row,
        student_id=student_id,
        enrolment_id=enrolment_id,
        student=student_values,
        enrolment=enrolment_values,
        student_differences=student_differences,
        enrolment_differences=enrolment_differences,
        stops=stops,
        joins=standing.joins,
        held=standing.held,
        returns=standing.returns,
        follows=standing.follows,
        old_class=old_class,
    )


@dataclass(frozen=True)
class _Standing:
    """How a pupil comes to this school; the fields are those of Entry."""

    joins: bool = False
    held: bool = False
    returns: bool = False
    follows: int | None = None


def _standing(
    student: ExistingStudent | None,
    enrolment: ExistingEnrolment | None,
    ends_on: date,
    existing: ExistingRecords,
    *,
    is_merged: bool,
) -> _Standing:
    """Return whether the pupil comes, comes back or stays, and waits for another school (R11).

    `enrolment`: the one that the row changes, None for a new one; `ends_on`: its last day as it
    will be.
    """
    if student is None:
        return _Standing()

    past = existing.enrolments_of(student)
    current = existing.current_enrolment(student)
    arrives = current is None and ends_on >= existing.today

    follows = None
    if current and enrolment is None:
        follows = current.pk

    # For a pupil who is enrolled here already nothing changes between the schools.
    held = False
    if student.pk in existing.elsewhere:
        held = arrives or is_merged

    return _Standing(
        joins=len(past) == 0,
        held=held,
        returns=arrives and len(past) > 0,
        follows=follows,
    )


def _student_values(row: Row, old: ExistingStudent | None, columns: Columns) -> Values:
    """Return the student as he or she will be, a value for each of STUDENT_FIELDS.

    A number or a birth date that is gone from the file is still this student's.
    """
    identity_hash = row.identity_hash or None
    birth_date = row.birth_date
    if old:
        if identity_hash is None:
            identity_hash = old.identity_hash
        if birth_date is None:
            birth_date = old.birth_date

    official_data, first_name, last_name = _official(row, old, columns)
    values = {
        "identity_hash": identity_hash,
        "birth_date": birth_date,
        "sex": row.sex,
        "official_data": official_data,
        "official_first_name": first_name,
        "official_last_name": last_name,
    }
    return _with_kept(values, old, columns)


def _with_kept(
    values: Values, old: ExistingEnrolment | ExistingStudent | None, columns: Columns
) -> Values:
    """Return the values, with the old ones for columns that the list does not have."""
    if old is None:
        return values

    kept = dict(values)
    for name in OPTIONAL_FIELDS:
        if name in values and name not in columns.places:
            kept[name] = getattr(old, name)

    return kept


def _official(row: Row, old: ExistingStudent | None, columns: Columns) -> tuple[str, str, str]:
    """Return the state of the official data and the official names.

    There are official data only with a valid number and official names in the file.
    """
    is_valid = row.number_state == Student.OfficialData.AVAILABLE
    if old and not _says_something_official(columns, number_is_valid=is_valid):
        return old.official_data, old.official_first_name, old.official_last_name

    if not is_valid:
        return row.number_state, "", ""
    if row.official_first_name or row.official_last_name:
        return row.number_state, row.official_first_name, row.official_last_name
    return Student.OfficialData.NOT_RECEIVED.value, "", ""


def _says_something_official(columns: Columns, *, number_is_valid: bool) -> bool:
    """Return whether the list has the columns that decide about official data.

    Those are the number and, where that is valid, an official name.
    """
    if "national_number" not in columns.places:
        return False
    if not number_is_valid:
        return True
    return "official_first_name" in columns.places or "official_last_name" in columns.places
