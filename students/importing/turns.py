"""One file at a time: a process works on one, so that its memory and threads stay for others.

Only for pages. A command is a process of its own.
"""

import ctypes
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from schoolloket.core.exceptions import FileBusy

# How long the one who waits does so: about what a large list takes.
WAIT_SECONDS = 3.0
# Meanwhile a page of the same process gets the interpreter back this soon after each of its
# queries; Python's own five milliseconds doubled its time.
SWITCH_SECONDS = 0.001
# A threshold of the garbage collector that no turn reaches.
NO_FULL_COLLECTION = 1_000_000

_the_turn = threading.Lock()
# Who has the turn, and one who waits: a third would take a thread from the pages of others.
_present = threading.BoundedSemaphore(2)


@contextmanager
def turn() -> Iterator[None]:
    """Hold the only turn of this process. Raises FileBusy where others have it, or wait for it."""
    if not _present.acquire(blocking=False):
        raise FileBusy

    try:
        if not _the_turn.acquire(timeout=WAIT_SECONDS):
            raise FileBusy
        try:
            with _gentle():
                yield
        finally:
            _give_memory_back()
            _the_turn.release()
    finally:
        _present.release()


@contextmanager
def _gentle() -> Iterator[None]:
    """Let the pages of other threads go on while this one works.

    A full collection stops them all: among the million objects of a large list for 0.2 seconds, six
    times, and finds nothing to free. The young ones are collected as ever.
    """
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*thresholds[:2], NO_FULL_COLLECTION)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)


def _give_memory_back() -> None:
    """Let glibc return what the file took: kept in pieces, it would stay under the next file's.

    Without glibc there is no such function, and nothing to do.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
