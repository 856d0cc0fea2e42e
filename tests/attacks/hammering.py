"""Strangers who hammer Mijn LeerID, and phones of pupils, while the tests move the clock."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import cycle, product

import time_machine
from django.utils import timezone

from accounts.models import Account, PasswordKind
from accounts.portal.actions import sessions
from accounts.portal.device import Device
from schoolloket.core import tokens
from schoolloket.institutions.models import Institution
from tests.accounts.portal.helpers import WORD
from tests.helpers import Enrol, GiveAccount

WRONG = "35pak2"
# So long after a phone opened the page, it proved to be no script that opens it for each try.
TYPING = timedelta(seconds=5)

Tries = Iterator[tuple[str, str]]


def pupils_of(
    school: Institution, number: int, enrol: Enrol, give_account: GiveAccount
) -> list[Account]:
    """Pupils with the same word."""
    return [
        give_account(
            enrol(school, f"Kind{index}", "Klas"), PasswordKind.WORD, username=f"kind{index}.klas"
        )
        for index in range(number)
    ]


def compared(password: str, stored_hash: str) -> bool:
    """In the place of a hash, of which these tests would compute thousands."""
    return password == WORD


def new_device() -> Device:
    """A phone whose browser has just opened the page, or has no cookie at all."""
    return Device(tokens.new(), since=timezone.now().timestamp())


def gets_in(device: Device, ip_address: str, username: str, password: str = WORD) -> bool:
    """Whether an attempt signs in; without the cost of a page."""
    signed_in = sessions.sign_in(
        username=username, password=password, ip_address=ip_address, device=device
    )
    return signed_in is not None


def addresses(number: int) -> list[str]:
    """So many different addresses, far from the school."""
    return [f"203.0.{index // 250}.{index % 250}" for index in range(number)]


def tries(addresses: Iterable[str], usernames: Iterable[str]) -> Tries:
    """Every name from every address, over and over."""
    return cycle(product(addresses, usernames))


def spread(addresses: list[str], usernames: list[str]) -> Tries:
    """Another address for each try, over and over."""
    return ((ip_address, name) for name in cycle(usernames) for ip_address in addresses)


def hammer(clock: time_machine.Traveller, tries: Tries, *, seconds: float, a_second: int) -> None:
    """Try a wrong password so often; each try without a cookie."""
    for _ in range(int(seconds * a_second)):
        ip_address, username = next(tries)
        assert not gets_in(new_device(), ip_address, username, WRONG)
        clock.shift(timedelta(seconds=1 / a_second))
