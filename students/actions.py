"""A pupil in two schools at once: the one that has the say releases the pupil (R11).

And a pupil who was stored as two students: how they become one.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from schoolloket.core.clock import today
from schoolloket.core.exceptions import NothingToRelease
from schoolloket.institutions.actors import Actor, Operator
from schoolloket.institutions.models import Institution, Manager

from .models import Enrolment, IdentityConflict, Student, StudentEvent


@transaction.atomic
def release(*, by: Actor, enrolment: Enrolment) -> None:
    """Let the schools where this pupil was enrolled later change the sign-in data too (R11).

    Raises NothingToRelease where no school waits, or where this one waits itself.
    """
    list(Student.objects.select_for_update(no_key=True).filter(pk=enrolment.student_id))

    enrolments = Enrolment.objects.filter(student=enrolment.student_id)
    if not enrolments.of(by.institution).holding_on(today()).exists():
        raise NothingToRelease(enrolment.first_name)

    _release(enrolments.exclude(institution=by.institution), by, by.institution)


@transaction.atomic
def release_as_operator(*, by: Operator, enrolments: QuerySet[Enrolment]) -> int:
    """Release these, whatever the other school wants; return how many were waiting."""
    return _release(enrolments, by, None)


def _release(
    enrolments: QuerySet[Enrolment], by: Actor | Operator, institution: Institution | None
) -> int:
    """Release those that wait, with a line in each pupil's history (R10); return how many."""
    now = timezone.now()
    waiting = Enrolment.objects.held_on(today()).filter(pk__in=enrolments.values("pk"))
    student_of = dict(waiting.values_list("pk", "student_id"))
    Enrolment.objects.filter(pk__in=student_of).update(released_at=now)

    StudentEvent.objects.bulk_create(
        StudentEvent(
            student_id=student_id,
            institution=institution,
            kind=StudentEvent.Kind.RELEASED,
            at=now,
            manager=by.manager,
            ip_address=by.ip_address,
        )
        for student_id in set(student_of.values())
    )
    return len(student_of)


def unite(*, gone_id: int, survivor_id: int, by: Manager, at: datetime) -> None:
    """Let a student who has no enrolments any more be no more than the history of another.

    The number, the birth date and the official data go; conflicts become those of the survivor,
    and one between the two is settled. Runs inside the caller's transaction, which has locked
    both students and gave the enrolments to the survivor.
    """
    Student.objects.filter(merged_into=gone_id).update(merged_into=survivor_id)
    Student.objects.filter(pk=gone_id).update(
        merged_into=survivor_id,
        identity_hash=None,
        is_disputed=False,
        birth_date=None,
        sex="",
        official_data=Student.OfficialData.NUMBER_MISSING,
        official_first_name="",
        official_last_name="",
    )

    _hand_over_conflicts(gone_id, survivor_id, by, at)
    end_dispute(survivor_id)


def _hand_over_conflicts(gone_id: int, survivor_id: int, by: Manager, at: datetime) -> None:
    """Settle what is open between the two, and give the other conflicts of the one to the other."""
    both = [gone_id, survivor_id]
    between = IdentityConflict.objects.filter(student__in=both, other__in=both)
    between.open().update(outcome=IdentityConflict.Outcome.MERGED, settled_at=at, settled_by=by)

    of_gone = IdentityConflict.objects.filter(Q(student=gone_id) | Q(other=gone_id))
    for conflict in of_gone.exclude(pk__in=between.values("pk")):
        if conflict.student_id == gone_id:
            conflict.student_id = survivor_id
        else:
            conflict.other_id = survivor_id

        pair = IdentityConflict.objects.filter(student=conflict.student_id, other=conflict.other_id)
        if pair.exists():
            # The survivor has the same conflict, open or settled: one of them is enough.
            conflict.delete()
        else:
            conflict.save()


def end_dispute(student_id: int) -> None:
    """Let a disputed student count again, once no conflict about it is open.

    Not where the number is meanwhile another student's. Runs inside the caller's transaction.
    """
    student = Student.objects.get(pk=student_id)
    is_open = IdentityConflict.objects.open().filter(student=student_id).exists()
    counting = Student.objects.filter(is_disputed=False).exclude(pk=student_id)
    is_taken = counting.filter(identity_hash=student.identity_hash).exists()
    if is_open or is_taken:
        return

    student.is_disputed = False
    student.save(update_fields=["is_disputed"])
