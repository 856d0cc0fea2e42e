"""The lock of a desk that is left alone: until when it is open, told to the pages of a browser.

The cookie holds no secret: a moment, and a mark of who is signed in, so that a page covered for one
manager does not open for the next. `static/js/lock.js` reads it, in all tabs.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import Manager

COOKIE = settings.DESK.cookie_name("loket-tot")


def automatic(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that a page asks for by itself: that is no sign of its manager."""
    view.automatic = True  # type: ignore[attr-defined]
    return view


def is_automatic(view: Callable[..., Any]) -> bool:
    return getattr(view, "automatic", False)


def mark_of(manager: Manager) -> str:
    """Return a mark by which a page knows whose it is."""
    return salted_hmac("institutions.lock", str(manager.pk), algorithm="sha256").hexdigest()[:16]


def content_for(manager: Manager) -> str:
    """Return what a page has to know: the server's time, whose it is, and the cookie's name."""
    return f"{timezone.now().timestamp():.3f} {mark_of(manager)} {COOKIE}"


def tell(request: HttpRequest, response: HttpResponseBase, manager: Manager, until: int) -> None:
    """Tell the browser until when the desk is open, in seconds since 1970, where that is new."""
    value = f"{until}.{mark_of(manager)}"
    if request.COOKIES.get(COOKIE) != value:
        response.set_cookie(COOKIE, value, secure=settings.DESK.secure, samesite="Lax")


def forget(request: HttpRequest, response: HttpResponseBase) -> None:
    """Remove what the browser was told of a session that is over."""
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE)
