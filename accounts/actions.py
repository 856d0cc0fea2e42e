"""What changes a LeerID, except its credentials: those are changed by a batch (`credentials`)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from schoolloket import clock
from schoolloket.institutions.actors import Actor
from students.models import Student

from . import history
from .models import NO_FAILURES, Account, AccountEvent, FieldChange, Kind, Status
from .status import Change, Verdict


class NotAdvanced(Exception):
    """Only an advanced account can have an e-mail address (R8)."""


@transaction.atomic
def link_email(*, account_id: int, email: str, by: Actor) -> None:
    """Link an address to the account, whose pupil thereby has chosen an own password (R8).

    Raises NotAdvanced for a basic account.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.kind != Kind.ADVANCED:
        raise NotAdvanced
    old, account.email = account.email, email
    account.must_change_password = False
    account.credentials_version += 1
    account.save(update_fields=["email", "must_change_password", "credentials_version"])
    change = history.Change(
        FieldChange.Field.EMAIL, history.mask_email(old), history.mask_email(email)
    )
    history.record(
        [history.Entry(account.pk, AccountEvent.Kind.EMAIL_LINKED, (change,))],
        by=by,
        operation_id=uuid4(),
        at=timezone.now(),
    )


def lock_accounts(student_ids: Collection[int]) -> dict[int, Account]:
    """Lock the students and their accounts; return the accounts by student, as they are now.

    Inside the caller's transaction. Always in this order, so that nobody waits in a circle.
    """
    students = Student.objects.filter(pk__in=student_ids).order_by("pk")
    list(students.select_for_update(no_key=True).values_list("pk"))
    accounts = Account.objects.filter(student__in=student_ids).order_by("pk").select_for_update()
    return {account.student_id: account for account in accounts}


@transaction.atomic
def change_status(*, by: Actor, change: Change, student_ids: Collection[int]) -> Verdict:
    """Activate or deactivate by hand the LeerIDs of a selection; return to whom it was done (R9).

    Who cannot be done is left as is. The version rises, so that sessions, mailed links, waits and
    previews of before end. Raises NothingSelected, TooMany or UnknownStudents.
    """
    lock_accounts(student_ids)
    verdict = Verdict.on(change, by.institution, student_ids, clock.today())
    ids = [judged.account.pk for judged in verdict.changed]
    now = timezone.now()
    Account.objects.filter(pk__in=ids).update(
        credentials_version=F("credentials_version") + 1,
        **NO_FAILURES,
        **_status_fields(change, by, now),
    )
    history.record(
        [history.Entry(pk, *_STATUS_HISTORY[change]) for pk in ids],
        by=by,
        operation_id=uuid4(),
        at=now,
    )
    return verdict


def _status_fields(change: Change, by: Actor, now: datetime) -> dict[str, Any]:
    if change == Change.ACTIVATE:
        return {"deactivated_at": None, "deactivated_by": None}
    return {"deactivated_at": now, "deactivated_by": by.manager}


def _status_change(old: Status, new: Status) -> tuple[history.Change, ...]:
    return (history.Change(FieldChange.Field.STATUS, old, new),)


_STATUS_HISTORY = {
    Change.ACTIVATE: (
        AccountEvent.Kind.ACTIVATED,
        _status_change(Status.INACTIVE, Status.ACTIVE),
    ),
    Change.DEACTIVATE: (
        AccountEvent.Kind.DEACTIVATED,
        _status_change(Status.ACTIVE, Status.INACTIVE),
    ),
}
