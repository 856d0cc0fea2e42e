"""Who waits for a password to be verified: strangers give way, and known devices come first.

A hash takes 30 ms of a core. However many attempts arrive, a web process keeps at most so many of
its threads with them, and the others stay free for pages.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Semaphore

from schoolloket.core.exceptions import SignInBusy

from .throttling import Standing

# How many may wait for a hash in one web process, which has 32 threads (deploy/gunicorn.conf.py):
# a class at the bell, and a few of those who cannot be told apart, as a script that hammers.
PLACES = {Standing.NEW_DEVICE: 24, Standing.NO_DEVICE: 4}
# A flood must not slow down the pages of the desk, nor keep newcomers waiting for a core.
NICENESS = 3

_places = {standing: Semaphore(number) for standing, number in PLACES.items()}
# Parallel Argon2 runs evict each other's cache and take a sixth longer, so each queue has one.
_strangers_hashes = ThreadPoolExecutor(
    max_workers=1, thread_name_prefix="hashes", initializer=os.nice, initargs=(NICENESS,)
)
_one_hash_at_a_time = Semaphore(1)


@contextmanager
def place(standing: Standing) -> Iterator[None]:
    """Hold a place among those who wait for their hash; on known devices there always is one.

    Raises SignInBusy where as many of this standing wait as may.
    """
    if standing is Standing.KNOWN_DEVICE:
        yield
        return

    places = _places[standing]
    if not places.acquire(blocking=False):
        raise SignInBusy
    try:
        yield
    finally:
        places.release()


def verify(compare: Callable[[], bool], standing: Standing) -> bool:
    """Return what `compare` returns, which computes one hash and uses no database.

    To be called with a place.
    """
    if standing is not Standing.KNOWN_DEVICE:
        return _strangers_hashes.submit(compare).result()

    with _one_hash_at_a_time:
        return compare()
