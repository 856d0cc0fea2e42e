"""What a save adds to the history of each LeerID (R10)."""

from accounts.history import Change, Entry
from accounts.models import Account, AccountEvent, FieldChange, PasswordKind
from credentials.models import Batch, BatchItem
from schoolloket.core.text import mask_email

Field = FieldChange.Field


def entries(batch: Batch, done: list[BatchItem], before: dict[int, Account]) -> list[Entry]:
    """Return an entry per item that was done, once the new accounts are stored.

    `before`: student id -> the account as it was before the save.
    """
    # The database made the new accounts, so only it knows their ids.
    account_ids = dict(batch.items.done().values_list("pk", "account"))

    result = []
    for item in done:
        old = before.get(item.student_id)
        if old is None:
            kind = AccountEvent.Kind.CREATED
            changes = _created(item)
        else:
            changes = _changed(old, item)
            kind = _event_kind(changes)

        result.append(Entry(account_ids[item.pk], kind, changes))

    return result


def _created(item: BatchItem) -> tuple[Change, ...]:
    kind = PasswordKind(item.password_kind).account_kind

    return (
        Change(Field.USERNAME, "", item.username),
        Change(Field.KIND, "", kind),
        Change(Field.PASSWORD_KIND, "", item.password_kind),
    )


def _changed(old: Account, item: BatchItem) -> tuple[Change, ...]:
    """Return what an existing account gets other than it had; always a password."""
    new_kind = PasswordKind(item.password_kind).account_kind

    changes = []
    if item.username != old.username:
        changes.append(Change(Field.USERNAME, old.username, item.username))
    if new_kind != old.kind:
        changes.append(Change(Field.KIND, old.kind, new_kind))
    if item.password_kind != old.password_kind:
        changes.append(Change(Field.PASSWORD_KIND, old.password_kind, item.password_kind))
    if item.removes_email and old.email:
        changes.append(Change(Field.EMAIL, mask_email(old.email), ""))

    # A password leaves no value behind, old or new.
    changes.append(Change(Field.PASSWORD, "", ""))

    return tuple(changes)


def _event_kind(changes: tuple[Change, ...]) -> AccountEvent.Kind:
    """Return the event that is named after the weightiest change."""
    changed = {change.field for change in changes}

    if Field.KIND in changed:
        return AccountEvent.Kind.CONVERTED
    if changed == {Field.PASSWORD}:
        return AccountEvent.Kind.RENEWED
    return AccountEvent.Kind.CHANGED
