"""Transactions that give up where somebody else holds a row."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

# On PostgreSQL; SQLite waits for its file as long as the settings say.
LOCK_TIMEOUT = "1s"

# SQLSTATE of PostgreSQL: lock_not_available, deadlock_detected.
_LOCKED_SQLSTATES = {"55P03", "40P01"}


class Locked(Exception):
    """Somebody else holds a row for longer than a transaction here waits."""


@contextmanager
def impatient_transaction() -> Iterator[None]:
    """Run a transaction; raise Locked where another one holds what it needs for too long."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            yield
    except OperationalError as error:
        if _is_locked(error):
            raise Locked from error
        raise


def _is_locked(error: OperationalError) -> bool:
    """Whether the cause is a lock that another transaction holds."""
    driver_error = error.__cause__
    if getattr(driver_error, "sqlstate", None) in _LOCKED_SQLSTATES:
        return True
    # Extended codes, such as SQLITE_BUSY_SNAPSHOT, keep the basic one in their last byte.
    sqlite_code = getattr(driver_error, "sqlite_errorcode", None) or 0
    return sqlite_code & 0xFF == sqlite3.SQLITE_BUSY
