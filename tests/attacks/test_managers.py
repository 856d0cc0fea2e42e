"""Attacks on the managers: locking them out, guessing their passwords, and keeping a lost right."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from runpy import run_path
from unittest.mock import patch

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from schoolloket.core import background
from schoolloket.institutions import devices
from schoolloket.institutions.models import Manager
from tests.at_once import at_once
from tests.desk_client import DeskClient
from tests.helpers import PASSWORD
from tests.pages import desk, text

ROOT = Path(settings.BASE_DIR)
ALICE = "alice@school.test"
SIGN_IN = "/aanmelden/"
FORGOTTEN = "/aanmelden/vergeten/"
NEW_PASSWORD = "een-ander-lang-wachtwoord-2026"

pytestmark = pytest.mark.usefixtures("clock")


def at(address: str) -> Client:
    """A browser on a device that the desk does not know, at this IP address."""
    return Client(REMOTE_ADDR=address)


def gets_in(client: Client, password: str = PASSWORD, email: str = ALICE) -> bool:
    client.post(SIGN_IN, {"login": email, "password": password})
    got_in = "_auth_user_id" in client.session
    if got_in:
        client.post("/aanmelden/afmelden/")
    return got_in


def guess(client: Client, times: int, email: str = ALICE) -> None:
    for number in range(times):
        client.post(SIGN_IN, {"login": email, "password": f"guess {number}"})


# Nobody locks a manager out --------------------------------------------------------------------


def test_a_stranger_elsewhere_locks_no_manager_out(alice: Manager) -> None:
    guess(at("192.0.2.1"), 40)
    assert gets_in(at("198.51.100.7"))


def test_a_stranger_at_the_same_address_locks_no_known_device_out(alice: Manager) -> None:
    office = at("192.0.2.1")
    assert gets_in(office)
    guess(at("192.0.2.1"), 40)
    assert not gets_in(at("192.0.2.1"))
    assert gets_in(office)


def test_a_stranger_who_tries_everybody_at_the_school_locks_no_known_device_out(
    alice: Manager,
) -> None:
    office = at("192.0.2.1")
    assert gets_in(office)
    stranger = at("192.0.2.1")
    for number in range(120):
        guess(stranger, 1, f"somebody{number}@school.test")
    assert not gets_in(at("192.0.2.1"))
    assert gets_in(office)


def test_guesses_from_many_addresses_lock_no_manager_out(alice: Manager) -> None:
    for number in range(60):
        guess(at(f"192.0.2.{number + 1}"), 1)
    assert gets_in(at("198.51.100.7"))


def test_guesses_from_many_addresses_are_slowed(alice: Manager) -> None:
    for number in range(60):
        guess(at(f"192.0.2.{number + 1}"), 1)
    assert not gets_in(at("192.0.2.60"))


def test_five_guesses_from_an_address_and_no_more(
    alice: Manager, clock: time_machine.Traveller
) -> None:
    guess(at("192.0.2.1"), 5)
    assert not gets_in(at("192.0.2.1"))
    clock.shift(timedelta(minutes=15, seconds=1))
    assert gets_in(at("192.0.2.1"))


def test_the_addresses_of_one_network_count_as_one(alice: Manager) -> None:
    for number in range(5):
        guess(at(f"2001:db8:0:1::{number + 1}"), 1)
    assert not gets_in(at("2001:db8:0:1::ffff"))
    assert gets_in(at("2001:db8:0:2::1"))


@pytest.mark.django_db(transaction=True)
def test_thirty_guesses_at_once_are_exactly_five(
    brussel: object, alice: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []

    def check(manager: Manager, password: str) -> bool:
        verified.append(password)
        return False

    monkeypatch.setattr(Manager, "check_password", check)
    at_once(*[partial(guess, at("192.0.2.1"), 1) for _ in range(30)])
    assert len(verified) == 5


def test_guessing_on_a_known_device_is_slowed_there_and_nowhere_else(alice: Manager) -> None:
    office = at("192.0.2.1")
    assert gets_in(office)
    guess(office, 5)
    assert not gets_in(office)
    assert gets_in(at("192.0.2.1"))


def test_a_forged_device_is_unknown(alice: Manager) -> None:
    office = at("192.0.2.1")
    assert gets_in(office)
    cookie = office.cookies[devices.COOKIE].value
    guess(at("192.0.2.9"), 5)
    forger = at("192.0.2.9")
    forger.cookies[devices.COOKIE] = cookie[:-1] + ("a" if cookie[-1] != "a" else "b")
    assert not gets_in(forger)


def test_a_device_is_known_for_those_who_signed_in_on_it(alice: Manager, bob: Manager) -> None:
    office = at("192.0.2.1")
    assert gets_in(office)
    guess(at("192.0.2.1"), 5, "bob@school.test")
    assert not gets_in(office, email="bob@school.test")


def test_a_right_password_costs_no_attempt(alice: Manager) -> None:
    for _ in range(12):
        assert gets_in(at("192.0.2.1"))


def test_a_new_password_lifts_the_limit(alice: Manager) -> None:
    guess(at("192.0.2.1"), 5)
    alice.set_password(NEW_PASSWORD)
    alice.save()
    assert gets_in(at("192.0.2.1"), NEW_PASSWORD)


def test_a_session_is_no_way_to_guess_the_password(alice_client: Client) -> None:
    answers = [
        alice_client.post("/aanmelden/opnieuw/", {"password": f"guess {number}"})
        for number in range(12)
    ]
    assert "Even geduld" in text(answers[5])
    assert answers[11].status_code == 429


@pytest.mark.parametrize("nobody", ["nobody@school.test", "x" * 60 + "@school.test"])
def test_a_wrong_password_takes_the_same_statements_for_everybody(
    alice: Manager, nobody: str
) -> None:
    numbers = []
    for email in (ALICE, nobody):
        with CaptureQueriesContext(connection) as queries:
            for _ in range(7):
                guess(at("192.0.2.1"), 1, email)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


# A manager's old address -----------------------------------------------------------------------


def mailed_path() -> str:
    """The path of the link in the last mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def choose_by_mail(client: Client, path: str) -> object:
    page = client.get(path, follow=True)
    [where] = [one[0] for one in page.redirect_chain[-1:]] or [path]
    return client.post(where, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)


