"""What a device's cookie keeps: who signed in there, and whose printed code was opened."""

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import Account
from accounts.portal import cookies
from accounts.portal.actions.sessions import Claimant
from accounts.portal.device import MOST_CODES_ON_A_DEVICE, Device
from tests.helpers import NOW

from .helpers import SIGN_IN, device

pytestmark = pytest.mark.usefixtures("clock")


def written_and_read(written: Device) -> Device:
    response = HttpResponse()
    cookies.set_device(response, written)
    return read(response.cookies[cookies.DEVICE_COOKIE].value)


def read(cookie: str) -> Device:
    request = RequestFactory().get("/mijn/")
    request.COOKIES[cookies.DEVICE_COOKIE] = cookie
    return cookies.device_of(request)


def test_cookie_keeps_the_device_as_it_is() -> None:
    tablet = Device("tablet", (3, 5), "woord", opened=((3, 1), (8, 2)), since=17.5)
    assert written_and_read(tablet) == tablet


def test_cookie_of_before_there_were_codes_has_none() -> None:
    value = {"id": "tablet", "pupils": [3], "mode": "woord"}
    cookie = signing.dumps(value, salt=cookies.DEVICE_COOKIE, compress=True)
    assert read(cookie) == Device("tablet", (3,), "woord")


def test_device_keeps_the_newest_codes_of_a_class() -> None:
    tablet = Device("tablet")
    for account_id in range(60):
        tablet = tablet.after_opening(Account(pk=account_id, credentials_version=1))
    newest = range(60 - MOST_CODES_ON_A_DEVICE, 60)
    assert tablet.opened == tuple((account_id, 1) for account_id in newest)


def test_code_counts_only_for_the_present_credentials(word: Account) -> None:
    tablet = Device("tablet", opened=((word.pk, word.credentials_version),))
    assert tablet.opened_code_of(word)
    word.credentials_version += 1
    assert not tablet.opened_code_of(word)


@pytest.mark.django_db
def test_page_gives_a_new_browser_its_cookie_and_leaves_one_that_it_has() -> None:
    client = device()
    assert cookies.DEVICE_COOKIE in client.get(SIGN_IN).cookies
    assert cookies.DEVICE_COOKIE not in client.get(SIGN_IN).cookies
    client.cookies[cookies.DEVICE_COOKIE] = "forged"
    assert cookies.DEVICE_COOKIE in client.get(SIGN_IN).cookies


@pytest.mark.parametrize(
    ("seconds", "is_counted_alone"), [(0, False), (2.9, False), (3, True), (86_400, True)]
)
def test_cookie_tells_a_device_apart_once_it_is_some_seconds_old(
    word: Account, seconds: float, is_counted_alone: bool
) -> None:
    claimant = Claimant(word.username, word, active=True)
    new = Device("phone", since=NOW.timestamp() - seconds)
    without = Device("no cookie", since=NOW.timestamp())
    keys = [claimant.attempt(one, "10.0.0.1", NOW).keys for one in (new, without)]
    assert (keys[0] != keys[1]) is is_counted_alone
