"""Change a draft: its ticks or its rows; or drop it."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import PasswordKind
from credentials import sealing
from credentials.eligibility import alternatives
from credentials.models import Batch, BatchItem
from schoolloket.core.exceptions import AlreadySaved, PreviewChanged
from schoolloket.institutions.actors import Actor

from .locks import locked, locked_draft


@transaction.atomic
def tick(*, by: Actor, batch_id: UUID, item_ids: Collection[int]) -> Batch:
    """Remember which rows are ticked: these, and no others.

    Raises DraftGone, or PreviewChanged where a row is not (or no longer) in the preview (R2).
    """
    batch = locked_draft(by, batch_id)

    found = batch.items.with_password().filter(pk__in=item_ids).count()
    if found != len(set(item_ids)):
        raise PreviewChanged

    # Only the rows whose tick changes are written.
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
    row = batch.items.with_password().filter(pk=item_id)
    [replacement] = _replace(row, kind)
    return replacement


@transaction.atomic
def switch_new_accounts(*, by: Actor, batch_id: UUID, kind: PasswordKind) -> None:
    """Give all rows that create an account a new password of this kind. Raises DraftGone.

    A row that has this kind already keeps its password.
    """
    batch = locked_draft(by, batch_id)
    others = batch.items.with_password().filter(creates=True).exclude(password_kind=kind)
    if others.exists():
        _replace(others, kind)


def _replace(rows: QuerySet[BatchItem], kind: PasswordKind | None) -> list[BatchItem]:
    """Replace rows by new ones in their places, with new passwords, of `kind` if given.

    The rows are not updated: a hash that is being computed for an old row must find no row to
    land on. Raises PreviewChanged where there are no rows, or one cannot have that kind.
    """
    items = list(rows)
    if not items:
        raise PreviewChanged

    for item in items:
        new_kind = PasswordKind(item.password_kind)
        if kind is not None and kind != new_kind:
            if kind not in alternatives(item):
                raise PreviewChanged
            new_kind = kind

        item.pk = None
        item.hash = ""
        item.password_kind = new_kind
        sealing.seal_new(item)

    rows.delete()
    return BatchItem.objects.bulk_create(items)


@transaction.atomic
def cancel(*, by: Actor, batch_id: UUID) -> None:
    """Drop the draft; every account stays as it was (R2).

    A draft that is gone already is no error. Raises AlreadySaved.
    """
    batch = locked(by, batch_id)

    if batch.was_saved:
        raise AlreadySaved
    if batch.is_draft:
        drop_drafts(Batch.objects.filter(pk=batch.pk))


def drop_drafts(drafts: QuerySet[Batch]) -> None:
    """Remove the items of these drafts with their passwords; the batches stay for a day."""
    BatchItem.objects.filter(batch__in=drafts).delete()
    drafts.update(state=Batch.State.DROPPED)
