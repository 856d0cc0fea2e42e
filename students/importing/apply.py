"""Write what a plan contains: a few statements for any number of rows, inside one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment, NumberClaim, Student, StudentEvent, StudentFieldChange

from .plan import ENROLMENT_FIELDS, STUDENT_FIELDS, Ending, Entry, Merge, Plan

ENROLMENT_COLUMNS = (*ENROLMENT_FIELDS, "first_name_key", "last_name_key")

# A student's id by the row number of the entry.
StudentIds = dict[int, int]
# (student id, kind, old, new), as StudentEvent has them.
Event = tuple[int, StudentEvent.Kind, str, str]
Kind = StudentEvent.Kind


def apply(plan: Plan, *, by: Actor, at: datetime) -> None:
    """Apply the plan with its history (R10). The institution and its students are locked.

    The students are those whom `recognition` found. The statements are the same for a number that
    nobody has and for one of a pupil of another school with another name (R11).
    """
    # First, since a withdrawn enrolment is deleted.
    ended_students = _students_of(plan.ended)

    _merge(plan.merges, by.institution, at)
    _end(plan.ended)
    _change_students(plan.changed + plan.new)
    _change_enrolments(plan.changed, by.institution, at)
    new_students = _create_students(plan.new)
    _create_enrolments(plan.new, new_students, by.institution, at)

    if any(entry.claim for entry in plan.new + plan.changed):
        _keep_claims(plan.new + plan.changed, by.institution, at)
        _open_conflicts(by.institution, at)

    _record(_events(plan, ended_students, new_students), by, at)
    _record_data(plan.changed + plan.new, by, at)


def _students_of(endings: list[Ending]) -> dict[int, int]:
    """Return {enrolment id: student id} for the enrolments that end."""
    ids = [ending.enrolment_id for ending in endings]
    return dict(Enrolment.objects.filter(pk__in=ids).values_list("pk", "student_id"))


def _merge(merges: list[Merge], institution: Institution, at: datetime) -> None:
    """Give what the one student has in this institution to the other.

    A student of whom nothing else is left is only the history of the other from now on.
    """
    other_of = {merge.student_id: merge.other_id for merge in merges}
    moved = list(Enrolment.objects.of(institution).filter(student__in=other_of))
    for enrolment in moved:
        enrolment.student_id = other_of[enrolment.student_id]
        # A student enrolled elsewhere with that number joins this school only now (R11).
        enrolment.joined_at = at
        enrolment.released_at = None
    Enrolment.objects.bulk_create(
        moved,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["student", "joined_at", "released_at"],
    )

    emptied = []
    for merge in merges:
        if merge.empties:
            missing = Student.OfficialData.NUMBER_MISSING
            student = Student(
                pk=merge.student_id, merged_into_id=merge.other_id, official_data=missing
            )
            emptied.append(student)
    Student.objects.bulk_create(
        emptied,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*STUDENT_FIELDS, "is_disputed", "merged_into"],
    )


def _end(endings: list[Ending]) -> None:
    """Set the last day of each enrolment, or delete it: one statement for each day."""
    ids_by_day = defaultdict(list)
    for ending in endings:
        ids_by_day[ending.ends_on].append(ending.enrolment_id)

    for ends_on, ids in ids_by_day.items():
        enrolments = Enrolment.objects.filter(pk__in=ids)
        if ends_on:
            enrolments.update(ends_on=ends_on)
        else:
            # Never begun: there is no day on which it could end. The history keeps its student.
            enrolments.delete()


def _change_students(entries: list[Entry]) -> None:
    """Change the existing students, whether their enrolment is existing or new.

    By an upsert, many times faster than `bulk_update`. It creates nothing: the students are
    locked, so each of them is still there.
    """
    students = []
    for entry in entries:
        if entry.student_differences:
            student = Student(pk=entry.student_id, is_disputed=entry.is_disputed, **entry.student)
            students.append(student)

    Student.objects.bulk_create(
        students,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*STUDENT_FIELDS, "is_disputed"],
    )


def _change_enrolments(entries: list[Entry], institution: Institution, at: datetime) -> None:
    """Change the existing enrolments, by an upsert as for the students.

    A pupil who comes back joins the school anew (R11).
    """
    followed = _followed(entries)
    changed = []
    staying = []
    returning = []
    for entry in entries:
        if entry.enrolment_differences:
            # No new students: an existing enrolment has an existing student.
            enrolment = _enrolment(entry, {}, institution, at)
            changed.append(enrolment)
            if entry.follows:
                _stay(enrolment, followed[entry.follows])
                staying.append(enrolment)
        if entry.enrolment_id and entry.returns:
            returning.append(entry.enrolment_id)

    Enrolment.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=ENROLMENT_COLUMNS,
    )
    Enrolment.objects.bulk_create(
        staying,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["joined_at", "released_at"],
    )
    again = Enrolment.objects.filter(pk__in=returning)
    again.update(joined_at=at, released_at=None)


def _create_students(entries: list[Entry]) -> StudentIds:
    """Create the students who are new, and return their ids."""
    students = {}
    for entry in entries:
        if entry.student_id is None:
            students[entry.row] = Student(is_disputed=entry.is_disputed, **entry.student)

    Student.objects.bulk_create(students.values())
    return {row: student.pk for row, student in students.items()}


def _create_enrolments(
    entries: list[Entry], new_students: StudentIds, institution: Institution, at: datetime
) -> None:
    """Create the enrolments of existing and of new students."""
    followed = _followed(entries)
    enrolments = []
    for entry in entries:
        enrolment = _enrolment(entry, new_students, institution, at)
        if entry.follows:
            _stay(enrolment, followed[entry.follows])
        enrolments.append(enrolment)

    Enrolment.objects.bulk_create(enrolments)


def _followed(entries: list[Entry]) -> dict[int, Enrolment]:
    """Return the enrolments of those who stay in this school, by their id."""
    return Enrolment.objects.in_bulk([entry.follows for entry in entries if entry.follows])


def _stay(enrolment: Enrolment, followed: Enrolment) -> None:
    """Let the pupil have joined the school when he or she did with the other enrolment (R11)."""
    enrolment.joined_at = followed.joined_at
    enrolment.released_at = followed.released_at


def _enrolment(
    entry: Entry, new_students: StudentIds, institution: Institution, at: datetime
) -> Enrolment:
    """Return the enrolment as it will be, not saved yet."""
    enrolment = Enrolment(
        pk=entry.enrolment_id,
        institution=institution,
        student_id=_student_id(entry, new_students),
        joined_at=at,
        **entry.enrolment,
    )
    # Written in bulk, which calls no save().
    enrolment.fold_names()
    return enrolment


def _student_id(entry: Entry, new_students: StudentIds) -> int:
    """Return the id of the entry's student, existing or just created."""
    if entry.student_id is None:
        return new_students[entry.row]
    return entry.student_id


