"""Guessing is hopeless, and nobody is locked out by somebody else's guesses."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from threading import Semaphore
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db.models import Max

from accounts.models import Account, PasswordKind
from accounts.portal import cookies, hash_queue, throttling
from accounts.portal.actions import housekeeping, sessions
from accounts.portal.device import Device
from accounts.portal.models import AttemptCount, PortalSession
from accounts.portal.throttling import LONGEST_WAIT, Standing
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.helpers import NOW, Enrol, GiveAccount

from .helpers import (
    OWN,
    PICTURES,
    WORD,
    WRONG,
    at_once,
    attempt,
    device,
    gets_in,
    ip_addresses,
    renew,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("clock")


def counted(account: Account) -> int:
    """The failures from unknown devices that count against the account."""
    credentials = throttling.credentials_of(account.username, account.credentials_version)
    key = throttling.account_key(credentials)
    row = AttemptCount.objects.filter(key=key).first()
    return row.failures if row else 0


# The waits -------------------------------------------------------------------------------------


def test_wait_doubles_after_four_free_attempts_to_fifteen_minutes() -> None:
    waits = [throttling.doubling_wait(failures).total_seconds() for failures in range(14)]
    assert waits == [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]
    assert throttling.doubling_wait(10**9) == timedelta(minutes=15)


def test_a_hundred_failures_leave_one_attempt_per_fifteen_minutes() -> None:
    assert throttling.account_wait(99) == timedelta(0)
    assert throttling.account_wait(100) == throttling.account_wait(10**9) == LONGEST_WAIT


def test_an_address_is_slowed_after_many_failures_less_the_room_that_it_earned() -> None:
    waits = [throttling.address_wait(failures) for failures in (-1000, 74, 75, 149, 150)]
    assert waits == [timedelta(0), timedelta(0), *[timedelta(seconds=5)] * 2, LONGEST_WAIT]


def test_keys_hold_no_username_and_differ_by_version_ip_address_and_device() -> None:
    seen = set()
    for credentials in (("wout.woord", 1), ("wout.woord", 2), ("wout.woord1", 1)):
        text = throttling.credentials_of(*credentials)
        for counting in (
            throttling.by_stranger(text, None, "10.0.0.1"),
            throttling.by_stranger(text, None, "10.0.0.2"),
            throttling.on_known_device(text, "phone", "10.0.0.1"),
            throttling.with_printed_code(text, "10.0.0.1"),
        ):
            seen.update(counting.keys)
    # Of each: two IP addresses, a device, the code and the total. Of all: two addresses, each with
    # the devices without a cookie.
    assert len(seen) == 3 * 5 + 2 * 2
    assert all(len(key) == 64 and "wout" not in key for key in seen)


def test_right_password_waits_too_and_gets_in_afterwards(
    word: Account, clock: time_machine.Traveller
) -> None:
    tablet = device()
    for _ in range(5):
        assert not gets_in(tablet, word.username, WRONG)
    assert not gets_in(tablet, word.username, WORD)
    clock.shift(timedelta(seconds=14))
    assert not gets_in(tablet, word.username, WORD)
    clock.shift(throttling.PAUSE)
    assert gets_in(tablet, word.username, WORD)


def test_success_clears_typing_errors_and_their_wait_at_once(word: Account) -> None:
    """The fifth attempt would make the next one wait, but it is right."""
    assert [attempt(word.username, WRONG) for _ in range(4)] == [False] * 4
    assert attempt(word.username, WORD)
    assert attempt(word.username, WORD)


@pytest.mark.django_db
def test_clock_of_another_process_that_is_behind_makes_nobody_wait() -> None:
    tried = throttling.by_stranger("wout.woord", None, "10.0.0.1")
    assert throttling.count_attempt(tried, NOW) == 1
    assert throttling.count_attempt(tried, NOW - timedelta(milliseconds=1)) == 2


@pytest.mark.usefixtures("word")
def test_from_one_ip_address_waits_grow_to_fifteen_minutes_and_no_further(
    clock: time_machine.Traveller,
) -> None:
    """Of an attempt every five seconds, only those at these seconds of the hour count."""
    counts = []
    for second in range(0, 3600, 5):
        before = AttemptCount.objects.aggregate(most=Max("failures"))["most"]
        attempt("wout.woord", WRONG)
        if AttemptCount.objects.aggregate(most=Max("failures"))["most"] != before:
            counts.append(second)
        clock.shift(timedelta(seconds=5))
    first = [0, 5, 10, 15, 20]
    assert counts == [*first, 35, 65, 125, 245, 485, 965, 1865, 2765]


def test_failures_expire_after_a_day_without_attempts(
    word: Account, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        attempt(word.username, WRONG)
    clock.shift(timedelta(days=1, seconds=1))
    assert [attempt(word.username, WRONG) for _ in range(4)] == [False] * 4
    assert attempt(word.username, WORD)


# A bully ---------------------------------------------------------------------------------------


def test_hundred_failures_from_many_ip_addresses_leave_one_attempt_per_fifteen_minutes(
    word: Account, clock: time_machine.Traveller
) -> None:
    """A bully with twenty IP addresses, never on a known device."""
    bully = cycle(islice(ip_addresses(), 20))
    for _ in range(120):
        attempt(word.username, WRONG, next(bully))
    assert counted(word) == 100
    for _ in range(8):
        clock.shift(LONGEST_WAIT)
        for _ in range(10):
            attempt(word.username, WRONG, next(bully))
    assert counted(word) == 108


def test_thousand_guesses_by_a_bully_and_the_victim_gets_in_every_time(
    pictures: Account, clock: time_machine.Traveller
) -> None:
    """Ten guesses each minute, from twenty IP addresses; the victim's known device in between."""
    victim = device("10.9.9.9")
    assert sign_in(victim, pictures.username, "", picture=PICTURES).status_code == 302
    bully, inside, guessed = cycle(islice(ip_addresses(), 20)), 0, 0
    for _ in range(100):
        for _ in range(10):
            guessed += attempt(pictures.username, "vis-boom-bal-huis", next(bully))
        inside += sign_in(victim, pictures.username, "", picture=PICTURES).status_code == 302
        clock.shift(timedelta(minutes=1))
    assert (inside, guessed) == (100, 0)
    # A hundred in ten minutes, and one per fifteen minutes of the hour and a half after them.
    assert counted(pictures) <= 100 + 100 // 15
    assert PortalSession.objects.filter(on_known_device=True).exists()


