"""Nobody's wrong guesses keep a pupil out, and guessing is hopeless all the same."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import time
from unittest.mock import patch

import pytest
import time_machine

from accounts.models import Account
from accounts.portal import throttling
from accounts.portal.device import Device
from accounts.portal.models import AttemptCount
from schoolloket.core import tokens
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.accounts.portal.helpers import renew
from tests.helpers import Enrol, GiveAccount

from .hammering import (
    TYPING,
    WRONG,
    Tries,
    addresses,
    compared,
    gets_in,
    hammer,
    new_device,
    pupils_of,
    spread,
    tries,
)

SCHOOL = "192.0.2.1"
HOME = "192.0.2.77"
STRANGER = "203.0.113.9"
QUARTER = timedelta(minutes=15)

Clock = time_machine.Traveller


@pytest.fixture(autouse=True)
def _no_hashes() -> Iterator[None]:
    with (
        patch("accounts.portal.actions.sessions.check_password", compared),
        patch("accounts.portal.actions.rehashing.is_outdated", return_value=False),
    ):
        yield


@pytest.fixture
def pupils(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, clock: Clock
) -> list[Account]:
    return pupils_of(brussel, 30, enrol, give_account)


@pytest.fixture
def victim(pupils: list[Account]) -> Account:
    return pupils[0]


def names(pupils: list[Account]) -> list[str]:
    return [pupil.username for pupil in pupils]


# A school --------------------------------------------------------------------------------------


@pytest.mark.parametrize("strangers", [1, 200])
def test_strangers_who_hammer_a_school_keep_no_new_device_of_it_out(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, clock: Clock, strangers: int
) -> None:
    """First 320 wrong tries at once; then thirty a second, while twelve pupils sign in."""
    pupils = pupils_of(brussel, 80, enrol, give_account)
    guesses = spread(addresses(strangers), names(pupils))
    hammer(clock, guesses, seconds=7, a_second=46)
    for pupil in pupils[:12]:
        hammer(clock, guesses, seconds=1, a_second=30)
        assert gets_in(new_device(), SCHOOL, pupil.username)


@pytest.mark.parametrize("spelling", ["{}", "{}.bestaat.niet"])
def test_a_classmate_who_hammers_all_names_keeps_nobody_behind_the_address_out(
    pupils: list[Account], clock: Clock, spelling: str
) -> None:
    guesses = tries([SCHOOL], [spelling.format(name) for name in names(pupils)])
    phones = [new_device() for _ in pupils]
    hammer(clock, guesses, seconds=TYPING.seconds, a_second=10)
    for phone, pupil in zip(phones, pupils, strict=True):
        assert gets_in(phone, SCHOOL, pupil.username)
        hammer(clock, guesses, seconds=1, a_second=10)


def test_no_pupil_of_a_whole_school_behind_one_address_waits_on_the_first_morning(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, clock: Clock
) -> None:
    """Three a second, a quarter of the tries wrong, and one in ten gives up after four."""
    kept_out = 0
    for number, pupil in enumerate(pupils_of(brussel, 300, enrol, give_account)):
        clock.shift(timedelta(seconds=1 / 3))
        phone = Device(f"phone {number}")
        gives_up = number % 10 == 9
        for _ in range(4 if gives_up else number % 3 == 0):
            gets_in(phone, SCHOOL, pupil.username, WRONG)
        kept_out += not gives_up and not gets_in(phone, SCHOOL, pupil.username)
    assert kept_out == 0


# One pupil -------------------------------------------------------------------------------------


def test_hundreds_of_failures_elsewhere_leave_the_first_try_at_home_free(
    victim: Account, clock: Clock
) -> None:
    hammer(clock, spread(addresses(200), [victim.username]), seconds=14, a_second=30)
    assert gets_in(new_device(), HOME, victim.username)


def test_after_a_typing_error_at_home_a_pupil_waits_a_quarter_at_most(
    victim: Account, clock: Clock
) -> None:
    """Sixty addresses go on around the end of the wait, and none of them gets the turn."""
    guesses = spread(addresses(60), [victim.username])
    hammer(clock, guesses, seconds=15, a_second=10)
    phone = new_device()
    assert not gets_in(phone, HOME, victim.username, WRONG)
    clock.shift(QUARTER - timedelta(seconds=15))
    hammer(clock, guesses, seconds=20, a_second=10)
    assert gets_in(phone, HOME, victim.username)


def first_in(
    clock: Clock, victim: Account, strike: Callable[[], object], *, every: int
) -> timedelta:
    """How long a phone behind the same address needs to get in, asking every so many seconds.

    Ten strikes a second go on meanwhile.
    """
    phone = new_device()
    clock.shift(TYPING)
    for tenth in range(600):
        strike()
        if tenth % (10 * every) == 0 and gets_in(phone, SCHOOL, victim.username):
            return timedelta(seconds=tenth / 10)
        clock.shift(timedelta(seconds=0.1))
    pytest.fail("A minute is over.")


@pytest.mark.parametrize("every", [12, 25])
def test_who_hammers_never_takes_the_turn_of_a_phone_that_asks_now_and_then(
    victim: Account, clock: Clock, every: int
) -> None:
    """Without a cookie, or with a new one for each try: that is the same."""

    def strike() -> None:
        gets_in(new_device(), SCHOOL, victim.username, WRONG)

    for _ in range(5):
        strike()
    assert first_in(clock, victim, strike, every=every) <= timedelta(seconds=25)


def test_who_hammers_on_one_phone_takes_no_turn_of_another(victim: Account, clock: Clock) -> None:
    bully = new_device()
    clock.shift(TYPING)

    def strike() -> None:
        gets_in(bully, SCHOOL, victim.username, WRONG)

    for _ in range(5):
        strike()
    assert first_in(clock, victim, strike, every=12) <= timedelta(seconds=24)


def test_renewal_lifts_the_waits_of_the_pupil(
    victim: Account, clock: Clock, alice_actor: Actor
) -> None:
    hammer(clock, spread(addresses(60), [victim.username]), seconds=20, a_second=10)
    hammer(clock, tries([HOME], [victim.username]), seconds=20, a_second=1)
    phone = new_device()
    clock.shift(TYPING)
    assert not gets_in(phone, HOME, victim.username)
    renew(alice_actor, victim)
    assert gets_in(phone, HOME, victim.username)


def test_a_phone_that_opened_the_printed_code_gets_in_where_every_stranger_waits(
    victim: Account, clock: Clock
) -> None:
    gets_in(new_device(), STRANGER, victim.username, WRONG)
    a_thousand = {"failures": throttling.ACCOUNT_SLOWS_ALL_AT, "blocked_until": time() + 900}
    AttemptCount.objects.filter(key=account_key(victim)).update(**a_thousand)
    assert not gets_in(new_device(), HOME, victim.username)
    opened = ((victim.pk, victim.credentials_version),)
    assert gets_in(Device("phone", opened=opened), HOME, victim.username)
    older = ((victim.pk, victim.credentials_version - 1),)
    assert not gets_in(Device("paper", opened=older), HOME, victim.username)


def test_phones_that_opened_one_printed_code_share_their_tries(victim: Account) -> None:
    """Whoever copies the code from a sheet gains no tries with every phone."""
    opened = ((victim.pk, victim.credentials_version),)
    for number, address in enumerate(addresses(5)):
        device = Device(f"phone {number}", opened=opened)
        assert not gets_in(device, address, victim.username, WRONG)
    assert not gets_in(Device("another phone", opened=opened), HOME, victim.username)
    assert gets_in(new_device(), HOME, victim.username)


# How many guesses there are --------------------------------------------------------------------


def account_key(account: Account) -> str:
    credentials = throttling.credentials_of(account.username, account.credentials_version)
    return throttling.account_key(credentials)


def guesses_counted(*accounts: Account) -> int:
    """The failures from strangers' devices that were verified for these accounts."""
    keys = [account_key(account) for account in accounts]
    counts = AttemptCount.objects.read(keys).values()
    return sum(count.failures for count in counts)


