"""One file at a time: a process works on one, so that its memory and threads stay for others.

Only for pages. A command is a process of its own.
"""

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
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            yield
        finally:
            sys.setswitchinterval(before)
            _the_turn.release()
    finally:
        _present.release()