def test_known_device_never_waits_for_others_behind_the_same_ip_address(word: Account) -> None:
    victim = signed_in(word.username, WORD)
    bully = device()
    for _ in range(20):
        assert not gets_in(bully, word.username, WRONG)
    assert not gets_in(bully, word.username, WORD)
    assert gets_in(victim, word.username, WORD)


def test_guesses_on_a_known_device_wait_too_and_leave_the_others_alone(word: Account) -> None:
    shared, phone = signed_in(word.username, WORD), signed_in(word.username, WORD)
    for _ in range(5):
        assert not gets_in(shared, word.username, WRONG)
    assert not gets_in(shared, word.username, WORD)
    assert gets_in(phone, word.username, WORD)
    assert counted(word) == 0


def test_device_known_to_one_pupil_is_unknown_to_another(word: Account, own: Account) -> None:
    bully = signed_in(own.username, OWN)
    for _ in range(5):
        assert not gets_in(bully, word.username, WRONG)
    assert counted(word) == 5
    assert gets_in(bully, own.username, OWN)


@pytest.mark.parametrize("tamper", ["flip", "other salt", "unsigned", "old"])
def test_forged_device_cookie_is_an_unknown_device(
    word: Account, tamper: str, clock: time_machine.Traveller
) -> None:
    phone = signed_in(word.username, WORD)
    value = {"id": "stolen", "pupils": [word.pk], "mode": "woord"}
    signed = phone.cookies[cookies.DEVICE_COOKIE].value
    match tamper:
        case "flip":
            phone.cookies[cookies.DEVICE_COOKIE] = ("B" if signed[0] == "A" else "A") + signed[1:]
        case "other salt":
            phone.cookies[cookies.DEVICE_COOKIE] = signing.dumps(value)
        case "unsigned":
            phone.cookies[cookies.DEVICE_COOKIE] = json.dumps(value)
        case "old":
            clock.shift(timedelta(days=366))
            word.student.enrolments.update(ends_on="2030-01-01")
    for _ in range(5):
        assert not gets_in(phone, word.username, WRONG)
    assert counted(word) == 5


