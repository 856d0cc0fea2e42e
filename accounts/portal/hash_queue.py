"""Who waits for a password to be verified: few strangers, who give way, and known devices first.

A hash takes 30 ms of a core. However many attempts arrive, a web process keeps at most so many of
its threads with them, and the others stay free for pages.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Semaphore

from schoolloket.core.exceptions import SignInBusy

# How many strangers may wait for a hash in one web process, which has 16 threads
# (deploy/gunicorn.conf.py).
MOST_STRANGERS = 12
# A flood must not slow down the pages of the desk, nor keep newcomers waiting for a core.
NICENESS = 3

_strangers = Semaphore(MOST_STRANGERS)
# Parallel Argon2 runs evict each other's cache and take a sixth longer, so each queue has one.
_strangers_hashes = ThreadPoolExecutor(
    max_workers=1, thread_name_prefix="hashes", initializer=os.nice, initargs=(NICENESS,)
)
_one_hash_at_a_time = Semaphore(1)


@contextmanager
def place(*, is_strangers: bool) -> Iterator[None]:
    """Hold a place among those who wait for their hash; on known devices there always is one.

    Raises SignInBusy where as many strangers wait as may.
    """
    if not is_strangers:
        yield
        return

    if not _strangers.acquire(blocking=False):
        raise SignInBusy
    try:
        yield
    finally:
        _strangers.release()


def verify(compare: Callable[[], bool], *, is_strangers: bool) -> bool:
    """Return what `compare` returns, which computes one hash and uses no database.

    To be called with a place.
    """
    if is_strangers:
        return _strangers_hashes.submit(compare).result()

    with _one_hash_at_a_time:
        return compare()
