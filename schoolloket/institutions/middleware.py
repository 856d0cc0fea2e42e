"""Doors of the desk: which school a request is in, and the lock after half an hour."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone

from .actors import Actor
from .models import Institution

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class DeskLockMiddleware:
    """Let the session's half hour start again with what the manager does.

    At most once a minute, so that reading pages does not write a row each time.
    """

    SECONDS_BETWEEN_TOUCHES = 60

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = int(timezone.now().timestamp())
        if (
            request.user.is_authenticated
            and now - request.session.get("seen", 0) >= self.SECONDS_BETWEEN_TOUCHES
        ):
            request.session["seen"] = now
        return self.get_response(request)


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Deny by default; after the sign-in a manager is back on the page where he or she was."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        # A form is not posted again by itself: back to the page that it stood on.
        return redirect_to_login(_own_page(request.headers.get("Referer", ""), request.get_host()))


def _own_page(address: str, host: str) -> str:
    """Return path and query of an address of this host, and of any other the first page."""
    try:
        page = urlsplit(address)
    except ValueError:
        return "/"
    if page.netloc != host:
        return "/"
    return f"{page.path}?{page.query}".rstrip("?")


class InstitutionMiddleware:
    """Turn the `number` of a route into `request.institution`, or answer 404.

    A view never sees the number, so it cannot forget to check it (R11). Whoever has not signed in
    was sent to the sign-in page by SignInFirstMiddleware before.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        if "number" not in kwargs:
            return
        if not request.user.is_authenticated:
            # Only a route that was opened to the public by mistake comes here.
            raise Http404
        request.institution = get_object_or_404(
            Institution.objects.managed_by(request.user), number=kwargs.pop("number")
        )
        request.actor = Actor(
            institution=request.institution,
            manager=request.user,
            ip_address=get_adapter().get_client_ip(request),
        )
