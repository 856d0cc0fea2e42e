"""The portal's doors: who is signed in, and which page asks that.

Deny by default: a page of the portal is for a pupil who signed in and has no temporary password,
unless its view says otherwise. The pupils' session is not Django's, so that it can never open a
page of the desk.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from schoolloket import clock
from schoolloket.institutions.actors import Pupil

from . import tokens
from .models import PortalSession

NAMESPACE = "portal"
SESSION_COOKIE = "mijn"
DEVICE_COOKIE = "toestel"
DEVICE_LASTS = 365 * 24 * 3600
# A tablet of a class is shared; the oldest of more pupils than this signs in as on a new one.
MOST_PUPILS_ON_A_DEVICE = 40

View = Callable[..., HttpResponse]


class PortalRequest(HttpRequest):
    """A request of the portal; `pupil_session` is None on public pages without a session."""

    pupil_session: PortalSession
    by: Pupil
    address: str


def _opens_for(who: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.opens_for = who  # type: ignore[attr-defined]
        return login_not_required(view)

    return mark


public = _opens_for("everybody")
# Also while an own password must still be chosen.
with_temporary_password = _opens_for("temporary")
pupil = _opens_for("pupil")


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
        request.address = get_adapter().get_client_ip(request)
        request.by = Pupil(ip_address=request.address)
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
    inside = f"{request.path}/".startswith(_path())
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


# Cookies ---------------------------------------------------------------------------------------


@cache
def _path() -> str:
    """Return where the portal's addresses begin."""
    return reverse("portal:sign_in")


def set_session(response: HttpResponse, token: str) -> None:
    """Remember the session until the browser closes."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        path=_path(),
        secure=settings.PORTAL.secure,
        httponly=True,
        samesite="Lax",
    )


def end_session(response: HttpResponse) -> None:
    response.delete_cookie(SESSION_COOKIE, path=_path(), samesite="Lax")


def device_of(request: HttpRequest) -> dict[str, Any]:
    """Return what the device's cookie says: `id`, `pupils` (account ids), `mode` used last."""
    try:
        device: dict[str, Any] = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_COOKIE, max_age=DEVICE_LASTS
        )
    except signing.BadSignature:
        return {"id": tokens.new(), "pupils": [], "mode": ""}
    return device


def remember_device(
    response: HttpResponse, device: dict[str, Any], account: Account, mode: str
) -> None:
    """Remember that this pupil signed in on this device, and with words or pictures."""
    others = [pk for pk in device["pupils"] if pk != account.pk]
    pupils = [*others, account.pk][-MOST_PUPILS_ON_A_DEVICE:]
    value = {"id": device["id"], "pupils": pupils, "mode": mode}
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(value, salt=DEVICE_COOKIE, compress=True),
        max_age=DEVICE_LASTS,
        path=_path(),
        secure=settings.PORTAL.secure,
        httponly=True,
        samesite="Lax",
    )
