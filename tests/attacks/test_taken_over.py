"""A session that somebody else got hold of: it does not take the account over for good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account
from accounts.portal.models import MailToken
from schoolloket.institutions.models import Institution
from tests.accounts.portal.helpers import EMAIL, HOME, NEW, OWN, PASSWORD, TEMPORARY, signed_in
from tests.helpers import Enrol, GiveAccount
from tests.pages import html, text

pytestmark = pytest.mark.usefixtures("clock")

THIEFS = "dief@voorbeeld.be"
WRONG = "Dat is niet je wachtwoord."
Post = Callable[..., HttpResponse]


@pytest.fixture
def lena(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    return give_account(
        enrol(brussel, "Lena", "Gelinkt"),
        password=make_password(OWN),
        must_change_password=False,
        email="lena@voorbeeld.be",
    )


@pytest.fixture
def thief(lena: Account) -> Client:
    """Sits down at the computer where Lena is signed in."""
    return signed_in(lena.username, OWN)


@pytest.fixture
def asks(django_capture_on_commit_callbacks: object) -> Post:
    def asks(client: Client, **fields: str) -> HttpResponse:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            return client.post(EMAIL, {"email": THIEFS, **fields})

    return asks


def test_a_session_without_the_password_links_no_address(
    thief: Client, asks: Post, mailoutbox: list[object]
) -> None:
    for fields in ({}, {"password": ""}, {"password": "geraden"}, {"old": OWN}):
        assert asks(thief, **fields).status_code == 200
    assert mailoutbox == []
    assert not MailToken.objects.exists()


def test_the_page_says_what_is_wrong_and_mails_nobody_yet(thief: Client, asks: Post) -> None:
    assert "Je wachtwoord van nu" in text(thief.get(EMAIL))
    assert WRONG in text(asks(thief, password="geraden"))


def test_guesses_here_are_counted_as_anywhere(
    thief: Client, asks: Post, mailoutbox: list[object], clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        asks(thief, password="geraden")
    assert WRONG in text(asks(thief, password=OWN))
    assert mailoutbox == []
    clock.shift(timedelta(minutes=16))
    assert "Kijk in je mailbox" in text(asks(thief, password=OWN))


def test_an_address_that_is_none_costs_no_guess(thief: Client, asks: Post) -> None:
    for _ in range(10):
        asks(thief, email="geen adres", password="geraden")
    assert "Kijk in je mailbox" in text(asks(thief, password=OWN))


def test_who_just_chose_the_password_need_not_type_it_again(
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    asks: Post,
    clock: time_machine.Traveller,
) -> None:
    """Only for ten minutes, and only in the session that chose it."""
    tess = give_account(enrol(brussel, "Tess", "Tijdelijk"), password=make_password(TEMPORARY))
    browser, other = signed_in(tess.username, TEMPORARY), signed_in(tess.username, TEMPORARY)
    assert browser.post(PASSWORD, {"password": NEW}).url == EMAIL
    assert 'name="password"' not in html(browser.get(EMAIL))
    assert "Kijk in je mailbox" in text(asks(browser))
    assert other.get(HOME).status_code == 302
    clock.shift(timedelta(minutes=11))
    assert 'name="password"' in html(browser.get(EMAIL))
    assert asks(browser).status_code == 200
    assert MailToken.objects.count() == 1
