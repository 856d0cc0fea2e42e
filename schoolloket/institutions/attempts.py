"""Limits on managers' attempts to sign in: guessing is slow, and nobody is locked out.

An attempt counts as failed from its start until its password proves right, so attempts at the same
moment never get through a limit. The limits (docs/rules.md, Access):

* on a device where this manager signed in before: that device's own failures, nobody else's;
* on any other device: the failures for this e-mail address from this network, of which a few are
  free in a quarter of an hour, and those from this network for all addresses together. Of failures
  for one e-mail address from everywhere, many in an hour leave one free to each network: a manager
  on a new device still gets in, and a botnet hardly gets further.

E-mail addresses of nobody have the same limits. The stored hash of the password is in the key: a
new password lifts every wait at once.

The code of a second factor is asked of somebody who knows the password. Its limits are the same and
apart, but many failures from everywhere stop every unknown device: six digits are guessed sooner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from schoolloket.core.network import network_of

from .devices import device_of
from .models import Manager, Tally
from .requests import ip_address_of

WINDOW = timedelta(minutes=15)
FREE_FAILURES = 5
FREE_UNDER_ATTACK = 1
# Enough for a school where everybody mistypes.
FREE_IN_A_NETWORK = 100

ATTACK_WINDOW = timedelta(hours=1)
# So many failures from unknown devices in an hour are no typing errors.
ATTACK_FROM = 50


@dataclass(frozen=True)
class Attempt:
    """An attempt to sign in with an e-mail address, that of `manager` or of nobody.

    `device`: the id of the device, where it knows the manager. `step`: `password`, or `code` of a
    second factor.
    """

    email: str
    manager: Manager | None
    ip_address: str
    device: str | None = None
    step: str = "password"

    def count(self, now: datetime) -> bool:
        """Count the attempt as failed, before its password is verified.

        Returns whether it may go on; False where a limit makes it wait.
        """
        if self.device:
            return self._add(*self._on_device, now=now) <= FREE_FAILURES
        if self._add(*self._from_network, now=now) > FREE_IN_A_NETWORK:
            return False
        failures = self._add(*self._here, now=now)
        if failures > FREE_FAILURES:
            return False

        everywhere = Tally.objects.add(*self._everywhere, within=ATTACK_WINDOW, now=now)
        if self.step == "code":
            return everywhere <= ATTACK_FROM
        return everywhere <= ATTACK_FROM or failures <= FREE_UNDER_ATTACK

    def take_back(self) -> None:
        """Count the attempt no longer: its password was right."""
        if self.device:
            Tally.objects.take_back(*self._on_device)
            return
        for key in (self._from_network, self._here, self._everywhere):
            Tally.objects.take_back(*key)

    @staticmethod
    def _add(*key: str, now: datetime) -> int:
        return Tally.objects.add(*key, within=WINDOW, now=now)

    @property
    def _credentials(self) -> str:
        if self.manager is None:
            return f"{self.step}\n{self.email}"
        return f"{self.step}\n{self.email}\n{self.manager.password}"

    @property
    def _on_device(self) -> tuple[str, ...]:
        return "device", self._credentials, self.device or ""

    @property
    def _from_network(self) -> tuple[str, ...]:
        return "network", network_of(self.ip_address)

    @property
    def _here(self) -> tuple[str, ...]:
        return "here", self._credentials, network_of(self.ip_address)

    @property
    def _everywhere(self) -> tuple[str, ...]:
        return "everywhere", self._credentials


def attempt_of(
    request: HttpRequest, email: str, manager: Manager | None, step: str = "password"
) -> Attempt:
    """Return the attempt that this request makes for an e-mail address, that of `manager`."""
    device = device_of(request)
    known = None
    if manager and device.knows(manager):
        known = device.id
    return Attempt(email, manager, ip_address_of(request), known, step)
