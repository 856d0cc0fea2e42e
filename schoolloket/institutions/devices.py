"""The devices on which managers signed in before: nobody elsewhere can make them wait."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import get_random_string

from schoolloket.core import device_cookie

from .models import Manager

COOKIE = settings.DESK.cookie_name("loket-toestel")
SALT = "institutions.devices"
# A secretariat shares a computer. Of more managers than this, the oldest is unknown again.
MOST_MANAGERS = 10


@dataclass(frozen=True)
class Device:
    """A browser. `id`: random. `manager_ids`: who signed in on it, the last one at the end."""

    id: str
    manager_ids: tuple[int, ...] = ()

    def knows(self, manager: Manager) -> bool:
        """Whether this manager signed in on the device before."""
        return manager.pk in self.manager_ids

    def after_sign_in(self, manager: Manager) -> "Device":
        """Return the device as it is once this manager has signed in on it."""
        others = [one for one in self.manager_ids if one != manager.pk]
        newest = (*others, manager.pk)[-MOST_MANAGERS:]
        return replace(self, manager_ids=newest)


def device_of(request: HttpRequest) -> Device:
    """Return the device of the request's cookie.

    A new device where there is no cookie, or one that is older than a year or not signed by us.
    """
    value = device_cookie.value_of(request.COOKIES.get(COOKIE, ""), SALT)
    if value is None:
        return Device(id=get_random_string(32))
    return Device(id=value["id"], manager_ids=tuple(value["managers"]))


def set_device(response: HttpResponseBase, device: Device) -> None:
    """Write the device, signed, so that no browser can claim to be another manager's."""
    value = {"id": device.id, "managers": device.manager_ids}
    response.set_cookie(
        COOKIE,
        device_cookie.signed(value, SALT),
        max_age=device_cookie.LASTS_SECONDS,
        secure=settings.DESK.secure,
        httponly=True,
        samesite="Lax",
    )
