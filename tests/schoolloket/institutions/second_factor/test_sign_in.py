"""The second step of a sign-in: nobody is at the desk with a password alone (R14)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from schoolloket.institutions.models import AccessEvent, Manager
from tests.desk_client import DeskClient
from tests.helpers import PASSWORD
from tests.pages import desk, text
from tests.second_step import (
    code_of,
    give_app,
    sign_in,
    type_code,
    type_password,
    unused_recovery_code,
)

pytestmark = pytest.mark.usefixtures("clock")

Kind = AccessEvent.Kind
NEEDED = "/aanmelden/tweede-stap/"


@pytest.fixture(autouse=True)
def _alice_has_an_app(alice: Manager) -> None:
    give_app(alice)


def is_in(client: DeskClient) -> bool:
    return client.get(desk("students")).status_code == 200


# A password alone ------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing_of_the_desk(bob: Manager, client: DeskClient) -> None:
    type_password(client, bob.email)
    for path in ("/", desk("students", number="999913"), desk("import", number="999913")):
        assert client.get(path).url == NEEDED
        assert client.post(path).url == NEEDED
    assert client.get(NEEDED).status_code == 200


def test_a_password_alone_opens_nothing_of_beheer(client: DeskClient, db: None) -> None:
    operator = Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Olga")
    client.sign_in_with_password_alone(operator)
    assert client.get("/beheer/").url == NEEDED
    assert client.get("/beheer/institutions/manager/").url == NEEDED


def test_where_the_factor_is_offered_a_password_is_enough(
    bob: Manager, client: DeskClient, settings: object
) -> None:
    settings.SECOND_FACTOR = "offered"  # type: ignore[attr-defined]
    type_password(client, bob.email)
    assert client.get(desk("students", number="999913")).status_code == 200


def test_the_password_of_somebody_with_an_app_does_not_sign_in(client: DeskClient) -> None:
    assert type_password(client, "alice@school.test").url == "/aanmelden/code/"
    assert client.get(desk("students")).url.startswith("/aanmelden/?next=")


def test_who_began_a_sign_in_can_begin_anew(client: DeskClient) -> None:
    type_password(client, "alice@school.test")
    client.post("/aanmelden/afmelden/")
    assert client.get("/aanmelden/code/").url == "/aanmelden/"


# Codes -----------------------------------------------------------------------------------------


def test_password_and_code_open_the_desk(client: DeskClient) -> None:
    type_password(client, "alice@school.test")
    type_code(client, code_of())
    assert is_in(client)


def test_the_access_log_says_how_somebody_came_in(client: DeskClient, alice: Manager) -> None:
    type_password(client, "alice@school.test")
    type_code(client, code_of())
    assert AccessEvent.objects.get(kind=Kind.SIGNED_IN).detail == "met een app"


def test_a_code_works_once(client: DeskClient) -> None:
    for browser in (client, thief := DeskClient()):
        type_password(browser, "alice@school.test")
        type_code(browser, code_of())
    assert is_in(client)
    assert not is_in(thief)


def test_a_code_does_not_work_again_in_the_next_half_minute(
    client: DeskClient, clock: time_machine.Traveller
) -> None:
    code = code_of()
    type_password(client, "alice@school.test")
    type_code(client, code)
    clock.shift(timedelta(seconds=31))
    type_password(thief := DeskClient(), "alice@school.test")
    type_code(thief, code)
    assert not is_in(thief)


@pytest.mark.parametrize(("half_minutes_on", "opens"), [(-2, False), (-1, True), (1, True)])
def test_a_code_is_good_for_half_a_minute_around_its_own(
    client: DeskClient, half_minutes_on: int, opens: bool
) -> None:
    type_password(client, "alice@school.test")
    type_code(client, code_of(half_minutes_on=half_minutes_on))
    assert is_in(client) == opens


def test_a_recovery_code_works_once(client: DeskClient, alice: Manager) -> None:
    code = unused_recovery_code(alice)
    for browser in (client, thief := DeskClient()):
        type_password(browser, "alice@school.test")
        type_code(browser, code)
    assert is_in(client)
    assert not is_in(thief)


def test_a_code_of_another_manager_opens_nothing(bob: Manager, client: DeskClient) -> None:
    code = unused_recovery_code(bob)
    type_password(client, "alice@school.test")
    assert "Deze code klopt niet" in text(type_code(client, code))
    assert not is_in(client)


# Guesses ---------------------------------------------------------------------------------------


def guess(client: DeskClient, times: int) -> None:
    type_password(client, "alice@school.test")
    for number in range(times):
        type_code(client, f"{number:06}")


def test_codes_are_not_guessed_without_end(client: DeskClient) -> None:
    guess(client, 6)
    answer = type_code(client, code_of())
    assert "Even geduld" in text(answer)
    assert not is_in(client)


def test_a_quarter_of_an_hour_later_the_right_code_opens(
    client: DeskClient, clock: time_machine.Traveller
) -> None:
    guess(client, 6)
    clock.shift(timedelta(minutes=16))
    type_password(client, "alice@school.test")
    type_code(client, code_of())
    assert is_in(client)


def test_who_guesses_codes_elsewhere_locks_no_known_device_out(clock: object) -> None:
    own = sign_in(DeskClient(), "alice@school.test")
    own.post("/aanmelden/afmelden/")
    for network in range(60):
        thief = DeskClient(REMOTE_ADDR=f"203.0.113.{network}")
        guess(thief, 3)
    type_password(own, "alice@school.test")
    type_code(own, code_of())
    assert is_in(own)


def test_guesses_from_everywhere_stop_every_unknown_device() -> None:
    for network in range(60):
        guess(DeskClient(REMOTE_ADDR=f"203.0.113.{network}"), 1)
    fresh = DeskClient(REMOTE_ADDR="198.51.100.7")
    type_password(fresh, "alice@school.test")
    assert "Even geduld" in text(type_code(fresh, code_of()))


def test_the_manager_hears_of_guesses_of_codes(client: DeskClient) -> None:
    guess(client, 5)
    assert "Iemand kent je wachtwoord" in mail.outbox[-1].subject
    assert AccessEvent.objects.filter(kind=Kind.CODE_FAILED).count() == 5


# The lock --------------------------------------------------------------------------------------


def test_a_desk_that_locked_opens_with_the_password_on_the_same_day(
    client: DeskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, "alice@school.test")
    clock.shift(timedelta(minutes=31))
    assert not is_in(client)
    type_password(client, "alice@school.test")
    assert is_in(client)


def test_twelve_hours_after_the_factor_it_is_asked_again(
    client: DeskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, "alice@school.test")
    for _ in range(2):
        clock.shift(timedelta(hours=6, minutes=1))
        answer = type_password(client, "alice@school.test")
    assert answer.url == "/aanmelden/code/"


def test_after_a_sign_out_the_factor_is_asked_again(client: DeskClient) -> None:
    sign_in(client, "alice@school.test")
    client.post("/aanmelden/afmelden/")
    assert type_password(client, "alice@school.test").url == "/aanmelden/code/"


def test_a_factor_of_a_colleague_in_the_same_browser_does_not_count(
    bob: Manager, client: DeskClient
) -> None:
    sign_in(client, "alice@school.test")
    other = DeskClient()
    other.cookies = client.cookies
    give_app(bob)
    other.cookies.pop("loket", None)
    assert type_password(other, bob.email).url == "/aanmelden/code/"


def test_after_signing_out_everywhere_no_browser_remembers_the_factor(client: DeskClient) -> None:
    elsewhere = sign_in(DeskClient(), "alice@school.test")
    sign_in(client, "alice@school.test").post("/aanmelden/overal-afmelden/")
    assert type_password(elsewhere, "alice@school.test").url == "/aanmelden/code/"
