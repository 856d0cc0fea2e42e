"""Change a draft: its ticks, its rows, its hashes, or drop it."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import PasswordKind
from credentials import passwords
from credentials.eligibility import alternatives
from credentials.models import Batch, BatchItem
from schoolloket.core import vault
from schoolloket.core.exceptions import AlreadySaved, PreviewChanged
from schoolloket.institutions.actors import Actor

from .locks import locked, locked_draft


@transaction.atomic
def tick(*, by: Actor, batch_id: UUID, item_ids: Collection[int]) -> Batch:
    """Remember which rows are ticked: these, and no others.

    Raises DraftGone, or PreviewChanged where a row is not (or no longer) in the preview (R2).
    """
    batch = locked_draft(by, batch_id)
    if batch.items.with_password().filter(pk__in=item_ids).count() != len(set(item_ids)):
        raise PreviewChanged
    batch.items.filter(included=True).exclude(pk__in=item_ids).update(included=False)
    batch.items.filter(pk__in=item_ids, included=False).update(included=True)
    return batch


@transaction.atomic
def reroll(
    *, by: Actor, batch_id: UUID, item_id: int, kind: PasswordKind | None = None
) -> BatchItem:
    """Replace a row by one with another password, of another kind if asked, in the same place.

    Raises DraftGone, or PreviewChanged where the row is gone or cannot have that kind.
    """
    batch = locked_draft(by, batch_id)
    return _replace(batch.items.with_password().filter(pk=item_id), kind)[0]


@transaction.atomic
def switch_new_accounts(*, by: Actor, batch_id: UUID, kind: PasswordKind) -> None:
    """Give all rows that create an account this kind of password. Raises DraftGone."""
    batch = locked_draft(by, batch_id)
    others = batch.items.with_password().filter(creates=True).exclude(password_kind=kind)
    if others.exists():
        _replace(others, kind)


def _replace(rows: QuerySet[BatchItem], kind: PasswordKind | None) -> list[BatchItem]:
    items = list(rows)
    if not items or any(kind and kind not in _kinds(item) for item in items):
        raise PreviewChanged
    # Never changed in place: a hash computed meanwhile for the old row finds no row to land on.
    rows.delete()
    for item in items:
        item.pk, item.hash = None, ""
        item.password_kind = kind or item.password_kind
        item.sealed = vault.seal(passwords.generate(item.password_kind))
    return BatchItem.objects.bulk_create(items)


def _kinds(item: BatchItem) -> list[PasswordKind]:
    return [PasswordKind(item.password_kind), *alternatives(item)]


@transaction.atomic
def cancel(*, by: Actor, batch_id: UUID) -> None:
    """Drop the draft; every account stays as it was (R2). Not an error where it is gone already.

    Raises AlreadySaved.
    """
    batch = locked(by, batch_id)
    if batch.was_saved:
        raise AlreadySaved
    if batch.is_draft:
        drop_drafts(Batch.objects.filter(pk=batch.pk))


def drop_drafts(drafts: QuerySet[Batch]) -> None:
    BatchItem.objects.filter(batch__in=drafts).delete()
    drafts.update(state=Batch.State.DROPPED)
