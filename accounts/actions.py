"""Changes of a LeerID, except of its credentials: those are changed by a batch (`credentials`)."""

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from schoolloket.core import clock
from schoolloket.core.exceptions import LinkDead, NotAdvanced
from schoolloket.core.text import mask_email
from schoolloket.institutions.actors import Actor, Pupil
from students.models import Student

from . import history
from .models import Account, AccountEvent, FieldChange, Kind, Status
from .status import StatusChange, StatusPreview


@transaction.atomic
def link_email(
    *, account_id: int, email: str, by: Actor | Pupil, version: int | None = None
) -> Account:
    """Link an e-mail address to the account; return the account as it was before (R8).

    The pupil of a linked account has an own password, so none has to be chosen any more. Raises
    NotAdvanced for a basic account, and LinkDead where the credentials are no longer of `version`.
    """
    accounts = Account.objects.filter(pk=account_id)
    old = accounts.select_for_update().get()
    if version is not None and old.credentials_version != version:
        raise LinkDead
    if old.kind != Kind.ADVANCED:
        raise NotAdvanced

    accounts.new_version(email=email, must_change_password=False)

    kind = AccountEvent.Kind.EMAIL_LINKED
    if old.email:
        kind = AccountEvent.Kind.EMAIL_CHANGED
    change = history.Change(FieldChange.Field.EMAIL, mask_email(old.email), mask_email(email))
    history.record_one(old, kind, change, by=by)
    return old


def lock_accounts(student_ids: Collection[int]) -> dict[int, Account]:
    """Lock the students and their accounts; return the accounts by student id, as they are now.

    Runs inside the caller's transaction. Always in one order, so that no two of them deadlock.
    """
    students = Student.objects.filter(pk__in=student_ids).order_by("pk")
    list(students.select_for_update(no_key=True).values_list("pk"))

    accounts = Account.objects.filter(student__in=student_ids).order_by("pk")
    return {account.student_id: account for account in accounts.select_for_update()}


@transaction.atomic
def change_status(
    *, by: Actor, change: StatusChange, student_ids: Collection[int]
) -> StatusPreview:
    """Activate or deactivate by hand the LeerIDs of a selection (R9).

    Returns which were changed and which were skipped. The changed ones get a new version, which
    ends earlier sessions, mailed links, waits and previews. Raises NothingSelected,
    TooManySelected or UnknownStudents.
    """
    lock_accounts(student_ids)
    preview = StatusPreview.of_selection(change, by.institution, student_ids, clock.today())
    now = timezone.now()

    fields: dict[str, Any]
    if change == StatusChange.ACTIVATE:
        fields = {"deactivated_at": None, "deactivated_by": None}
        kind, old, new = AccountEvent.Kind.ACTIVATED, Status.INACTIVE, Status.ACTIVE
    else:
        fields = {"deactivated_at": now, "deactivated_by": by.manager}
        kind, old, new = AccountEvent.Kind.DEACTIVATED, Status.ACTIVE, Status.INACTIVE
    ids = [one.account.pk for one in preview.changed]
    Account.objects.filter(pk__in=ids).new_version(**fields)

    status = history.Change(FieldChange.Field.STATUS, old, new)
    entries = [history.Entry(pk, kind, (status,)) for pk in ids]
    history.record(entries, by=by, operation_id=uuid4(), at=now)
    return preview
