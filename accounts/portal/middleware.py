"""Deny by default: a portal page is for a signed-in pupil unless its view says otherwise."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Account
from schoolloket.core import clock
from schoolloket.institutions.actors import Pupil

from . import tokens
from .access import View
from .cookies import SESSION_COOKIE, portal_path
from .models import PortalSession

NAMESPACE = "portal"


class PortalMiddleware:
    """Give a request of the portal its session, or send it to where it has to be first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _on_the_other_host(request) or self.get_response(request)

    def process_view(
        self, request: Any, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if NAMESPACE not in request.resolver_match.namespaces:
            return None
        request.by = Pupil(ip_address=get_adapter().get_client_ip(request))
        request.pupil_session = session = session_of(request)
        opens_for = getattr(view, "opens_for", "pupil")
        if opens_for == "everybody":
            return None
        if session is None:
            return redirect("portal:sign_in")
        if session.account.must_change_password and opens_for == "pupil":
            return redirect("portal:password")
        return None


def _on_the_other_host(request: HttpRequest) -> HttpResponse | None:
    """With two host names, each has its own pages: a path alone is no boundary."""
    inside = f"{request.path}/".startswith(portal_path())
    # Lower case, without port and closing dot.
    host, _ = split_domain_port(request.get_host())
    own = settings.PORTAL if inside else settings.DESK
    if settings.PORTAL.host == settings.DESK.host or host == own.host:
        return None
    if host == settings.PORTAL.host and request.path == "/":
        return redirect("portal:sign_in")
    # "Misdirected request": a 404 on its own door makes the desk's sign-in redirect to itself.
    return render(request, "404.html", status=421)


def session_of(request: HttpRequest) -> PortalSession | None:
    """Return the open session of the request's cookie, of an account that is still active."""
    token = request.COOKIES.get(SESSION_COOKIE)
    if not token:
        return None
    return (
        PortalSession.objects.open(timezone.now())
        .filter(
            token_hash=tokens.digest(token), account__in=Account.objects.active_on(clock.today())
        )
        .select_related("account__student")
        .first()
    )
