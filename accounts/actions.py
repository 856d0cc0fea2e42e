"""What changes a LeerID, except its credentials: those are changed by a batch (`credentials`)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from schoolloket.core import clock
from schoolloket.core.exceptions import NotAdvanced
from schoolloket.core.text import mask_email
from schoolloket.institutions.actors import Actor, Pupil
from students.models import Student

from . import history
from .models import Account, AccountEvent, FieldChange, Kind, Status
from .status import Change, StatusPreview


@transaction.atomic
def link_email(*, account_id: int, email: str, by: Actor | Pupil) -> Account:
    """Link an address to the account, whose pupil thereby has chosen an own password (R8).

    Raises NotAdvanced for a basic account.
    """
    accounts = Account.objects.filter(pk=account_id)
    old = accounts.select_for_update().get()
    if old.kind != Kind.ADVANCED:
        raise NotAdvanced
    accounts.new_version(email=email, must_change_password=False)
    kind = AccountEvent.Kind.EMAIL_CHANGED if old.email else AccountEvent.Kind.EMAIL_LINKED
    change = history.Change(FieldChange.Field.EMAIL, mask_email(old.email), mask_email(email))
    history.record_one(old, kind, change, by=by)
    return accounts.get()


def lock_accounts(student_ids: Collection[int]) -> dict[int, Account]:
    """Lock the students and their accounts; return the accounts by student, as they are now.

    Inside the caller's transaction. Always in this order, so that nobody waits in a circle.
    """
    students = Student.objects.filter(pk__in=student_ids).order_by("pk")
    list(students.select_for_update(no_key=True).values_list("pk"))
    accounts = Account.objects.filter(student__in=student_ids).order_by("pk").select_for_update()
    return {account.student_id: account for account in accounts}


@transaction.atomic
def change_status(*, by: Actor, change: Change, student_ids: Collection[int]) -> StatusPreview:
    """Activate or deactivate by hand the LeerIDs of a selection; return to whom it was done (R9).

    Who cannot be done is left as is. The version rises, so that sessions, mailed links, waits and
    previews of before end. Raises NothingSelected, TooMany or UnknownStudents.
    """
    lock_accounts(student_ids)
    preview = StatusPreview.on(change, by.institution, student_ids, clock.today())
    ids = [judged.account.pk for judged in preview.changed]
    now = timezone.now()
    Account.objects.filter(pk__in=ids).new_version(**_status_fields(change, by, now))
    history.record(
        [history.Entry(pk, *_STATUS_HISTORY[change]) for pk in ids],
        by=by,
        operation_id=uuid4(),
        at=now,
    )
    return preview


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
