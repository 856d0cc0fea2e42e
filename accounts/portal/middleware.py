"""Deny by default: a page of the portal is for a signed-in pupil unless its view says otherwise."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Account
from schoolloket.core import clock, tokens
from schoolloket.institutions.actors import Pupil
from schoolloket.institutions.requests import ip_address_of

from .access import Audience, View
from .cookies import SESSION_COOKIE, portal_path
from .models import PortalSession

NAMESPACE = "portal"


class PortalMiddleware:
    """Keep the two hosts apart, and give requests of the portal their session.

    A request without the session that its view requires is redirected: to the sign-in, or to the
    choice of an own password.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        misdirected = _answer_on_other_host(request)
        if misdirected:
            return misdirected
        return self.get_response(request)

    def process_view(
        self, request: Any, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Set `request.by` and `request.pupil_session`; redirect where the view is for others."""
        if NAMESPACE not in request.resolver_match.namespaces:
            return None

        request.by = Pupil(ip_address=ip_address_of(request))
        session = _session_of(request)
        request.pupil_session = session

        audience = getattr(view, "audience", Audience.PUPIL)
        if audience == Audience.EVERYBODY:
            return None
        if session is None:
            return redirect("portal:sign_in")
        if audience == Audience.PUPIL and session.account.must_change_password:
            return redirect("portal:password")
        return None


def _answer_on_other_host(request: HttpRequest) -> HttpResponse | None:
    """Return the response to a request on the host that does not serve its page, else None.

    With two host names, each serves its own pages only: a path is no boundary for a browser.
    """
    # Lower case, without port and closing dot.
    host, _ = split_domain_port(request.get_host())
    if settings.PORTAL.host == settings.DESK.host:
        return None

    site = settings.DESK
    if f"{request.path}/".startswith(portal_path()):
        site = settings.PORTAL
    if host == site.host:
        return None

    if host == settings.PORTAL.host and request.path == "/":
        return redirect("portal:sign_in")
    # Misdirected Request. Not 404, which allauth turns into a redirect on the desk's sign-in page.
    return render(request, "404.html", status=421)


def _session_of(request: HttpRequest) -> PortalSession | None:
    """Return the open session of the request's cookie, of an account that is active today."""
    token = request.COOKIES.get(SESSION_COOKIE)
    if not token:
        return None

    active = Account.objects.active_on(clock.today())
    return (
        PortalSession.objects.open(timezone.now())
        .filter(token_hash=tokens.digest(token), account__in=active)
        .select_related("account__student")
        .first()
    )
