"""The URL of a printed QR code."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.portal import cookies, printed_codes
from accounts.portal.requests import PortalRequest


def open_code(request: PortalRequest, username: str) -> HttpResponse:
    """Remember on the device whose code was opened; redirect to the same page without the code.

    A code that is wrong, or of an old sheet, gets the same answer: a plain sign-in follows.
    """
    device = cookies.device_of(request)
    account = printed_codes.account_of(username, request.GET[printed_codes.PARAMETER])
    if account:
        device = device.after_opening(account)

    response = redirect(_without_code(request, username))
    cookies.set_device(response, device)
    return response


def _without_code(request: PortalRequest, username: str) -> str:
    """Return the URL of the sign-in with that username, which opens the grid where this one did."""
    query = {}
    if "wijze" in request.GET:
        query["wijze"] = request.GET["wijze"]

    if not username:
        return reverse("portal:sign_in", query=query)
    return reverse("portal:sign_in_as", args=[username], query=query)