def patient(guesses: Tries, number: int) -> None:
    """Guess with a cookie of its own for each try, old enough, that never asked during a wait."""
    for _ in range(number):
        ip_address, username = next(guesses)
        gets_in(Device(tokens.new()), ip_address, username, WRONG)


def test_who_has_two_hundred_addresses_has_few_guesses_for_one_pupil(
    victim: Account, clock: Clock
) -> None:
    """A hundred, the first of each address, and one in a quarter of an hour."""
    guesses = spread(addresses(200), [victim.username])
    patient(guesses, 500)
    assert guesses_counted(victim) == 201
    for _ in range(8):
        clock.shift(QUARTER)
        patient(guesses, 20)
    assert guesses_counted(victim) == 209


def test_an_address_with_many_phones_has_few_guesses_over_all_pupils(
    pupils: list[Account], clock: Clock
) -> None:
    guesses = tries([STRANGER], names(pupils))
    patient(guesses, 60)
    for _ in range(120):
        patient(guesses, 2)
        clock.shift(throttling.REPEATS_WAIT)
    assert guesses_counted(*pupils) == throttling.ADDRESS_SLOWS_ALL_AT
    for _ in range(4):
        clock.shift(QUARTER)
        patient(guesses, 10)
    assert guesses_counted(*pupils) == throttling.ADDRESS_SLOWS_ALL_AT + 4


def test_own_sign_ins_make_room_for_one_guess_a_day(pupils: list[Account], clock: Clock) -> None:
    """A bully's own password is worth no guesses at a classmate's, however often it is right."""
    bully, *others = pupils
    guesses = tries([STRANGER], names(others))
    for _ in range(100):
        patient(guesses, 2)
        gets_in(Device("own phone"), STRANGER, bully.username)
        clock.shift(throttling.REPEATS_WAIT)
    assert guesses_counted(*others) <= throttling.ADDRESS_SLOWS_ALL_AT + 1


@pytest.mark.parametrize(
    ("addresses_of_one", "guesses"),
    [
        ([f"2001:db8:1:2::{number}" for number in range(20)], 5),
        ([f"2001:db8:1:{number}::1" for number in range(20)], 20),
        ([f"::ffff:{STRANGER}", STRANGER] * 10, 5),
    ],
)
def test_an_address_is_a_network_of_ipv6(
    victim: Account, addresses_of_one: list[str], guesses: int
) -> None:
    for address in addresses_of_one:
        gets_in(Device(address), address, victim.username, WRONG)
    assert guesses_counted(victim) == guesses


# What a wait tells -----------------------------------------------------------------------------


@pytest.mark.parametrize("suspect", ["kind7.klas", "wie.is.dat"])
def test_own_password_tells_not_whose_names_are_of_ones_school(
    pupils: list[Account], suspect: str
) -> None:
    """The bully fills a count of the own school, then looks whether a name adds to it."""
    bully, *others = names(pupils)
    hammer_addresses = addresses(100)
    for number in range(298):
        name = others[number % len(others)]
        gets_in(new_device(), hammer_addresses[number % 100], name, WRONG)
    for _ in range(2):
        gets_in(new_device(), STRANGER, suspect, WRONG)
    assert gets_in(Device("own phone"), STRANGER, bully)
