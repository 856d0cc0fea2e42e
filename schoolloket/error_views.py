"""The pages for a failure of the desk or its database: what is certain, and where to see the rest.

No promise more than that: see `docs/decisions/0020-a-failure-promises-nothing.md`.
"""

import sqlite3
import sys

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from schoolloket.institutions.requests import referring_page

# The disk is full, or the file may not grow: SQLite's codes, and PostgreSQL's SQLSTATE.
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, "53100"}


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a request that ended in an exception."""
    return _failed(request, sys.exception(), status=500)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that the desk does not understand, and that changed nothing."""
    if isinstance(exception, SessionInterrupted):
        # The session is written after the work is done, and only that failed.
        return _failed(request, exception, status=400)
    return defaults.bad_request(request, exception)


def _failed(request: HttpRequest, error: BaseException | None, status: int) -> HttpResponse:
    """Render the page without another query; with status 503 where the database is the cause.

    Every action is one transaction, so nothing is ever half done. Whether it was done cannot be
    known here: the answer to a commit may be lost, and the page that fails may be the one that a
    save redirected to. So the page offers itself again, or the one with the posted form.
    """
    database_error = _database_error(error)
    if database_error:
        status = 503

    if request.method in ("GET", "HEAD"):
        again = request.get_full_path()
    else:
        again = referring_page(request)

    context = {
        "of_database": database_error is not None,
        "is_full": _is_full(database_error),
        "institution": getattr(request, "institution", None),
        "again": again,
    }
    # Not `render` with the request: the context processors query the database.
    page = render_to_string("500.html", context)
    return HttpResponse(page, status=status)


def _database_error(error: BaseException | None) -> DatabaseError | InterfaceError | None:
    """Return the error of the database that is a cause of this one, if there is one.

    Only those for which the database, not the query, is to blame.
    """
    while error:
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _is_full(database_error: Exception | None) -> bool:
    """Whether the database could not write because its disk is full."""
    if database_error is None:
        return False

    driver_error = database_error.__cause__
    sqlite_code = getattr(driver_error, "sqlite_errorcode", None)
    postgresql_code = getattr(driver_error, "sqlstate", None)
    return sqlite_code in FULL or postgresql_code in FULL
