"""The history of a LeerID: how it is added to (R10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from schoolloket.institutions.actors import Actor, Operator, Pupil

from .models import Account, AccountEvent, FieldChange


@dataclass(frozen=True)
class Change:
    """The old and the new value of a field, as they may be kept: no password, e-mail masked."""

    field: FieldChange.Field
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """The event that one operation is to one account."""

    account_id: int
    kind: AccountEvent.Kind
    changes: tuple[Change, ...] = ()


def record(
    entries: Iterable[Entry], *, by: Actor | Operator | Pupil, operation_id: UUID, at: datetime
) -> None:
    """Add the entries to the history, inside the caller's transaction.

    Two statements, whatever the number of entries. At most one entry for each account.
    """
    entries = list(entries)
    manager = institution = None
    if isinstance(by, Actor):
        manager, institution = by.manager, by.institution
    elif isinstance(by, Operator):
        manager = by.manager

    events = AccountEvent.objects.bulk_create(
        AccountEvent(
            account_id=entry.account_id,
            kind=entry.kind,
            at=at,
            manager=manager,
            institution=institution,
            by_pupil=isinstance(by, Pupil),
            ip_address=by.ip_address,
            operation_id=operation_id,
        )
        for entry in entries
    )

    FieldChange.objects.bulk_create(
        FieldChange(event=event, field=change.field, old=change.old, new=change.new)
        for event, entry in zip(events, entries, strict=True)
        for change in entry.changes
    )


def record_one(
    account: Account,
    kind: AccountEvent.Kind,
    *changes: Change,
    by: Actor | Pupil,
    at: datetime | None = None,
) -> None:
    """Add an operation on one account to the history, inside the caller's transaction.

    `at`: now, unless given.
    """
    if at is None:
        at = timezone.now()
    entry = Entry(account.pk, kind, changes)
    record([entry], by=by, operation_id=uuid4(), at=at)
