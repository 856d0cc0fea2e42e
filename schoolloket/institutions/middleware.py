"""Middleware of the desk: the sign-in, the lock after half an hour, and the school of a request."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from . import lock, rights
from .actors import Actor
from .requests import came_by_provider, ip_address_of, referring_page
from .sessions import SEEN_AT, SIGNED_IN_AT


class DeskLockMiddleware(MiddlewareMixin):
    """End the session half an hour after the manager's last request, and after half a day.

    A request that a page makes by itself does not count. The session is written at most once a
    minute, so that not every page costs a write; the browser is told until when it is open.
    """

    SECONDS_BETWEEN_TOUCHES = 60

    def process_request(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and _now() >= _open_until(request):
            # The page then leads to the sign-in and back.
            logout(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> None:
        if not request.user.is_authenticated or lock.is_automatic(view):
            return
        if _now() - request.session.get(SEEN_AT, 0) >= self.SECONDS_BETWEEN_TOUCHES:
            # A session that was changed is saved with a new expiry.
            request.session[SEEN_AT] = _now()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.user.is_authenticated:
            lock.tell(request, response, request.user, _open_until(request))
        else:
            lock.forget(request, response)
        return response


def _now() -> int:
    return int(timezone.now().timestamp())


def _open_until(request: HttpRequest) -> int:
    """Return until when the session is open without another request, in seconds since 1970."""
    signed_in_at = int(request.session.get(SIGNED_IN_AT, 0))
    seen_at: int = request.session.get(SEEN_AT, signed_in_at)
    last = signed_in_at + _hours_of(request) * 3600
    after_half_an_hour: int = seen_at + settings.SESSION_COOKIE_AGE
    return min(after_half_an_hour, last)


def _hours_of(request: Any) -> int:
    """Return how long the session lasts: shorter where its rights come from a provider's claims."""
    hours: int = settings.SESSION_HOURS
    if came_by_provider(request, request.user):
        hours = settings.SSO_SESSION_HOURS
    return hours


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Deny by default, and lead back after the sign-in to the page where the manager was."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)

        # A form is not posted again by itself, so lead back to the page that holds it.
        page = urlsplit(referring_page(request))
        return redirect_to_login(f"{page.path}?{page.query}".rstrip("?"))


class InstitutionMiddleware(MiddlewareMixin):
    """Turn the `number` of a route into `request.institution`, or answer 404.

    A view never sees the number, so it cannot forget to check it (R11), and is closed to helpers
    unless it says `for_helpers` (R13). SignInFirstMiddleware comes before and sends visitors
    without a session to the sign-in page.
    """

    def process_view(
        self, request: Any, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        if "number" not in kwargs:
            return
        if not request.user.is_authenticated:
            # Only reached by a route that was made public by mistake.
            raise Http404

        right = rights.right_in(kwargs.pop("number"), request)
        if right is None:
            raise Http404
        if right.is_helper and not rights.is_for_helpers(view):
            raise Http404

        request.institution = right.institution
        request.actor = Actor(
            institution=right.institution,
            manager=request.user,
            ip_address=ip_address_of(request),
            right=right,
        )
