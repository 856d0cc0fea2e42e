"""Compute the hashes of a draft, slice after slice, while the manager looks at the preview.

A hash costs about 30 ms and is the only slow part of a renewal. A slice takes two seconds of wall
time, uses every core (Argon2 releases the GIL), and runs at most once per process and per batch,
so that the desk stays quick for others. No worker, no broker: what a killed server or a closed
browser leaves undone, the next request does.
"""

import math
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from credentials import sealing
from credentials.models import Batch, BatchItem, BatchItemQuerySet

SLICE_SECONDS = 2.0
# Longer than any slice; a crashed holder blocks the draft at most this long.
LEASE = timedelta(seconds=4)
# How long a request waits while others compute, here or for the same draft: no longer, so that
# threads stay free for the pages of others.
BUSY_SECONDS = 0.2

# Pages and the database go first: a hash can wait, a manager in front of the list cannot. On Linux
# this holds for the thread alone.
NICENESS = 10

CORES = len(os.sched_getaffinity(0))
# A slice hashes this many rows even when its time is over, so that each slice gets further.
ROUND = 4 * CORES
MOST_PER_SLICE = 100 * CORES

_one_slice_per_process = threading.Lock()


@dataclass(frozen=True)
class Progress:
    """How many ticked rows of a draft have their hash."""

    hashed: int
    total: int

    @property
    def left(self) -> int:
        """How many rows have to be hashed before the draft can be saved."""
        return self.total - self.hashed


def hash_all(batch: Batch, *, seconds: float = math.inf) -> Progress:
    """Hash until nothing is left, or for about this many seconds; return how far it came."""
    deadline = time.monotonic() + seconds

    while True:
        state = progress(batch)
        remaining = deadline - time.monotonic()
        if not state.left or remaining <= 0:
            return state

        hash_slice(batch.pk, seconds=min(remaining, SLICE_SECONDS))


def progress(batch: Batch) -> Progress:
    """Return how far a draft is; a batch that is no draft any more has nothing left to hash."""
    ticked = _ticked(batch.pk)
    total = ticked.count()
    left = ticked.unhashed().count()

    return Progress(hashed=total - left, total=total)


def hash_slice(batch_id: UUID, *, seconds: float = SLICE_SECONDS) -> None:
    """Hash ticked rows of the draft for about this many seconds, and store the hashes.

    Waits for BUSY_SECONDS and does nothing while others hash, here or for the same draft.
    """
    if not _one_slice_per_process.acquire(timeout=BUSY_SECONDS):
        return

    try:
        if lease(batch_id=batch_id):
            hashes = _compute(batch_id, seconds)
            store_hashes(batch_id=batch_id, hashes=hashes)
        else:
            time.sleep(BUSY_SECONDS)
    finally:
        _one_slice_per_process.release()


def lease(*, batch_id: UUID) -> bool:
    """Take the hashing of the draft for LEASE; False where another request has it."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    drafts = Batch.objects.drafts().filter(free, pk=batch_id, expires_at__gt=now)

    # In one statement, so that of two requests only one finds the draft free.
    leased = drafts.update(leased_until=now + LEASE)
    return leased == 1


def _compute(batch_id: UUID, seconds: float) -> dict[int, str]:
    """Return item id -> hash: as many as fit in the time, at least one round."""
    deadline = time.monotonic() + seconds
    # Item id -> its sealed password.
    sealed = dict(_ticked(batch_id).unhashed().values_list("pk", "sealed")[:MOST_PER_SLICE])

    def hash_in_time(place: int, token: str) -> str:
        if place >= ROUND and time.monotonic() >= deadline:
            return ""
        return make_password(sealing.unseal(token).password)

    # No core waits for another: each takes the next row until the time is over.
    with ThreadPoolExecutor(CORES, initializer=os.nice, initargs=(NICENESS,)) as pool:
        hashes = list(pool.map(hash_in_time, count(), sealed.values()))

    return {pk: found for pk, found in zip(sealed, hashes, strict=True) if found}


@transaction.atomic
def store_hashes(*, batch_id: UUID, hashes: dict[int, str]) -> None:
    """Store item id -> hash and end the lease.

    An item that was replaced since its hash was begun gets nothing, and neither does a batch that
    is no draft any more.
    """
    batch = Batch.objects.drafts().filter(pk=batch_id).select_for_update().first()
    if batch is None:
        return

    items = list(batch.items.unhashed().filter(pk__in=hashes))
    for item in items:
        item.hash = hashes[item.pk]
    BatchItem.objects.bulk_update(items, ["hash"])

    batch.leased_until = None
    batch.save(update_fields=["leased_until"])


def _ticked(batch_id: UUID) -> BatchItemQuerySet:
    """The rows that will be saved; none of a batch that is no draft any more."""
    drafts = Batch.objects.drafts().filter(pk=batch_id)
    return BatchItem.objects.filter(batch__in=drafts, included=True).with_password()
