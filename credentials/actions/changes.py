"""Change a draft: its ticks or its rows; or drop it."""

from collections.abc import Collection, Mapping
from copy import copy
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import PasswordKind
from credentials import sealing
from credentials.eligibility import alternatives, proposed_kind
from credentials.enrolments import enrolments_of
from credentials.models import Batch, BatchItem
from credentials.scopes import Scope
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
    *,
    by: Actor,
    batch_id: UUID,
    item_id: int,
    kind: PasswordKind | None = None,
    included: bool | None = None,
) -> BatchItem:
    """Replace a row by one with another password, of another kind if asked, in the same place.

    `included`: whether the row is ticked; without it the tick stays as it was. Raises DraftGone,
    or PreviewChanged where the row is gone or cannot have that kind.
    """
    batch = locked_draft(by, batch_id)
    item = batch.items.with_password().filter(pk=item_id).first()
    if item is None:
        raise PreviewChanged

    if included is not None:
        item.included = included
    [replacement] = _replace({item: kind or PasswordKind(item.password_kind)})
    return replacement


@transaction.atomic
def switch_rows(
    *, by: Actor, batch_id: UUID, kinds: Mapping[int, PasswordKind]
) -> dict[int, BatchItem]:
    """Give each row, by its id, a password of its kind; return id -> the row in its place.

    A row that has its kind already keeps its password, and is not returned. Raises DraftGone, or
    PreviewChanged where a row is gone or cannot have its kind.
    """
    batch = locked_draft(by, batch_id)
    items = list(batch.items.with_password().filter(pk__in=kinds))
    if len(items) != len(kinds):
        raise PreviewChanged

    wished = {}
    for item in items:
        if item.password_kind != kinds[item.pk]:
            wished[item] = kinds[item.pk]

    replacements = _replace(wished)
    return {item.pk: new for item, new in zip(wished, replacements, strict=True)}


@transaction.atomic
def switch_scope(*, by: Actor, batch_id: UUID, scope: Scope, kind: PasswordKind | None) -> int:
    """Give all rows of the scope a password of this kind; return how many changed.

    Without a kind each row gets the one that its group proposes. A row that has the kind already
    keeps its password, and one that cannot have it stays as it is. Raises DraftGone.
    """
    batch = locked_draft(by, batch_id)
    items = list(batch.items.in_scope(scope))

    wished = {}
    for item, asked in _asked(batch, items, kind).items():
        if asked in alternatives(item):
            wished[item] = asked
    return len(_replace(wished))


def _asked(
    batch: Batch, items: list[BatchItem], kind: PasswordKind | None
) -> dict[BatchItem, PasswordKind]:
    """Return for each row this kind; without one the kind that the pupil's group proposes.

    A pupil whose enrolment was withdrawn meanwhile has no group any more, and is left out.
    """
    if kind is not None:
        return dict.fromkeys(items, kind)

    enrolments = enrolments_of(batch, items)

    proposed = {}
    for item in items:
        enrolment = enrolments.get(item.student_id)
        if enrolment is not None:
            proposed[item] = proposed_kind(enrolment.administrative_group)
    return proposed


def _replace(kinds: Mapping[BatchItem, PasswordKind]) -> list[BatchItem]:
    """Replace rows by new ones in their places, each with a new password of its kind.

    The rows are not updated: a hash that is being computed for an old row must find no row to
    land on. Raises PreviewChanged where a row cannot have its kind.
    """
    ids = [item.pk for item in kinds]

    replacements = []
    for item, kind in kinds.items():
        is_other = kind != item.password_kind
        if is_other and kind not in alternatives(item):
            raise PreviewChanged
        replacement = copy(item)
        replacement.pk = None
        replacement.hash = ""
        replacement.password_kind = kind
        sealing.seal_new(replacement)
        replacements.append(replacement)

    BatchItem.objects.filter(pk__in=ids).delete()
    return BatchItem.objects.bulk_create(replacements)


@transaction.atomic
def rename(*, by: Actor, batch_id: UUID, usernames: Mapping[int, str]) -> None:
    """Give LeerIDs that are to be made other usernames, by the ids of their rows (R6).

    A username is no secret and no hash depends on it, so the row and its password stay. That it is
    free is judged where it was typed (`typed_usernames`) and once more by the save. Raises
    DraftGone, or PreviewChanged where a row is gone or creates no LeerID.
    """
    batch = locked_draft(by, batch_id)
    items = list(batch.items.with_password().filter(creates=True, pk__in=usernames))
    if len(items) != len(usernames):
        raise PreviewChanged

    for item in items:
        item.username = usernames[item.pk]
    BatchItem.objects.bulk_update(items, ["username"])


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
