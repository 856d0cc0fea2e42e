"""What becomes of the good rows: each student and enrolment as it will be."""

from students.models import Student

from .columns import Columns
from .existing import ExistingEnrolment, ExistingRecords, ExistingStudent
from .matching import Students, enrolment_of
from .plan import ENROLMENT_FIELDS, Entry, Merge, Values, differences
from .rows import Row

# A list without these columns says nothing about them: the school keeps what it has.
OPTIONAL_FIELDS = ("administrative_group", "class_code", "starts_on", "sex")


def entries_of(
    rows: list[Row],
    students: Students,
    merges: list[Merge],
    existing: ExistingRecords,
    columns: Columns,
) -> list[Entry]:
    """Return what the rows change, without those that say what the school has already.

    `students`: the student of each row, None for a new one, by row number; `merges`: the students
    who were merged because of a row, as `existing` shows them already.
    """
    entries = []
    merged = {merge.row for merge in merges}
    for row in rows:
        student = students[row.row]
        entry = _entry(row, student, existing, columns, is_merged=row.row in merged)
        if entry:
            entries.append(entry)
    return entries


def _entry(
    row: Row,
    student: ExistingStudent | None,
    existing: ExistingRecords,
    columns: Columns,
    *,
    is_merged: bool,
) -> Entry | None:
    enrolment = enrolment_of(row, student, existing)
    student_values = _student_values(row, student, columns)
    enrolment_values = _enrolment_values(row, enrolment, columns)
    student_differences = differences(student, student_values)
    enrolment_differences = differences(enrolment, enrolment_values)
    if enrolment and not (student_differences or enrolment_differences or is_merged):
        return None

    today = existing.today
    past = existing.enrolments_of(student)
    current = existing.current_enrolment(student)
    arrives = current is None and enrolment_values["ends_on"] >= today
    is_elsewhere = student is not None and student.pk in existing.elsewhere
    follows = None
    if current and enrolment is None:
        follows = current.pk
    stops = False
    if enrolment and enrolment.starts_on <= today <= enrolment.ends_on:
        stops = enrolment_values["ends_on"] < today
    return Entry(
        row=row.row,
        student_id=student.pk if student else None,
        enrolment_id=enrolment.pk if enrolment else None,
        student=student_values,
        enrolment=enrolment_values,
        student_differences=student_differences,
        enrolment_differences=enrolment_differences,
        stops=stops,
        joins=student is not None and not past,
        held=is_elsewhere and (arrives or is_merged),
        returns=arrives and len(past) > 0,
        follows=follows,
        old_class=enrolment.class_code if enrolment else "",
    )


def _enrolment_values(row: Row, old: ExistingEnrolment | None, columns: Columns) -> Values:
    values = {name: getattr(row, name) for name in ENROLMENT_FIELDS}
    return _with_kept(values, old, columns)


def _student_values(row: Row, old: ExistingStudent | None, columns: Columns) -> Values:
    official_data, first_name, last_name = _official(row, old, columns)
    values: Values = {
        "identity_hash": row.identity_hash or None,
        "birth_date": row.birth_date,
        "sex": row.sex,
        "official_data": official_data,
        "official_first_name": first_name,
        "official_last_name": last_name,
    }
    if old:
        # A number that is gone from the file was still this student's.
        values["identity_hash"] = row.identity_hash or old.identity_hash
        values["birth_date"] = row.birth_date or old.birth_date
    return _with_kept(values, old, columns)


def _with_kept(
    values: Values, old: ExistingEnrolment | ExistingStudent | None, columns: Columns
) -> Values:
    """Return the values, with the old ones for columns that the list does not have."""
    if old is None:
        return values
    kept = {
        name: getattr(old, name)
        for name in OPTIONAL_FIELDS
        if name in values and name not in columns.places
    }
    return values | kept


def _official(row: Row, old: ExistingStudent | None, columns: Columns) -> tuple[str, str, str]:
    """Return the state of the official data and the official names.

    There are official data only with a valid number and official names in the file. A list that
    lacks the column of the number, or both columns of the names, says nothing about them.
    """
    valid = row.number_state == Student.OfficialData.AVAILABLE
    if old:
        has_numbers = "national_number" in columns.places
        has_names = (
            "official_first_name" in columns.places or "official_last_name" in columns.places
        )
        if not has_numbers or (valid and not has_names):
            return old.official_data, old.official_first_name, old.official_last_name
    if not valid:
        return row.number_state, "", ""
    if not (row.official_first_name or row.official_last_name):
        return Student.OfficialData.NOT_RECEIVED.value, "", ""
    return row.number_state, row.official_first_name, row.official_last_name
