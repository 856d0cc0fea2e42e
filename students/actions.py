"""Two schools at once: the one that has the say releases a pupil (R11)."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from schoolloket.core.clock import today
from schoolloket.core.exceptions import NothingToRelease
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Manager

from .models import Enrolment, Student, StudentEvent


@transaction.atomic
def release(*, by: Actor, enrolment: Enrolment) -> None:
    """Let the schools where this pupil was enrolled later change the sign-in data too (R11).

    Raises NothingToRelease where no school waits, or this one waits itself.
    """
    list(Student.objects.select_for_update(no_key=True).filter(pk=enrolment.student_id))
    enrolments = Enrolment.objects.filter(student=enrolment.student_id)
    if not enrolments.of(by.institution).holding_on(today()).exists():
        raise NothingToRelease(enrolment.first_name)
    waiting = enrolments.exclude(institution=by.institution)
    told = {"institution": by.institution, "manager": by.manager, "ip_address": by.ip_address}
    _release(waiting, **told)


@transaction.atomic
def release_as_operator(*, by: Manager, enrolments: QuerySet[Enrolment]) -> int:
    """Release these, whatever the other school says; return how many were waiting."""
    return _release(enrolments, manager=by)


def _release(enrolments: QuerySet[Enrolment], **told: Any) -> int:
    now = timezone.now()
    held = list(Enrolment.objects.held_on(today()).filter(pk__in=enrolments.values("pk")))
    Enrolment.objects.filter(pk__in=[enrolment.pk for enrolment in held]).update(released_at=now)
    StudentEvent.objects.bulk_create(
        StudentEvent(student_id=student_id, kind=StudentEvent.Kind.RELEASED, at=now, **told)
        for student_id in {enrolment.student_id for enrolment in held}
    )
    return len(held)
