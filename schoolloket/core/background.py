"""Work in a thread after the response, so that its duration does not reveal an account."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction

logger = logging.getLogger(__name__)

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")


def run(work: Callable[..., None], **arguments: Any) -> None:
    """Call `work` in the background; at once where WORK_IN_BACKGROUND is off (tests)."""
    if settings.WORK_IN_BACKGROUND:
        _thread.submit(_run, work, arguments)
    else:
        work(**arguments)


def run_after_commit(work: Callable[..., None], **arguments: Any) -> None:
    """Call `work` in the background once the caller's transaction is committed, else never."""
    transaction.on_commit(lambda: run(work, **arguments))


def _run(work: Callable[..., None], arguments: dict[str, Any]) -> None:
    """Call `work` with a connection of its own, since the thread outlives every request."""
    close_old_connections()
    try:
        work(**arguments)
    except Exception:
        # The arguments stay out of the log: they hold usernames and links.
        logger.error("Work after an answer failed: %s", work.__name__)
    finally:
        connection.close()
