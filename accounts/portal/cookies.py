"""The portal's cookies: the session, the device, and the token of a mailed link."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from schoolloket.core import device_cookie, tokens

from .device import Device


def _name(cookie: str) -> str:
    """Return the name of a cookie under the path of the portal."""
    return settings.PORTAL.cookie_name(cookie, on_every_path=False)


SESSION_COOKIE = _name("mijn")
DEVICE_COOKIE = _name("toestel")
# Until September 2027 a device that signed in before cookies had a prefix is known by this name.
OLD_DEVICE_COOKIE = "toestel"
DEVICE_SALT = "toestel"
LINK_COOKIE = _name("link")
LINK_COOKIE_SECONDS = 30 * 60


@cache
def portal_path() -> str:
    """Return the path under which all pages of the portal are."""
    return reverse("portal:sign_in")


def set_session(response: HttpResponse, token: str) -> None:
    """Keep the token of the session until the browser closes."""
    _set(response, SESSION_COOKIE, token)


def delete_session(response: HttpResponse) -> None:
    _delete(response, SESSION_COOKIE)


def set_link(response: HttpResponse, token: str) -> None:
    """Carry the token of a mailed link, so that it leaves the address bar."""
    _set(response, LINK_COOKIE, token, max_age=LINK_COOKIE_SECONDS)


def delete_link(response: HttpResponse) -> None:
    _delete(response, LINK_COOKIE)


def device_of(request: HttpRequest) -> Device:
    """Return the device of the request's cookie.

    A new device where there is no cookie, or one that is older than a year or not signed by us.
    """
    value = _device_value(request)
    if value is None:
        return Device(id=tokens.new(), since=timezone.now().timestamp())

    # Cookies written before there were printed codes have neither codes nor a moment.
    opened = tuple((account_id, version) for account_id, version in value.get("codes", []))
    since = value.get("since", 0.0)
    return Device(value["id"], tuple(value["pupils"]), value["mode"], opened, since)


def set_new_device(request: HttpRequest, response: HttpResponse, device: Device) -> None:
    """Write the device where the browser has none yet, so that its attempts are told apart."""
    if _device_value(request) is None:
        set_device(response, device)


def _device_value(request: HttpRequest) -> dict[str, Any] | None:
    cookie = request.COOKIES.get(DEVICE_COOKIE) or request.COOKIES.get(OLD_DEVICE_COOKIE, "")
    return device_cookie.value_of(cookie, DEVICE_SALT)


def set_device(response: HttpResponse, device: Device) -> None:
    """Write the device, signed, so that no browser can claim to be another pupil's."""
    value = {
        "id": device.id,
        "pupils": device.account_ids,
        "mode": device.mode,
        "codes": device.opened,
        "since": device.since,
    }
    signed = device_cookie.signed(value, DEVICE_SALT)
    _set(response, DEVICE_COOKIE, signed, max_age=device_cookie.LASTS_SECONDS)


def _set(response: HttpResponse, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie that no script and no page of the desk can read; `max_age` in seconds."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=portal_path(),
        secure=settings.PORTAL.secure,
        httponly=True,
        samesite="Lax",
    )


def _delete(response: HttpResponse, name: str) -> None:
    # A browser deletes only a cookie of the same path.
    response.delete_cookie(name, path=portal_path(), samesite="Lax")
