"""A flood of tries costs next to nothing, leaves next to nothing, and turns nobody else away."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Event
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from accounts.portal import hash_queue, throttling
from accounts.portal.models import AttemptCount
from accounts.portal.throttling import Standing
from schoolloket.core.exceptions import SignInBusy
from schoolloket.institutions.models import Institution
from tests.accounts.portal.helpers import (
    SIGN_IN,
    WORD,
    device,
    sign_in,
    signed_in,
    take_all_places,
    without_csrf,
)
from tests.accounts.portal.helpers import gets_in as gets_in_on_page
from tests.helpers import Enrol, GiveAccount
from tests.pages import text

from .hammering import (
    TYPING,
    WRONG,
    addresses,
    gets_in,
    hammer,
    new_device,
    pupils_of,
    spread,
    tries,
)

STRANGER = "203.0.113.9"
HOME = "192.0.2.77"

Clock = time_machine.Traveller


@pytest.fixture
def victim(brussel: Institution, enrol: Enrol, give_account: GiveAccount, clock: Clock) -> Account:
    [pupil] = pupils_of(brussel, 1, enrol, give_account)
    Account.objects.filter(pk=pupil.pk).update(password=make_password(WORD))
    pupil.refresh_from_db()
    return pupil


# What it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["kind0.klas", "wie.is.dat"])
@pytest.mark.usefixtures("victim")
def test_a_flood_is_answered_without_a_hash_and_writes_once_a_second(
    clock: Clock, username: str
) -> None:
    guesses = tries([STRANGER], [username])
    hammer(clock, guesses, seconds=2, a_second=10)
    with (
        patch("accounts.portal.actions.sessions.check_password") as verify,
        CaptureQueriesContext(connection) as captured,
    ):
        hammer(clock, guesses, seconds=4, a_second=10)
    assert not verify.called
    written = [query for query in captured if query["sql"].startswith(("INSERT", "UPDATE"))]
    # The device's count is locked and written, and the failure noted.
    assert 3 <= len(written) <= 4 * 3


@pytest.mark.parametrize("names", [1, 1_000])
@pytest.mark.django_db
def test_what_failed_tries_leave_is_bounded_by_the_addresses(clock: Clock, names: int) -> None:
    """Whether the names exist or are made up, one or a thousand."""
    usernames = [f"wie{number}.is.dat" for number in range(names)]
    with patch("accounts.portal.actions.sessions.check_password", return_value=False):
        hammer(clock, spread(addresses(3), usernames), seconds=30, a_second=10)
    # The row of the address, and of its devices without a cookie; two for each name tried.
    of_an_address = 2 + 2 * (throttling.FREE_ON_A_DEVICE + 1)
    assert AttemptCount.objects.count() <= 3 * of_an_address


def test_a_flood_leaves_nothing_for_longer_than_a_day(victim: Account, clock: Clock) -> None:
    hammer(clock, spread(addresses(20), [victim.username]), seconds=5, a_second=10)
    clock.shift(timedelta(days=1, seconds=1))
    throttling.delete_expired(timezone.now())
    assert not AttemptCount.objects.exists()


# Turned away -----------------------------------------------------------------------------------


@pytest.fixture
def crowd(victim: Account) -> Iterator[None]:
    """As many strangers as may wait for their turn to be verified."""
    with ExitStack() as places:
        take_all_places(places)
        yield


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("password", [WORD, WRONG])
def test_a_stranger_too_many_is_asked_to_come_back_whatever_the_username(
    victim: Account, password: str
) -> None:
    """Neither counted nor noted: it was not tried."""
    response = sign_in(device(), victim.username, password)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "Het is nu heel druk. Probeer het over 10 seconden opnieuw." in text(response)
    nobody = sign_in(device(), "wie.is.dat", password)
    assert without_csrf(response) == without_csrf(nobody)
    assert not AttemptCount.objects.exists()
    victim.refresh_from_db()
    assert victim.failed_sign_ins == 0


@pytest.mark.usefixtures("crowd")
def test_who_is_turned_away_is_no_error_in_the_log(
    victim: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """An error a try would hide those that somebody has to look at."""
    sign_in(device(), victim.username, WORD)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_known_device_has_its_turn_in_the_crowd(
    victim: Account, request: pytest.FixtureRequest
) -> None:
    phone: Client = signed_in(victim.username, WORD)
    request.getfixturevalue("crowd")
    assert gets_in_on_page(phone, victim.username, WORD)
    assert phone.get(SIGN_IN).status_code == 200


def test_places_are_free_again_afterwards(victim: Account) -> None:
    for _ in range(2 * hash_queue.PLACES[Standing.NO_DEVICE]):
        assert gets_in(new_device(), HOME, victim.username)


def test_a_flood_without_cookies_leaves_the_places_of_browsers(victim: Account) -> None:
    """Who opened the page a moment ago waits in a queue of a few, which a script fills for all."""
    phone = new_device()
    with ExitStack() as places:
        for _ in range(hash_queue.PLACES[Standing.NO_DEVICE]):
            places.enter_context(hash_queue.place(Standing.NO_DEVICE))
        with pytest.raises(SignInBusy):
            gets_in(phone, HOME, victim.username)
        with time_machine.travel(timezone.now() + TYPING, tick=False):
            assert gets_in(phone, HOME, victim.username)


def test_a_known_device_does_not_wait_for_the_hash_of_a_stranger() -> None:
    hashed = Event()
    with ThreadPoolExecutor(1) as pool:
        stranger = pool.submit(hash_queue.verify, lambda: hashed.wait(30), Standing.NEW_DEVICE)
        assert hash_queue.verify(lambda: True, Standing.KNOWN_DEVICE)
        assert not stranger.done()
        hashed.set()
        assert stranger.result()


def test_hashes_of_strangers_give_way_to_pages() -> None:
    assert hash_queue.verify(lambda: os.nice(0), Standing.NEW_DEVICE) > os.nice(0)
