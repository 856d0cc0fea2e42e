"""What people read when the desk or its database fails: what is sure, and where to see the rest."""

import sqlite3
import sys

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from schoolloket.institutions.views import page_before

# A disk that is full, or a file that may not grow.
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, "53100"}


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for what nobody caught."""
    return _failed(request, sys.exception(), status=500)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what the desk does not understand, where nothing was done."""
    if isinstance(exception, SessionInterrupted):
        # The session is written when all is done, and only that failed.
        return _failed(request, exception, status=400)
    return defaults.bad_request(request, exception)


def _failed(request: HttpRequest, error: BaseException | None, status: int) -> HttpResponse:
    """Tell it without another question to the database.

    Every action is one transaction, so nothing is ever half done. Whether it was done cannot be
    known here: a commit may be lost on its way back, a page that fails may be where a save led to.
    The page itself tells, or the one that a form came from.
    """
    trouble = _trouble_with_database(error)
    is_page = request.method in ("GET", "HEAD")
    context = {
        "of_database": trouble is not None,
        "is_full": trouble is not None and _code(trouble) in FULL,
        "institution": getattr(request, "institution", None),
        "again": request.get_full_path() if is_page else page_before(request),
    }
    # Without the request: what every other page shows comes out of the database.
    return HttpResponse(render_to_string("500.html", context), status=503 if trouble else status)


def _trouble_with_database(error: BaseException | None) -> Exception | None:
    """Return what the database said, where that is at the root of the error."""
    while error:
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _code(error: Exception) -> int | str | None:
    """Return how the database itself names what went wrong."""
    cause = error.__cause__
    return getattr(cause, "sqlite_errorcode", None) or getattr(cause, "sqlstate", None)
