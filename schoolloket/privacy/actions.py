"""Erase the pupils who left long ago, and note the export of a pupil's data (R12)."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import history
from accounts.models import Account, AccountEvent, FieldChange
from credentials.models import BatchItem
from schoolloket.core.clock import months_before
from schoolloket.institutions.actors import Actor
from students.actions import end_dispute
from students.models import (
    Enrolment,
    IdentityConflict,
    Student,
    StudentEvent,
    StudentFieldChange,
)

from .models import Erasure

# How many one transaction erases: few enough that no school waits long for its pupils' rows.
AT_ONCE = 200


def expired(day: date) -> QuerySet[Student]:
    """The students without an enrolment that runs, lies ahead, or ran in the last months (R12).

    A student whose enrolment was taken back before it began was never enrolled: then the months
    count from the creation of the LeerID, and without a LeerID there is nothing to wait for.
    One who was merged into another goes with that other, whose enrolments they are.
    """
    limit = months_before(day, settings.ERASE_AFTER_MONTHS)
    lately = Enrolment.objects.filter(student=OuterRef("pk"), ends_on__gte=limit)
    pupils = Student.objects.filter(merged_into=None)
    return pupils.filter(~Exists(lately), ~Q(account__created_at__date__gte=limit))


def erase_expired(day: date) -> int:
    """Erase the expired students with all that is known of them; return their number.

    In transactions of AT_ONCE students, so a run that was stopped can simply be repeated.
    """
    erased = 0
    for student_ids in _slices(expired(day)):
        erased += _erase(student_ids, day)
    return erased


def _slices(students: QuerySet[Student]) -> Iterator[list[int]]:
    """Yield the ids of the students, AT_ONCE at a time."""
    ids = iter(list(students.order_by("pk").values_list("pk", flat=True)))
    while part := list(islice(ids, AT_ONCE)):
        yield part


@transaction.atomic
def _erase(student_ids: list[int], day: date) -> int:
    """Erase those of the students who are still expired; return their number.

    With each go the students who were merged into it: they count as one pupil. Rows are deleted
    from the top room down, so that none refers to a row that is gone.
    """
    # Locked before they are judged: another transaction that enrols one of them waits for the end
    # of this one, and then finds no student.
    doubted = IdentityConflict.objects.open().filter(other__in=student_ids).values("student")
    concerned = Student.objects.with_merged(student_ids) | Student.objects.filter(pk__in=doubted)
    list(concerned.order_by("pk").select_for_update().values_list("pk"))

    pupils = list(expired(day).filter(pk__in=student_ids).values_list("pk", flat=True))
    students = list(Student.objects.with_merged(pupils).values_list("pk", flat=True))
    accounts = Account.objects.filter(student__in=students)

    BatchItem.objects.filter(student__in=students).delete()
    FieldChange.objects.filter(event__account__in=accounts).erase()
    AccountEvent.objects.filter(account__in=accounts).erase()
    # Cascades to the sessions and mailed links of the portal.
    accounts.delete()
    StudentFieldChange.objects.filter(event__student__in=students).erase()
    StudentEvent.objects.filter(student__in=students).erase()
    left_alone = _delete_conflicts(students)
    Enrolment.objects.filter(student__in=students).delete()
    # Sets the student of the usernames to null; the usernames stay. The merged ones go first, since
    # they refer to the others.
    Student.objects.filter(pk__in=students, merged_into__isnull=False).delete()
    Student.objects.filter(pk__in=students).delete()

    for student_id in left_alone:
        end_dispute(student_id)
    now = timezone.now()
    Erasure.objects.bulk_create(Erasure(at=now) for _ in pupils)
    return len(pupils)


def _delete_conflicts(student_ids: list[int]) -> set[int]:
    """Delete the conflicts of these students; return whose number is now nobody else's."""
    of_them = Q(student__in=student_ids) | Q(other__in=student_ids)
    conflicts = IdentityConflict.objects.filter(of_them)
    disputed = conflicts.open().exclude(student__in=student_ids)
    left_alone = set(disputed.values_list("student", flat=True))

    conflicts.delete()
    return left_alone


@transaction.atomic
def note_export(*, by: Actor, account: Account) -> None:
    """Note in the history that the pupil's data were exported (R10)."""
    history.record_one(account, AccountEvent.Kind.EXPORTED, by=by)
