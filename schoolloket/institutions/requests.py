"""The request for a page of the desk: who makes it, from where, and from which page."""

from typing import Any

from allauth.account.adapter import get_adapter
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


def operator_of(request: Any) -> Operator:
    """Return the operator of a request in `/beheer/`, as the history keeps it (R10)."""
    return Operator(manager=request.user, ip_address=ip_address_of(request))


def author_of(request: HttpRequest) -> Author:
    """Return who changes something about a manager in this request, signed in or not."""
    manager = None
    if request.user.is_authenticated:
        manager = request.user
    return Author(manager=manager, ip_address=ip_address_of(request))


def referring_page(request: HttpRequest) -> str:
    """Return the URL of the page with the posted form, or `/` where that is not one of ours.

    For the way back: the URL that the form was posted to may not answer a GET.
    """
    url = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return url
    return "/"
