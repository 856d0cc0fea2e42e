"""What a browser remembers of a factor: that this manager gave it, and when.

A signed cookie. It is as good as the session's own: it ends after twelve hours, at the sign-out,
and with all that ends the manager's sessions.
"""

import time

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from schoolloket.institutions.models import Manager

COOKIE = settings.DESK.cookie_name("loket-stap")
SALT = "institutions.second_factor"


def remember(request: HttpRequest, response: HttpResponseBase, manager: Manager) -> None:
    """Write the moment of the factor that this session was opened with, if there is one."""
    moments = [
        record["at"]
        for record in get_authentication_records(request, manager)
        if record["method"] == "mfa"
    ]
    if not moments:
        return

    value = {"state": manager.get_session_auth_hash(), "at": moments[-1]}
    response.set_cookie(
        COOKIE,
        signing.dumps(value, salt=SALT),
        max_age=settings.SESSION_HOURS * 3600,
        secure=settings.DESK.secure,
        httponly=True,
        samesite="Lax",
    )


def given_at(request: HttpRequest, manager: Manager) -> float | None:
    """Return when this manager gave a factor in this browser, in seconds since 1970.

    None where that was more than twelve hours ago, or not at all.
    """
    lasts = settings.SESSION_HOURS * 3600
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=lasts)
    except signing.BadSignature:
        return None

    if value["state"] != manager.get_session_auth_hash():
        return None
    if value["at"] < time.time() - lasts:
        return None
    at: float = value["at"]
    return at


def forget(request: HttpRequest) -> None:
    """Let the answer to this request remove it: the manager signs out."""
    request.forgets_factor = True  # type: ignore[attr-defined]


def remove(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE)
