"""How long the secrets of a batch last: from its save, over each download, to their end."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from credentials.models import Batch, BatchItem
from schoolloket.core.exceptions import NotPrintable
from schoolloket.institutions import access_log
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import AccessEvent

from .changes import drop_drafts
from .locks import locked

State = Batch.State

A_DAY = timedelta(days=1)


@transaction.atomic
def note_download(*, by: Actor, batch_id: UUID, of_card: bool = False) -> Batch:
    """Log a download of a saved batch, and start its last hour anew (R4).

    `of_card`: the card of one pupil was shown on the screen, which counts as a download.
    Never beyond the end of the day that began with the save. Raises NotPrintable once it expired
    or was destroyed. Changes no account.
    """
    batch = locked(by, batch_id)
    now = timezone.now()
    if not batch.is_printable(now):
        raise NotPrintable

    if batch.first_downloaded_at is None:
        batch.first_downloaded_at = now
    last_hour = now + timedelta(minutes=settings.PRINTABLE_MINUTES_AFTER_DOWNLOAD)
    batch.expires_at = min(batch.latest_end, last_hour)
    batch.save(update_fields=["first_downloaded_at", "expires_at"])

    what = ""
    if of_card:
        what = ", kaart op het scherm"
    _log(AccessEvent.Kind.DOWNLOADED, batch, by, what)
    return batch


@transaction.atomic
def destroy(*, by: Actor, batch_id: UUID) -> None:
    """Remove the secrets of a saved batch now (R4). Secrets that are gone already are no error."""
    batch = locked(by, batch_id)
    if batch.state == State.SAVED:
        _destroy(Batch.objects.filter(pk=batch.pk), by)
        _log(AccessEvent.Kind.DESTROYED, batch, by)


def _log(kind: AccessEvent.Kind, batch: Batch, by: Actor, what: str = "") -> None:
    """Add to the access log what a manager did with the passwords of a batch."""
    access_log.record(
        kind,
        manager=by.manager,
        by=by,
        institution=by.institution,
        detail=f"reeks {batch.number} ({batch.pk}){what}",
    )


def _destroy(batches: QuerySet[Batch], by: Actor | None) -> None:
    """Remove the secrets of these saved batches; `by` is None where they expired."""
    manager = None
    if by is not None:
        manager = by.manager

    BatchItem.objects.filter(batch__in=batches).update(sealed="")
    batches.update(
        state=State.DESTROYED,
        destroyed_at=timezone.now(),
        destroyed_by=manager,
    )


@transaction.atomic
def destroy_expired() -> int:
    """Remove the secrets of every batch whose time is over (R2, R4); return how many there were."""
    now = timezone.now()
    number = _remove_secrets(Batch.objects.expired(now))

    # Kept for a day, so that a manager who returns to a preview reads that it expired.
    Batch.objects.filter(state=State.DROPPED, expires_at__lt=now - A_DAY).delete()

    return number


@transaction.atomic
def destroy_pending() -> int:
    """Remove every secret, even if its time is not over; return the number of batches.

    For a backup that was put back: secrets that were destroyed or expired after it was made must
    not be served again.
    """
    return _remove_secrets(Batch.objects.with_secrets())


def _remove_secrets(batches: QuerySet[Batch]) -> int:
    """Drop the drafts among these batches and destroy the saved ones; return how many in all."""
    ids = list(batches.order_by("pk").select_for_update().values_list("pk", flat=True))
    locked_now = Batch.objects.filter(pk__in=ids)

    drop_drafts(locked_now.filter(state=State.DRAFT))
    _destroy(locked_now.filter(state=State.SAVED), None)

    return len(ids)
