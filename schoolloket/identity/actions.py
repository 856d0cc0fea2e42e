"""An operator decides who is who: merge two students, part them, put former data back (R11)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import history
from accounts.actions import lock_accounts
from accounts.models import Account, AccountEvent, FieldChange, Username
from schoolloket.core.exceptions import AlreadySettled, CannotPutBack, DecisionChanged
from schoolloket.core.text import mask_email
from schoolloket.institutions.actors import Operator
from schoolloket.institutions.models import Institution
from students.actions import unite
from students.models import Enrolment, IdentityConflict, Student, StudentEvent, StudentFieldChange

from . import former_data
from .people import Couple, couple

Kind = StudentEvent.Kind
Field = StudentFieldChange.Field

WITHOUT_NUMBER = {
    Field.IDENTITY_HASH: "",
    Field.OFFICIAL_FIRST_NAME: "",
    Field.OFFICIAL_LAST_NAME: "",
}
WITHOUT_DATA = WITHOUT_NUMBER | {Field.BIRTH_DATE: "", Field.SEX: ""}
NUMBER_INVALID = {Field.OFFICIAL_DATA: Student.OfficialData.NUMBER_INVALID.value}


@transaction.atomic
def merge(*, by: Operator, conflict_id: int, survivor_id: int) -> Student:
    """Make one student of the two; return the one who stays: `survivor_id`, as the page showed.

    All enrolments are the survivor's, each with its `joined_at`, so that who has the say follows
    from the dates as ever (docs/decisions/0012). The LeerID of the other ends; its usernames are
    reserved for the survivor (R6). Raises AlreadySettled, or DecisionChanged where the other one
    would survive by now; then nothing changed.
    """
    two = _locked(conflict_id)
    survivor, gone = two.survivor.student, two.gone.student
    if survivor.pk != survivor_id:
        raise DecisionChanged
    at = timezone.now()

    Enrolment.objects.filter(student=gone).update(student=survivor)
    Username.objects.filter(student=gone).update(student=survivor)
    if two.gone.account and two.survivor.account:
        _end(two.gone.account, two.survivor.account, by, at)
    lost = former_data.changes(gone, WITHOUT_DATA)
    unite(gone_id=gone.pk, survivor_id=survivor.pk, by=by.manager, at=at)

    _record(gone, Kind.UNITED, lost, by, at)
    _record(survivor, Kind.UNITED, [], by, at)
    return survivor


def _locked(conflict_id: int) -> Couple:
    """Return the two students of an open conflict, locked with their schools and LeerIDs.

    In the order of every action (institutions, students, accounts), so that an import or a save of
    one of the schools waits or is waited for. Raises AlreadySettled.
    """
    conflict = IdentityConflict.objects.get(pk=conflict_id)
    both = [conflict.student_id, conflict.other_id]
    schools = Enrolment.objects.filter(student__in=both).values("institution")
    institutions = Institution.objects.filter(pk__in=schools).order_by("pk")
    list(institutions.select_for_update(no_key=True).values_list("pk"))
    lock_accounts(both)

    # As it is now: another operator may have decided in between.
    still_open = IdentityConflict.objects.open().select_related("student", "other")
    locked = still_open.filter(pk=conflict_id, student__in=both, other__in=both).first()
    if locked is None:
        raise AlreadySettled
    return couple(locked)


def _end(ended: Account, stays: Account, by: Operator, at: datetime) -> None:
    """End a LeerID for the sake of the pupil's older one, with a line in the history of both.

    Without an enrolment it is inactive by itself (R9); the new version ends sessions, mailed links
    and drafts, and its paper is dead (R3). It gives up its username, for one that nobody can have,
    so that the survivor may be given it (R6).
    """
    Account.objects.filter(pk=ended.pk).new_version(username=f"#{ended.pk}", email="")

    changes = [history.Change(FieldChange.Field.USERNAME, ended.username, "")]
    if ended.email:
        changes.append(history.Change(FieldChange.Field.EMAIL, mask_email(ended.email), ""))
    entries = [
        history.Entry(ended.pk, AccountEvent.Kind.ENDED, tuple(changes)),
        history.Entry(stays.pk, AccountEvent.Kind.UNITED),
    ]
    history.record(entries, by=by, operation_id=uuid4(), at=at)


@transaction.atomic
def part(*, by: Operator, conflict_id: int) -> None:
    """Take the number from the student who came later: it is that of the other one.

    With it go the official names, which came with that number. Raises AlreadySettled.
    """
    student = _locked(conflict_id).later.student
    at = timezone.now()

    # Where the school corrected the number in the meantime there is nothing to take.
    if student.is_disputed:
        changes = former_data.changes(student, WITHOUT_NUMBER | NUMBER_INVALID)
        former_data.apply(student, changes)
        student.is_disputed = False
        student.save()
        _record(student, Kind.PARTED, changes, by, at)

    IdentityConflict.objects.filter(pk=conflict_id).update(
        outcome=IdentityConflict.Outcome.DIFFERENT, settled_at=at, settled_by=by.manager
    )


def put_back(*, by: Operator, student_id: int, event_id: int) -> None:
    """Give the student the values from before this event again, as an event of its own.

    Raises CannotPutBack, or DoesNotExist where there is no such student or event.
    """
    try:
        with transaction.atomic():
            _put_back(by, student_id, event_id)
    except IntegrityError:
        # An import gave the number to another student in the same second.
        raise CannotPutBack(former_data.NUMBER_TAKEN) from None


def _put_back(by: Operator, student_id: int, event_id: int) -> None:
    """Put the values back inside the transaction of `put_back`."""
    student = Student.objects.select_for_update(no_key=True).get(pk=student_id)
    event = student.events.get(pk=event_id)
    changes = former_data.back_to(student, event)
    reason = former_data.obstacle(student, changes)
    if reason:
        raise CannotPutBack(reason)

    former_data.apply(student, changes)
    student.save()
    _record(student, Kind.RESTORED, changes, by, timezone.now())


def _record(
    student: Student,
    kind: StudentEvent.Kind,
    changes: Iterable[StudentFieldChange],
    by: Operator,
    at: datetime,
) -> None:
    """Write an event of no school in particular, so that all schools of the pupil read it (R10)."""
    event = StudentEvent.objects.create(
        student=student, kind=kind, at=at, manager=by.manager, ip_address=by.ip_address
    )
    for change in changes:
        change.event = event
    StudentFieldChange.objects.bulk_create(changes)
