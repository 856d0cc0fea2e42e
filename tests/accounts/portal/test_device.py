"""What a device's cookie keeps: who signed in there, and whose printed code was opened."""

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import Account
from accounts.portal import cookies
from accounts.portal.device import MOST_CODES_ON_A_DEVICE, Device

pytestmark = pytest.mark.usefixtures("clock")


def written_and_read(device: Device) -> Device:
    response = HttpResponse()
    cookies.set_device(response, device)
    return read(response.cookies[cookies.DEVICE_COOKIE].value)


def read(cookie: str) -> Device:
    request = RequestFactory().get("/mijn/")
    request.COOKIES[cookies.DEVICE_COOKIE] = cookie
    return cookies.device_of(request)


def test_cookie_keeps_the_device_as_it_is() -> None:
    device = Device("tablet", (3, 5), "woord", opened=((3, 1), (8, 2)))
    assert written_and_read(device) == device


def test_cookie_of_before_there_were_codes_has_none() -> None:
    value = {"id": "tablet", "pupils": [3], "mode": "woord"}
    cookie = signing.dumps(value, salt=cookies.DEVICE_COOKIE, compress=True)
    assert read(cookie) == Device("tablet", (3,), "woord")


def test_cookie_keeps_the_newest_codes_of_a_class() -> None:
    opened = tuple((account_id, 1) for account_id in range(60))
    kept = written_and_read(Device("tablet", opened=opened)).opened
    assert kept == opened[-MOST_CODES_ON_A_DEVICE:]


def test_code_counts_only_for_the_present_credentials(word: Account) -> None:
    device = Device("tablet", opened=((word.pk, word.credentials_version),))
    assert device.opened_code_of(word)
    word.credentials_version += 1
    assert not device.opened_code_of(word)
