"""The rows of the list: one student in one institution, with the status of the LeerID."""

from datetime import date

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Length

from schoolloket.institutions.models import Institution
from students.models import Enrolment, EnrolmentQuerySet

from .models import Account, Status


def enrolled(institution: Institution, day: date) -> QuerySet[Enrolment]:
    """The students who are or will be enrolled: the list."""
    return _with_status(leading(institution, day).running_or_ahead(day), day)


def left(institution: Institution, day: date) -> QuerySet[Enrolment]:
    """The students who left in the last 365 days: to read only (R11)."""
    return _with_status(leading(institution, day).visible_on(day).filter(ends_on__lt=day), day)


def visible(institution: Institution, day: date) -> QuerySet[Enrolment]:
    """All students whom the school may see (R11)."""
    return _with_status(leading(institution, day).visible_on(day), day)


def leading(institution: Institution, day: date) -> EnrolmentQuerySet:
    """One enrolment for each student ever enrolled, with the account loaded."""
    return Enrolment.objects.of(institution).leading_on(day).select_related("student__account")


def _with_status(enrolments: EnrolmentQuerySet, day: date) -> QuerySet[Enrolment]:
    return (
        enrolments.with_next(day)
        .with_presence(day)
        .annotate(
            status=Case(
                When(student__account=None, then=Value(Status.NONE)),
                When(
                    Q(student__account__deactivated_at=None, enrolled_somewhere=True),
                    then=Value(Status.ACTIVE),
                ),
                default=Value(Status.INACTIVE),
            ),
            stamnummer_length=Length("stamnummer"),
        )
    )


def account_of(enrolment: Enrolment) -> Account | None:
    """The student's account, or None: Django raises where a one-to-one has no other end."""
    return getattr(enrolment.student, "account", None)
