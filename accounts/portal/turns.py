"""Turns to verify a password: one hash at a time, few strangers who wait, known devices first.

A hash takes 30 ms of a core. However many attempts arrive, a web process keeps at most so many of
its threads with them, and the others stay free for pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from schoolloket.core.exceptions import SignInBusy

# Strangers of one web process who may wait for a hash: a quarter of a second in all.
MOST_STRANGERS = 8

_strangers = Semaphore(MOST_STRANGERS)
_strangers_turn = Semaphore(1)
# Parallel Argon2 runs evict each other's cache and take a sixth longer.
_turn = Semaphore(1)


@contextmanager
def place(*, is_strangers: bool) -> Iterator[None]:
    """Hold a place among those who wait for their turn; on known devices there always is one.

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


@contextmanager
def turn(*, is_strangers: bool) -> Iterator[None]:
    """Wait for the turn to compute one hash; of all strangers one at most is next in line."""
    if not is_strangers:
        with _turn:
            yield
        return

    with _strangers_turn, _turn:
        yield