@pytest.fixture
def operator_client(db: None) -> Client:
    client = DeskClient()
    operator = Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Op")
    client.force_login(operator)
    return client


def change_address(operator_client: Client, manager: Manager, email: str) -> None:
    answer = operator_client.post(
        f"/beheer/institutions/manager/{manager.pk}/change/",
        {
            "email": email,
            "name": manager.name,
            "is_active": "on",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    assert answer.status_code == 302


def test_an_address_that_was_replaced_opens_nothing_any_more(
    alice: Manager, operator_client: Client
) -> None:
    client = at("192.0.2.1")
    client.post(FORGOTTEN, {"email": ALICE})
    old_link = mailed_path()
    assert gets_in(client)
    at_work = at("192.0.2.2")
    at_work.post(SIGN_IN, {"login": ALICE, "password": PASSWORD})

    change_address(operator_client, alice, "opvolger@school.test")

    assert not gets_in(at("192.0.2.3"))
    assert at_work.get(desk("students")).status_code == 302
    assert "al gebruikt of te oud" in text(choose_by_mail(client, old_link))
    mails = len(mail.outbox)
    client.post(FORGOTTEN, {"email": ALICE})
    assert len(mail.outbox) == mails
    assert gets_in(at("192.0.2.3"), email="opvolger@school.test")


def test_an_address_left_from_before_gives_no_rights(
    alice: Manager, operator_client: Client
) -> None:
    EmailAddress.objects.create(user=alice, email=ALICE, verified=True, primary=True)
    change_address(operator_client, alice, "opvolger@school.test")
    assert not EmailAddress.objects.exists()
    assert not gets_in(at("192.0.2.3"))


def test_a_manager_has_one_address(alice: Manager) -> None:
    """The sign-in library's second place for addresses stays empty, whatever is asked."""
    client = at("192.0.2.1")
    client.post(FORGOTTEN, {"email": ALICE})
    choose_by_mail(client, mailed_path())
    assert gets_in(client, NEW_PASSWORD)
    assert not EmailAddress.objects.exists()


def test_the_operator_has_no_page_for_other_addresses(operator_client: Client) -> None:
    assert operator_client.get("/beheer/account/emailaddress/").status_code == 404


# Mails of a reset ------------------------------------------------------------------------------


def test_the_link_leads_to_the_desk_whatever_host_the_request_names(alice: Manager) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        at("192.0.2.1").post(FORGOTTEN, {"email": ALICE}, headers={"host": "evil.test:8443"})
    assert "http://localhost:8000/aanmelden/vergeten/" in str(mail.outbox[0].body)
    assert "evil" not in str(mail.outbox[0].message())


def test_a_reset_link_lasts_an_hour(alice: Manager, clock: time_machine.Traveller) -> None:
    client = at("192.0.2.1")
    client.post(FORGOTTEN, {"email": ALICE})
    clock.shift(timedelta(minutes=61))
    assert "al gebruikt of te oud" in text(choose_by_mail(client, mailed_path()))


def test_nobody_fills_a_managers_mailbox(alice: Manager) -> None:
    for number in range(30):
        at(f"192.0.2.{number + 1}").post(FORGOTTEN, {"email": ALICE})
    assert len(mail.outbox) == 3


def test_one_address_asks_for_few_mails(alice: Manager) -> None:
    answers = [
        at("192.0.2.1").post(FORGOTTEN, {"email": f"somebody{number}@school.test"})
        for number in range(25)
    ]
    assert answers[-1].status_code == 429


def test_a_reset_takes_the_same_statements_for_everybody(alice: Manager) -> None:
    """All that depends on the address is done after the answer."""
    with patch.object(background, "run") as run:
        at("192.0.2.1").post(FORGOTTEN, {"email": ALICE})
        at("192.0.2.1").post(FORGOTTEN, {"email": "nobody@school.test"})
    assert run.call_count == 2


def test_the_manager_reads_that_the_password_was_changed(
    alice: Manager, django_capture_on_commit_callbacks: Callable
) -> None:
    client = at("192.0.2.1")
    client.post(FORGOTTEN, {"email": ALICE.upper()})
    assert mail.outbox[0].to == [ALICE]
    with django_capture_on_commit_callbacks(execute=True):
        choose_by_mail(client, mailed_path())
    assert [one.subject for one in mail.outbox] == [
        "Kies een nieuw wachtwoord voor het LeerID Schoolloket",
        "Je wachtwoord voor het LeerID Schoolloket is gewijzigd",
    ]
    assert "192.0.2.1" in str(mail.outbox[1].body)
    assert not [one for one in mail.outbox if "example.com" in str(one.message())]


def test_the_page_for_the_new_password_is_not_stored(alice: Manager) -> None:
    client = at("192.0.2.1")
    client.post(FORGOTTEN, {"email": ALICE})
    page = client.get(mailed_path(), follow=True)
    assert "Nieuw wachtwoord" in text(page)
    assert "no-store" in page.headers["Cache-Control"]


# The server ------------------------------------------------------------------------------------


def test_no_client_tells_the_server_where_the_desk_begins() -> None:
    """gunicorn takes no SCRIPT_NAME from a header, not even one that a proxy lets through."""
    config = Config()
    for name, value in run_path(str(ROOT / "deploy" / "gunicorn.conf.py")).items():
        if name in config.settings:
            config.set(name, value)

    sent = b"GET / HTTP/1.1\r\nHost: localhost\r\nSCRIPT_NAME: /mijn\r\nAccept: */*\r\n\r\n"
    request = next(RequestParser(config, iter([sent]), ("127.0.0.1", 1)))
    assert [name for name, _ in request.headers] == ["HOST", "ACCEPT"]


@pytest.mark.parametrize(
    ("page", "field"),
    [("/aanmelden/wachtwoord/", "oldpassword"), ("/beheer/password_change/", "old_password")],
)
def test_a_session_is_no_way_to_guess_the_password_where_it_is_changed(
    operator_client: Client, page: str, field: str
) -> None:
    new = dict.fromkeys(("password1", "password2", "new_password1", "new_password2"), NEW_PASSWORD)
    for number in range(30):
        operator_client.post(page, {field: f"guess {number}", **new})
    operator_client.post(page, {field: PASSWORD, **new})
    assert Manager.objects.get(email="op@loket.test").check_password(PASSWORD)
