"""A pupil in two schools at once: the one that has the say releases the pupil (R11)."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from schoolloket.core.clock import today
from schoolloket.core.exceptions import NothingToRelease
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager

from .models import Enrolment, Student, StudentEvent


@transaction.atomic
def release(*, by: Actor, enrolment: Enrolment) -> None:
    """Let the schools where this pupil was enrolled later change the sign-in data too (R11).

    Raises NothingToRelease where no school waits, or where this one waits itself.
    """
    list(Student.objects.select_for_update(no_key=True).filter(pk=enrolment.student_id))

    enrolments = Enrolment.objects.filter(student=enrolment.student_id)
    if not enrolments.of(by.institution).holding_on(today()).exists():
        raise NothingToRelease(enrolment.first_name)

    _release(
        enrolments.exclude(institution=by.institution),
        institution=by.institution,
        manager=by.manager,
        ip_address=by.ip_address,
    )


@transaction.atomic
def release_as_operator(*, by: Manager, enrolments: QuerySet[Enrolment]) -> int:
    """Release these, whatever the other school wants; return how many were waiting."""
    return _release(enrolments, institution=None, manager=by, ip_address=None)


def _release(
    enrolments: QuerySet[Enrolment],
    *,
    institution: Institution | None,
    manager: Manager | None,
    ip_address: str | None,
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
            manager=manager,
            ip_address=ip_address,
        )
        for student_id in set(student_of.values())
    )
    return len(student_of)
