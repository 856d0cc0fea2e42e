"""The lock of a desk that is left alone: until when it is open, told to the pages of a browser.

One cookie for all tabs, which `static/js/lock.js` reads: a moment and the id of the manager, so
that a page that was covered for one does not open for the next. No secret.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from .models import Manager

COOKIE = settings.DESK.cookie_name("loket-tot")


def automatic(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that a page asks for by itself: that is no sign of its manager."""
    view.automatic = True  # type: ignore[attr-defined]
    return view


def is_automatic(view: Callable[..., Any]) -> bool:
    return getattr(view, "automatic", False)


def tell(request: HttpRequest, response: HttpResponseBase, manager: Manager, until: int) -> None:
    """Tell the browser until when the desk is open, in seconds since 1970, where that is new."""
    value = f"{until}.{manager.pk}"
    if request.COOKIES.get(COOKIE) != value:
        response.set_cookie(COOKIE, value, secure=settings.DESK.secure, samesite="Lax")


def forget(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let all tabs cover what they show: nobody is signed in."""
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, samesite="Lax")
