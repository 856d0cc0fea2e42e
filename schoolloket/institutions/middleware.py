"""Middleware of the desk: the sign-in, the lock after half an hour, and the school of a request."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from . import rights
from .actors import Actor
from .requests import came_by_provider, ip_address_of, referring_page
from .sessions import SIGNED_IN_AT


class DeskLockMiddleware(MiddlewareMixin):
    """Let the session's half hour start again with each request of the manager, for half a day.

    Then it ends, however busy (SESSION_HOURS, SSO_SESSION_HOURS). It is written at most once a
    minute, so that not every page costs a write.
    """

    SECONDS_BETWEEN_TOUCHES = 60

    def process_request(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return

        now = int(timezone.now().timestamp())
        if now - request.session.get(SIGNED_IN_AT, 0) >= _hours_of(request) * 3600:
            # The page then leads to the sign-in and back, as after half an hour.
            logout(request)
            return

        seen_at = request.session.get("seen", 0)
        if now - seen_at >= self.SECONDS_BETWEEN_TOUCHES:
            # A session that was changed is saved with a new expiry.
            request.session["seen"] = now


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