def test_device_without_its_cookie_is_a_new_one(word: Account) -> None:
    phone = signed_in(word.username, WORD)
    del phone.cookies[cookies.DEVICE_COOKIE]
    assert not gets_in(phone, word.username, WRONG)
    assert counted(word) == 1


# A class, a school -----------------------------------------------------------------------------


@pytest.fixture
def classmates(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> list[Account]:
    """Thirty pupils with the same password, so that it is hashed once."""
    password = make_password(WORD)
    return [
        give_account(
            enrol(brussel, f"Kind{number}", "Klas"),
            PasswordKind.WORD,
            password=password,
            username=f"kind{number}.klas",
        )
        for number in range(30)
    ]


def test_thirty_pupils_behind_one_ip_address_with_two_typos_each_all_get_in(
    classmates: list[Account],
) -> None:
    for _ in range(2):
        for pupil in classmates:
            assert not attempt(pupil.username, WRONG)
    assert all(attempt(pupil.username, WORD) for pupil in classmates)


@patch.object(throttling, "ADDRESS_SLOWS_REPEATS_AT", 4)
def test_typing_errors_do_not_add_up_to_slow_an_address(classmates: list[Account]) -> None:
    """Twice, everybody makes three typing errors and then gets in."""
    for pupil in classmates * 2:
        assert [attempt(pupil.username, WRONG) for _ in range(3)] == [False] * 3
        assert attempt(pupil.username, WORD)


def of_the_address() -> int:
    """The failures of 10.0.0.1 over all names, less the room that it earned."""
    [*_, address] = throttling.by_stranger("", None, "10.0.0.1").limits
    return AttemptCount.objects.read([address.key])[address.key].failures


def test_a_pupil_makes_room_once_a_day_on_whatever_device(
    word: Account, clock: time_machine.Traveller
) -> None:
    phone = device()
    for _ in range(3):
        assert gets_in(phone, word.username, WORD)
        assert attempt(word.username, WORD)
    assert of_the_address() == -1
    clock.shift(timedelta(hours=24, seconds=1))
    assert gets_in(phone, word.username, WORD)
    assert of_the_address() == -2


def test_one_password_tried_on_everybody_slows_the_address_but_no_known_device(
    classmates: list[Account], own: Account, clock: time_machine.Traveller
) -> None:
    phone = signed_in(own.username, OWN)
    for _ in range(3):
        for pupil in classmates:
            attempt(pupil.username, WRONG)
    sprayed = sum(counted(pupil) for pupil in classmates)
    # The room that the phone made counts too; the one attempt more begins the wait.
    assert sprayed == throttling.ADDRESS_SLOWS_REPEATS_AT + 1
    # In the next minute, a guess each second: one in five seconds counts.
    for second in range(60):
        attempt(classmates[second % 30].username, WRONG)
        clock.shift(timedelta(seconds=1))
    assert sum(counted(pupil) for pupil in classmates) == sprayed + 60 // 5 - 1
    assert gets_in(phone, own.username, OWN)


def test_another_address_is_not_slowed(word: Account) -> None:
    for number in range(151):
        attempt(f"kind{number}.klas", WRONG)
    assert not attempt(word.username, WORD)
    assert attempt(word.username, WORD, "10.0.0.2")


# At once ---------------------------------------------------------------------------------------


@pytest.fixture
def _places_for_all() -> Iterator[None]:
    """As many strangers may wait for their turn as a test has threads."""
    with patch.dict(hash_queue._places, {Standing.NEW_DEVICE: Semaphore(50)}):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_places_for_all")
@pytest.mark.parametrize("one_ip_address", [True, False])
def test_fifty_guesses_at_once_never_get_through_the_limit(
    word: Account, one_ip_address: bool
) -> None:
    """From one IP address five count; repeats from fifty, up to a hundred for the account."""
    start, limit = (0, 5) if one_ip_address else (80, 20)
    for index in range(start):
        attempt(word.username, WRONG, f"10.0.0.{index % 50}")

    def guess(index: int) -> bool:
        return attempt(word.username, WRONG, "10.0.0.1" if one_ip_address else f"10.0.0.{index}")

    at_once(guess, 50)
    assert counted(word) == start + limit
    word.refresh_from_db()
    # Those that had to wait are noted too, but not those that lost a race.
    assert start + limit <= word.failed_sign_ins <= start + 50
    assert not attempt(word.username, WORD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_places_for_all")
def test_fifty_right_attempts_at_once_get_in_within_the_limit(word: Account) -> None:
    """At least one gets in, and the account is not charged more than its free attempts."""
    for _ in range(4):
        attempt(word.username, WRONG)
    got_in = sum(at_once(lambda index: attempt(word.username, WORD), 50))
    assert 1 <= got_in <= 50
    assert counted(word) <= throttling.FREE_ATTEMPTS


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_places_for_all")
def test_sign_ins_at_once_neither_wait_for_each_other_nor_fail(word: Account) -> None:
    """A double click, many times, on a known and on unknown devices: no deadlock, no error."""

    def sign_in_on(index: int) -> bool:
        known = index % 2 == 0
        device = Device("tablet", account_ids=(word.pk,) if known else ())
        done = sessions.sign_in(
            username=word.username, password=WORD, ip_address=f"10.0.0.{index}", device=device
        )
        return done is not None

    for _ in range(3):
        assert all(at_once(sign_in_on, 8)[1::2])
    word.refresh_from_db()
    assert word.failed_sign_ins <= 8


def test_success_on_a_known_device_after_another_cleared_the_failures(word: Account) -> None:
    """Of two sign-ins at once, the other one ends first."""
    open_session = sessions._open_session

    def after_another(*given: Any) -> tuple[Account, str] | None:
        Account.objects.update(failed_sign_ins=0)
        return open_session(*given)

    phone = signed_in(word.username, WORD)
    with patch.object(sessions, "_open_session", after_another):
        assert gets_in(phone, word.username, WORD)
    word.refresh_from_db()
    assert word.failed_sign_ins == 0


# What ends them ---------------------------------------------------------------------------------


def test_renewing_lifts_every_wait_at_once(word: Account, alice_actor: Actor) -> None:
    bully = ip_addresses()
    for _ in range(101):
        attempt(word.username, WRONG, next(bully))
    for _ in range(10):
        attempt(word.username, WRONG)
    renew(alice_actor, word)
    Account.objects.filter(pk=word.pk).update(password=make_password(WORD))
    word.refresh_from_db()
    assert (word.failed_sign_ins, word.last_failed_at, word.last_failure) == (0, None, "")
    assert attempt(word.username, WORD)


def test_unknown_username_has_the_same_waits(word: Account) -> None:
    for username in (word.username, "wie.is.dat"):
        for _ in range(8):
            attempt(username, WRONG)
    shapes = AttemptCount.objects.values_list("failures", "blocked_until").order_by("failures")
    # Of the address over all names, of an account or an account there, and of a device.
    assert sorted({failures for failures, _ in shapes}) == [0, 1, 5, 10]
    assert not Account.objects.filter(username="wie.is.dat").exists()


def test_counts_are_deleted_after_a_day(word: Account, clock: time_machine.Traveller) -> None:
    attempt(word.username, WRONG)
    clock.shift(timedelta(days=1))
    housekeeping.delete_expired(NOW + timedelta(days=1))
    assert AttemptCount.objects.count() == 4
    housekeeping.delete_expired(NOW + timedelta(days=1, seconds=1))
    assert AttemptCount.objects.count() == 0
