"""The request for a page of the desk: who makes it, from where, and from which page."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from .actors import Actor, Author, Operator
from .models import Institution, Manager


class DeskRequest(HttpRequest):
    """A request of a signed-in manager, in one of his or her institutions.

    InstitutionMiddleware sets `institution` and `actor`, where the path names an institution.
    """

    user: Manager
    institution: Institution
    actor: Actor


def ip_address_of(request: HttpRequest) -> str:
    """Return the IP address of the client, as the trusted proxies give it (TRUSTED_PROXIES)."""
    address: str = get_adapter().get_client_ip(request)
    return address


def came_by_provider(request: HttpRequest, manager: Manager) -> bool:
    """Whether the manager of this session came in through the organisation's own sign-in."""
    return "socialaccount" in steps_of(request, manager)


def steps_of(request: HttpRequest, manager: Manager) -> set[str]:
    """Return the steps by which the manager of this session signed in.

    `password`, `mfa` (a second factor, or a passkey alone) and `socialaccount`.
    """
    records = get_authentication_records(request, manager)
    return {record["method"] for record in records}


# A sign-in with one of these is more than a password: a factor, or the organisation's own sign-in.
STRONG_STEPS = {"mfa", "socialaccount"}
# How a manager came in, by the kind of the factor.
WAYS_IN = {
    "totp": "met een app",
    "recovery_codes": "met een herstelcode",
    "webauthn": "met een toegangssleutel",
    "remembered": "tweede stap eerder vandaag",
}


def way_in(request: HttpRequest, manager: Manager) -> str:
    """Return how the manager of this session signed in, for the access log."""
    last = get_authentication_records(request, manager)[-1]
    if last["method"] == "socialaccount":
        return "via de organisatie"
    return WAYS_IN.get(last.get("type", ""), "alleen met een wachtwoord")


def operator_of(request: Any) -> Operator:
    """Return the operator of a request in `/beheer/`, as the history keeps it (R10)."""
    return Operator(manager=request.user, ip_address=ip_address_of(request))


def author_of(request: HttpRequest) -> Author:
    """Return who changes something about a manager in this request, signed in or not."""
    manager = None
    if request.user.is_authenticated:
        manager = request.user
    return Author(manager=manager, ip_address=ip_address_of(request))


def current_author() -> Author:
    """Return who changes something now: the request that this thread answers, or a command."""
    request = context.request
    if request is None:
        return Author()
    return author_of(request)


def referring_page(request: HttpRequest) -> str:
    """Return the URL of the page with the posted form, or `/` where that is not one of ours.

    For the way back: the URL that the form was posted to may not answer a GET.
    """
    url = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return url
    return "/"
