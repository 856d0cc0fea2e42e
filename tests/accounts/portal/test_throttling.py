"""Guessing is hopeless, and nobody is locked out by somebody else's guesses."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db.models import Max
from django.test import Client

from accounts.models import Account, AccountEvent, PasswordKind
from accounts.portal import cookies, throttling
from accounts.portal.actions import housekeeping, sessions
from accounts.portal.device import Device
from accounts.portal.models import AttemptCount, PortalSession
from accounts.portal.throttling import LONGEST_WAIT, MOST_FOR_A_SCHOOL, Origin
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.conftest import NOW, Enrol, GiveAccount

from .helpers import OWN, PICTURES, WORD, at_once, device, gets_in, renew, sign_in, signed_in, text

pytestmark = pytest.mark.usefixtures("clock")
WRONG = "35pak2"


def addresses() -> Iterator[str]:
    """Addresses without end, each another one."""
    return (f"10.{a}.{b}.{c}" for a in range(256) for b in range(256) for c in range(256))


def tries_of(username: str, address: str = "10.0.0.1") -> Callable[[str], bool]:
    """A try from an unknown device, without the cost of a page."""

    def attempt(password: str) -> bool:
        done = sessions.sign_in(
            username=username,
            password=password,
            ip_address=address,
            device=Device(id="unknown"),
        )
        return done is not None

    return attempt


def counted(account: Account) -> int:
    """How many failures from unknown devices stand against the account."""
    key = throttling.account_key(account.username, account.credentials_version)
    row = AttemptCount.objects.filter(key=key).first()
    return row.failures if row else 0


# The waits -------------------------------------------------------------------------------------


def test_wait_doubles_after_four_free_tries_to_fifteen_minutes() -> None:
    waits = [throttling.growing(failures).total_seconds() for failures in range(14)]
    assert waits == [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]
    assert throttling.growing(10**9) == timedelta(minutes=15)


def test_a_hundred_failures_leave_a_try_in_fifteen_minutes() -> None:
    assert throttling.after_a_hundred(99) == timedelta(0)
    assert throttling.after_a_hundred(100) == throttling.after_a_hundred(10**9) == LONGEST_WAIT


def test_a_school_is_only_slowed_after_many_failures() -> None:
    assert throttling.for_a_school(MOST_FOR_A_SCHOOL - 1) == timedelta(0)
    assert throttling.for_a_school(MOST_FOR_A_SCHOOL) == timedelta(seconds=5)


def test_keys_hold_no_username_and_differ_by_account_version_address_and_device() -> None:
    origins = (Origin("10.0.0.1"), Origin("10.0.0.2"), Origin("10.0.0.1", "phone"))
    seen = {
        limit.key
        for who in (("wout.woord", 1), ("wout.woord", 2), ("wout.woord1", 1))
        for origin in origins
        for limit in throttling.limits(*who, 1, origin)
    }
    # Of each: two addresses, a device and the total; one school.
    assert len(seen) == 3 * 4 + 1
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
    clock.shift(timedelta(seconds=1))
    assert gets_in(tablet, word.username, WORD)


def test_typing_errors_are_forgiven_at_once_with_the_wait_they_led_to(word: Account) -> None:
    """The fifth try would make the next one wait; it was the right one."""
    attempt = tries_of(word.username)
    assert [attempt(WRONG) for _ in range(4)] == [False] * 4
    assert attempt(WORD)
    assert attempt(WORD)


@pytest.mark.django_db
def test_clock_of_another_process_that_is_behind_makes_nobody_wait() -> None:
    met = throttling.limits("wout.woord", 1, 1, Origin("10.0.0.1"))
    assert throttling.take(met, NOW) == 1
    assert throttling.take(met, NOW - timedelta(milliseconds=1)) == 2


@pytest.mark.usefixtures("word")
def test_from_one_address_waits_grow_to_fifteen_minutes_and_no_further(
    clock: time_machine.Traveller,
) -> None:
    """Whoever tries again every five seconds counts at these seconds only, within the hour."""
    attempt = tries_of("wout.woord")
    counts = []
    for second in range(0, 3600, 5):
        before = AttemptCount.objects.aggregate(most=Max("failures"))["most"]
        attempt(WRONG)
        if AttemptCount.objects.aggregate(most=Max("failures"))["most"] != before:
            counts.append(second)
        clock.shift(timedelta(seconds=5))
    first = [0, 5, 10, 15, 20]
    assert counts == [*first, 35, 65, 125, 245, 485, 965, 1865, 2765]


def test_a_day_of_rest_forgets_the_failures(word: Account, clock: time_machine.Traveller) -> None:
    attempt = tries_of(word.username)
    for _ in range(5):
        attempt(WRONG)
    clock.shift(timedelta(days=1, seconds=1))
    assert [attempt(WRONG) for _ in range(4)] == [False] * 4
    assert attempt(WORD)


# A bully ---------------------------------------------------------------------------------------


def test_hundred_failures_from_many_addresses_leave_one_try_per_fifteen_minutes(
    word: Account, clock: time_machine.Traveller
) -> None:
    """A bully with a network of machines: each a new address, never a known device."""
    bully = addresses()
    for _ in range(120):
        tries_of(word.username, next(bully))(WRONG)
    assert counted(word) == 100
    for _ in range(8):
        clock.shift(LONGEST_WAIT)
        for _ in range(10):
            tries_of(word.username, next(bully))(WRONG)
    assert counted(word) == 108


def test_thousand_guesses_by_a_bully_and_the_victim_gets_in_every_time(
    pictures: Account, clock: time_machine.Traveller
) -> None:
    """Ten guesses from ten addresses, each minute; the victim on a known device in between."""
    victim = device("10.9.9.9")
    assert sign_in(victim, pictures.username, "", picture=PICTURES).status_code == 302
    bully, inside, guessed = addresses(), 0, 0
    for _ in range(100):
        for _ in range(10):
            guessed += tries_of(pictures.username, next(bully))("vis-boom-bal-huis")
        inside += sign_in(victim, pictures.username, "", picture=PICTURES).status_code == 302
        clock.shift(timedelta(minutes=1))
    assert (inside, guessed) == (100, 0)
    # A hundred at once, and one each fifteen minutes of the hour and a half after them.
    assert counted(pictures) <= 100 + 100 // 15
    assert PortalSession.objects.filter(on_known_device=True).exists()


def test_known_device_never_waits_for_others_behind_the_same_address(word: Account) -> None:
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
    """Thirty pupils, each with the same password for once."""
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


def test_thirty_pupils_behind_one_address_with_three_typos_each_all_get_in(
    classmates: list[Account],
) -> None:
    for _ in range(3):
        for pupil in classmates:
            assert not tries_of(pupil.username)(WRONG)
    assert all(tries_of(pupil.username)(WORD) for pupil in classmates)


@patch.object(throttling, "MOST_FOR_A_SCHOOL", 91)
def test_typing_errors_do_not_add_up_to_a_slowed_school(classmates: list[Account]) -> None:
    """On the first day of school everybody errs three times, and then gets in; twice."""
    for pupil in classmates * 2:
        assert [tries_of(pupil.username)(WRONG) for _ in range(3)] == [False] * 3
        assert tries_of(pupil.username)(WORD)


def test_one_password_tried_on_everybody_slows_the_school_and_no_known_device(
    classmates: list[Account], own: Account, clock: time_machine.Traveller
) -> None:
    phone = signed_in(own.username, OWN)
    bully = addresses()
    for _ in range(MOST_FOR_A_SCHOOL // len(classmates)):
        for pupil in classmates:
            tries_of(pupil.username, next(bully))(WRONG)
    sprayed = sum(counted(pupil) for pupil in classmates)
    assert sprayed == MOST_FOR_A_SCHOOL
    # In the next minute, a guess each second: one in five seconds counts.
    for _ in range(60):
        tries_of(classmates[0].username, next(bully))(WRONG)
        clock.shift(timedelta(seconds=1))
    assert sum(counted(pupil) for pupil in classmates) == sprayed + 60 // 5 - 1
    assert gets_in(phone, own.username, OWN)


def test_another_school_is_not_slowed(
    word: Account, gent: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    give_account(enrol(gent, "Gust", "Gent"), PasswordKind.WORD, password=make_password(WORD))
    with patch.object(throttling, "MOST_FOR_A_SCHOOL", 1):
        tries_of(word.username, "10.0.0.2")(WRONG)
        assert not tries_of(word.username, "10.0.0.3")(WORD)
        assert tries_of("gust.gent")(WORD)


# At once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("one_address", [True, False])
def test_fifty_guesses_at_once_never_get_through_the_limit(
    word: Account, one_address: bool
) -> None:
    """From one address five count; from fifty addresses, a hundred for the account."""
    start, limit = (0, 5) if one_address else (80, 20)
    bully = addresses()
    for _ in range(start):
        tries_of(word.username, f"11{next(bully)[2:]}")(WRONG)
    at_once(
        lambda index: tries_of(word.username, "10.0.0.1" if one_address else f"10.0.0.{index}")(
            WRONG
        ),
        50,
    )
    assert counted(word) == start + limit
    word.refresh_from_db()
    assert word.failed_sign_ins == start + 50
    assert not tries_of(word.username)(WORD)


@pytest.mark.django_db(transaction=True)
def test_right_among_fifty_guesses_at_once_only_gets_in_within_the_limit(word: Account) -> None:
    """Every one of them right: not more get in than there were tries."""
    for _ in range(4):
        tries_of(word.username)(WRONG)
    got_in = sum(at_once(lambda index: tries_of(word.username)(WORD), 50))
    assert 1 <= got_in <= 50
    assert counted(word) <= throttling.FREE_TRIES


@pytest.mark.django_db(transaction=True)
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


def test_success_on_a_known_device_after_another_wiped_the_failures(word: Account) -> None:
    """Two sign-ins at once, of which the other one ends first."""
    open_session = sessions._open_session

    def after_another(account: Account, *args: object, **more: object) -> str | None:
        Account.objects.update(failed_sign_ins=0)
        return open_session(account, *args, **more)

    phone = signed_in(word.username, WORD)
    with patch.object(sessions, "_open_session", after_another):
        assert gets_in(phone, word.username, WORD)
    word.refresh_from_db()
    assert word.failed_sign_ins == 0


# At the desk -----------------------------------------------------------------------------------


def test_renewing_lifts_every_wait_at_once(word: Account, alice_actor: Actor) -> None:
    bully = addresses()
    for _ in range(101):
        tries_of(word.username, next(bully))(WRONG)
    for _ in range(10):
        tries_of(word.username)(WRONG)
    renew(alice_actor, word)
    Account.objects.filter(pk=word.pk).update(password=make_password(WORD))
    word.refresh_from_db()
    assert (word.failed_sign_ins, word.last_failed_at, word.last_failure) == (0, None, "")
    assert tries_of(word.username)(WORD)


def told_at_the_desk(client: Client, account: Account) -> str:
    return text(client.get(f"/999912/leerlingen/{account.student_id}/"))


def test_desk_tells_why_the_last_try_failed(alice_client: Client, word: Account) -> None:
    assert "mislukte" not in told_at_the_desk(alice_client, word)
    attempt = tries_of(word.username)
    attempt(WRONG)
    assert "23 november 2026 10:00 verkeerd wachtwoord" in told_at_the_desk(alice_client, word)
    for _ in range(5):
        attempt(WRONG)
    assert "te veel pogingen, nog even wachten" in told_at_the_desk(alice_client, word)


def test_desk_tells_that_an_inactive_pupil_tried(
    alice_client: Client, deactivated: Account
) -> None:
    tries_of(deactivated.username)(OWN)
    assert "het LeerID is inactief" in told_at_the_desk(alice_client, deactivated)


def test_desk_tells_that_somebody_is_guessing_from_ten_failures_until_a_sign_in(
    alice_client: Client, word: Account, clock: time_machine.Traveller
) -> None:
    attempt = tries_of(word.username)
    for _ in range(9):
        attempt(WRONG)
    assert "te raden" not in told_at_the_desk(alice_client, word)
    attempt(WRONG)
    page = told_at_the_desk(alice_client, word)
    assert "Iemand probeert dit wachtwoord te raden: 10 mislukte aanmeldingen" in page
    clock.shift(LONGEST_WAIT)
    assert attempt(WORD)
    assert "te raden" not in told_at_the_desk(alice_client, word)


def test_sign_in_on_a_known_device_leaves_the_bully_in_sight(
    alice_client: Client, word: Account, clock: time_machine.Traveller
) -> None:
    victim = signed_in(word.username, WORD)
    for _ in range(12):
        tries_of(word.username, "10.6.6.6")(WRONG)
    clock.shift(timedelta(minutes=1))
    assert gets_in(victim, word.username, WORD)
    page = told_at_the_desk(alice_client, word)
    assert "12 mislukte aanmeldingen na elkaar" in page
    assert "Laatste mislukte aanmelding 23 november 2026 10:00 " in page


def test_history_notes_the_tenth_and_the_hundredth_failure_once_each(
    alice_client: Client, word: Account
) -> None:
    bully = addresses()
    noted = {}
    for number in range(1, 131):
        tries_of(word.username, next(bully))(WRONG)
        noted[number] = AccountEvent.objects.filter(kind=AccountEvent.Kind.SLOWED).count()
    assert [noted[number] for number in (9, 10, 99, 100, 130)] == [0, 1, 1, 2, 2]
    page = text(alice_client.get(f"/999912/leerlingen/{word.student_id}/historiek/"))
    assert page.count("Veel mislukte aanmeldingen, vertraagd") == 2


def test_unknown_username_meets_the_same_waits(word: Account) -> None:
    for username in (word.username, "wie.is.dat"):
        for _ in range(8):
            tries_of(username)(WRONG)
    shapes = AttemptCount.objects.values_list("failures", "blocked_until").order_by("failures")
    assert len(set(shapes)) == 2  # Of a school, and of an account or an address.
    assert not Account.objects.filter(username="wie.is.dat").exists()


def test_forget_removes_counts_after_a_day(word: Account, clock: time_machine.Traveller) -> None:
    tries_of(word.username)(WRONG)
    clock.shift(timedelta(days=1))
    housekeeping.delete_expired(NOW + timedelta(days=1))
    assert AttemptCount.objects.count() == 3
    housekeeping.delete_expired(NOW + timedelta(days=1, seconds=1))
    assert AttemptCount.objects.count() == 0
