"""Lock a batch. Every action locks in one order, so that no two wait for each other:

institution, batch, students, accounts.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from credentials.models import Batch
from schoolloket.core.exceptions import AlreadySaved, DraftGone
from schoolloket.institutions.actors import Actor


def locked(by: Actor, batch_id: UUID) -> Batch:
    """Return the batch, locked, with its institution as `by` may see it.

    Raises Batch.DoesNotExist where it is another institution's (R11), or a colleague's draft.
    """
    batch = Batch.objects.open_to(by).select_for_update().get(pk=batch_id)
    batch.institution = by.institution
    return batch


def locked_draft(by: Actor, batch_id: UUID) -> Batch:
    """Return the draft, locked, with its hour started anew (R2).

    Raises DraftGone, AlreadySaved, or Batch.DoesNotExist as `locked` does.
    """
    batch = locked(by, batch_id)
    refuse_if_gone(batch)

    batch.expires_at = draft_end(timezone.now())
    batch.save(update_fields=["expires_at"])
    return batch


def refuse_if_gone(batch: Batch) -> None:
    """Raise AlreadySaved, or DraftGone where the draft was dropped or its time is over (R2)."""
    if batch.was_saved:
        raise AlreadySaved

    # The time of a draft may be over before `destroy_expired` drops it.
    if not batch.is_draft or batch.expires_at <= timezone.now():
        raise DraftGone


def draft_end(now: datetime) -> datetime:
    """Return when a draft expires after an action of its manager now (R2)."""
    return now + timedelta(minutes=settings.DRAFT_MINUTES)
