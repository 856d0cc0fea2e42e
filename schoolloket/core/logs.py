"""Lines of the log: one for each record, and no name of a pupil or token of a mail in any."""

import logging
import re

from django.http import HttpRequest
from django.urls import Resolver404, resolve

# What stands in the log for the path of no page: that may be a username that was typed wrongly.
NO_PAGE = "(no such page)"
# A part of a route that names a row or a school, and so nobody; any other part may be a name or a
# token: `<str:username>`, `<token:token>`.
HARMLESS = re.compile(r"<(?:number|id|uuid):(\w+)>")
# Before each further line of a record, so that what somebody sent never begins a line.
GOES_ON = "  | "


class LineFormatter(logging.Formatter):
    """Write a record on one line, and its traceback on lines that show that they go on.

    The path of a request is written as its route, filled in with numbers and ids alone:
    `/mijn/<str:username>`, `/999912/leerlingen/1207/`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line, and the marked lines of its traceback, if there is one."""
        line, *traceback = super().format(record).splitlines()
        return "\n".join([line, *[GOES_ON + _escaped(more) for more in traceback]])

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return what stands before the traceback, all of it on one line."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.message = record.message.replace(_as_logged(request.path), _route_of(request))
        return _escaped(super().formatMessage(record))


def _as_logged(text: str) -> str:
    """Return the text as Django writes a path into its messages."""
    return text.encode("unicode_escape").decode("ascii")


def _route_of(request: HttpRequest) -> str:
    """Return the route of the request's page, with the values that name nobody."""
    # Resolved anew: the middleware takes the institution's number out of the request's own match.
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return NO_PAGE

    route = HARMLESS.sub(lambda found: str(match.kwargs[found[1]]), match.route)
    return f"/{route}"


def _escaped(line: str) -> str:
    """Return the line with an escape for each character that could end it, or steer a terminal."""
    return "".join(map(_printable, line))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return _as_logged(character)