def _events(
    plan: Plan, ended_students: dict[int, int], new_students: StudentIds
) -> Iterator[Event]:
    """Yield what the history keeps of this import."""
    for ending in plan.ended:
        student_id = ended_students[ending.enrolment_id]
        if ending.ends_on:
            yield student_id, Kind.ENDED, "", ""
        else:
            yield student_id, Kind.WITHDRAWN, ending.stamnummer, ""

    for merge in plan.merges:
        yield merge.other_id, Kind.MERGED, "", ""

    for entry in plan.changed + plan.new:
        student_id = _student_id(entry, new_students)
        if entry.changes_class:
            yield student_id, Kind.CLASS, entry.old_class, entry.enrolment["class_code"]
        if entry.joins:
            yield student_id, Kind.JOINED, "", ""
        elif entry.returns:
            yield student_id, Kind.REVIVED, "", ""


def _record(events: Iterable[Event], by: Actor, at: datetime) -> None:
    """Write the events, with who did it, when and from where (R10)."""
    StudentEvent.objects.bulk_create(_event(event, by, at) for event in events)


def _event(event: Event, by: Actor, at: datetime) -> StudentEvent:
    """Return the event, not saved yet."""
    student_id, kind, old, new = event
    return StudentEvent(
        student_id=student_id,
        institution=by.institution,
        kind=kind,
        at=at,
        manager=by.manager,
        ip_address=by.ip_address,
        old=old,
        new=new,
    )


def _record_data(entries: list[Entry], by: Actor, at: datetime) -> None:
    """Write what changed of the existing students, so that it can be put back (R10)."""
    changing = [entry for entry in entries if entry.student_differences]
    events = []
    for entry in changing:
        event = (_student_id(entry, {}), Kind.DATA, "", "")
        events.append(_event(event, by, at))
    StudentEvent.objects.bulk_create(events)

    changes = []
    for data_event, entry in zip(events, changing, strict=True):
        for difference in entry.student_differences:
            change = StudentFieldChange(
                event=data_event,
                field=difference.field,
                old=StudentFieldChange.text_of(difference.stored),
                new=StudentFieldChange.text_of(difference.becomes),
            )
            changes.append(change)
    StudentFieldChange.objects.bulk_create(changes)


def _keep_claims(entries: list[Entry], institution: Institution, at: datetime) -> None:
    """Remember the numbers that are new here, with the names and birth date of their row (R11).

    The number that one of them replaces too: a name with its birth date has two a year at most.
    """
    numbers = set()
    for entry in entries:
        claim = entry.claim
        if claim is None:
            continue

        for name in (claim.person_hash, *claim.last_name_hashes):
            numbers.add((name, claim.identity_hash))
        for difference in entry.student_differences:
            if difference.field == "identity_hash" and difference.stored:
                numbers.add((claim.person_hash, str(difference.stored)))

    NumberClaim.objects.bulk_create(
        (
            NumberClaim(institution=institution, person_hash=person, identity_hash=number, at=at)
            for person, number in sorted(numbers)
        ),
        update_conflicts=True,
        unique_fields=["institution", "person_hash", "identity_hash"],
        update_fields=["at"],
    )


_CONFLICTS = """
INSERT INTO students_identityconflict (student_id, other_id, institution_id, at, outcome)
SELECT DISTINCT student.id, other.id, enrolment.institution_id, %s, 'open'
FROM students_enrolment enrolment
JOIN students_student student ON student.id = enrolment.student_id AND student.is_disputed
JOIN students_student other
  ON other.identity_hash = student.identity_hash AND NOT other.is_disputed
WHERE enrolment.institution_id = %s AND NOT EXISTS (
  SELECT 1 FROM students_identityconflict known
  WHERE known.student_id = student.id AND known.other_id = other.id
)
"""


def _open_conflicts(institution: Institution, at: datetime) -> None:
    """Ask an operator who the disputed students of this institution are, unless asked before.

    One statement, whether there are any: written by hand, since the ORM writes nothing for no row,
    and a statement more would tell the importing school of a pupil elsewhere (R11).
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONFLICTS, [connection.ops.adapt_datetimefield_value(at), institution.pk])
