"""Sign in on Mijn LeerID with each kind of password; how long a session lasts (R7, R9)."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from accounts.portal import cookies
from accounts.portal.actions import housekeeping
from accounts.portal.models import AttemptCount, PortalSession
from schoolloket.core import tokens
from schoolloket.institutions.actors import Actor
from students.models import Enrolment
from tests.helpers import NOW
from tests.pages import html, text

from .helpers import (
    HOME,
    OWN,
    PASSWORD,
    PICTURES,
    REFUSED,
    SIGN_IN,
    SIGN_OUT,
    SIGN_OUT_EVERYWHERE,
    TEMPORARY,
    WORD,
    device,
    gets_in,
    is_signed_in,
    open_sessions,
    renew,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("clock")


def chosen(response: HttpResponse) -> list[str]:
    """The pictures that the page shows as chosen, in order."""
    return re.findall(r'name="picture" value="(\w+)"', html(response))


# Each kind -------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["29ban9", "29BAN9", " 29Ban9 ", "29ban9\t"])
@pytest.mark.usefixtures("word")
def test_word_ignores_case_and_blanks_at_its_ends(tablet: Client, typed: str) -> None:
    assert gets_in(tablet, "wout.woord", typed)
    assert "Dag Wout!" in text(tablet.get(HOME))


def test_a_zero_in_a_word_is_read_as_the_letter(word: Account, tablet: Client) -> None:
    word.password = make_password("29bos9")
    word.save()
    assert gets_in(tablet, "wout.woord", "29B0S9")


@pytest.mark.usefixtures("word")
def test_blanks_inside_a_word_are_not_ignored(tablet: Client) -> None:
    assert not gets_in(tablet, "wout.woord", "29 ban9")


@pytest.mark.parametrize("username", ["wout.woord", "Wout.Woord", " WOUT.WOORD "])
@pytest.mark.usefixtures("word")
def test_username_ignores_case_and_blanks(tablet: Client, username: str) -> None:
    assert gets_in(tablet, username, WORD)


@pytest.mark.usefixtures("pictures")
def test_pictures_sign_in_as_the_script_posts_them(tablet: Client) -> None:
    assert sign_in(tablet, "pien.prent", "", picture=PICTURES).url == HOME


@pytest.mark.usefixtures("pictures")
def test_pictures_count_in_their_order(tablet: Client) -> None:
    assert REFUSED in text(sign_in(tablet, "pien.prent", "", picture=PICTURES[::-1]))


@pytest.mark.usefixtures("pictures")
def test_pictures_one_by_one_without_javascript(tablet: Client) -> None:
    """Every picture is a button that posts; one is taken back; then the sign-in button."""
    form = {"username": "pien.prent", "wijze": "afbeeldingen"}
    picked: list[str] = []
    for slug in ("vis", "laars"):
        picked = chosen(tablet.post(SIGN_IN, {**form, "picture": picked, "add": slug}))
    assert picked == ["vis", "laars"]
    picked = chosen(tablet.post(SIGN_IN, {**form, "picture": picked, "back": ""}))
    for slug in ("boom", "huis", "bal"):
        picked = chosen(tablet.post(SIGN_IN, {**form, "picture": picked, "add": slug}))
    assert picked == ["vis", "boom", "huis", "bal"]
    assert tablet.post(SIGN_IN, {**form, "picture": picked, "sign_in": ""}).url == HOME


@pytest.mark.usefixtures("pictures")
def test_a_picture_before_the_username_is_kept_and_is_no_attempt(tablet: Client) -> None:
    response = tablet.post(SIGN_IN, {"wijze": "afbeeldingen", "username": "", "add": "vis"})
    assert chosen(response) == ["vis"]
    assert "errorlist" not in html(response)
    assert Account.objects.get().failed_sign_ins == 0


@pytest.mark.parametrize(
    ("picked", "shown"),
    [
        ({"picture": ["vis", "vis"], "add": "vis"}, ["vis"]),
        ({"picture": ["vis", "<b>", "bal"]}, ["vis", "bal"]),
        ({"picture": ["vis", "boom", "huis", "bal"], "add": "eend"}, [*PICTURES]),
        ({"back": ""}, []),
    ],
)
@pytest.mark.django_db
def test_only_four_different_pictures_of_the_grid_are_chosen(
    tablet: Client, picked: dict[str, object], shown: list[str]
) -> None:
    response = tablet.post(SIGN_IN, {"username": "x", "wijze": "afbeeldingen", **picked})
    assert chosen(response) == shown


@pytest.mark.usefixtures("pictures")
def test_pictures_start_anew_after_a_failed_attempt(tablet: Client) -> None:
    response = sign_in(tablet, "pien.prent", "", picture=PICTURES[:3], wijze="afbeeldingen")
    assert (chosen(response), REFUSED in text(response)) == ([], True)


@pytest.mark.usefixtures("temporary")
def test_temporary_password_leads_to_the_choice_of_an_own_one(tablet: Client) -> None:
    assert gets_in(tablet, "tess.tijdelijk", TEMPORARY)
    assert tablet.get(HOME).url == PASSWORD


@pytest.mark.usefixtures("temporary")
def test_temporary_password_does_not_ignore_case(tablet: Client) -> None:
    assert not gets_in(tablet, "tess.tijdelijk", TEMPORARY.swapcase())


@pytest.mark.usefixtures("own")
def test_own_password(tablet: Client) -> None:
    assert gets_in(tablet, "otto.eigen", OWN)
    assert "Dag Otto!" in text(tablet.get(HOME))


@pytest.mark.usefixtures("own")
def test_own_password_does_not_ignore_case(tablet: Client) -> None:
    assert not gets_in(tablet, "otto.eigen", OWN.upper())


@pytest.mark.parametrize("password", ["", " ", "x" * 200, "\0", "é" * 50, "nobody"])
@pytest.mark.usefixtures("own")
def test_any_other_password_is_refused_without_an_error(tablet: Client, password: str) -> None:
    assert sign_in(tablet, "otto.eigen", password).status_code == 200
    assert not is_signed_in(tablet)
    assert sign_in(tablet, "wie.is.dat", password).status_code == 200


# What the page starts with ---------------------------------------------------------------------


@pytest.mark.django_db
def test_printed_url_fills_in_the_username_and_escapes_it(tablet: Client) -> None:
    assert 'name="username" value="wout.woord"' in html(tablet.get("/mijn/wout.woord"))
    assert 'value="&quot;&gt;&lt;b&gt;"' in html(tablet.get("/mijn/%22%3E%3Cb%3E"))


@pytest.mark.usefixtures("word")
def test_printed_url_signs_in_too(tablet: Client) -> None:
    typed = {"username": "wout.woord", "password": WORD, "sign_in": ""}
    assert tablet.post("/mijn/wout.woord", typed).url == HOME


def shows_grid(client: Client, url: str = SIGN_IN) -> bool:
    return 'class="tile"' in html(client.get(url))


@pytest.mark.usefixtures("word", "pictures")
@pytest.mark.parametrize("username", ["", "wout.woord", "pien.prent", "wie.is.dat"])
def test_url_asks_for_letters_or_pictures_whatever_the_username(
    tablet: Client, username: str
) -> None:
    assert not shows_grid(tablet, SIGN_IN + username)
    assert shows_grid(tablet, f"{SIGN_IN}{username}?wijze=afbeeldingen")
    assert not shows_grid(tablet, f"{SIGN_IN}{username}?wijze=woord")


@pytest.mark.usefixtures("word", "pictures")
def test_device_starts_with_what_it_used_last(tablet: Client) -> None:
    sign_in(tablet, "pien.prent", "", picture=PICTURES)
    assert shows_grid(tablet)
    assert not shows_grid(tablet, f"{SIGN_IN}?wijze=woord")
    assert gets_in(tablet, "wout.woord", WORD)
    assert not shows_grid(tablet)


@pytest.mark.django_db
def test_grid_names_its_sixteen_pictures_in_one_order(tablet: Client) -> None:
    def names() -> list[str]:
        page = html(tablet.get(f"{SIGN_IN}?wijze=afbeeldingen"))
        return re.findall(r'class="tile"[^>]*aria-label="(\w+)"', page)

    assert (len(set(names())), names()) == (16, names())


# What a sign-in leaves behind ------------------------------------------------------------------


def test_sign_in_is_remembered_and_changes_no_credentials(tablet: Client, word: Account) -> None:
    assert gets_in(tablet, word.username, WORD)
    word.refresh_from_db()
    assert (word.last_sign_in_at, word.credentials_version) == (NOW, 1)
    assert (word.failed_sign_ins, word.last_failed_at, word.last_failure) == (0, None, "")


def test_sign_in_takes_few_statements(
    word: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """A look-up, a look whether the attempt has to wait, and two transactions.

    The first counts the attempt; the second updates account and session, and takes it back. On
    PostgreSQL each says first how long it waits for locks.
    """
    tablet = device()
    transactions = 4 + 6
    if connection.vendor == "postgresql":
        transactions += 2
    with django_assert_num_queries(1 + 1 + transactions):
        assert gets_in(tablet, word.username, WORD)


def test_last_ten_sign_ins_are_shown(word: Account, clock: time_machine.Traveller) -> None:
    tablet = device()
    for _ in range(12):
        clock.shift(timedelta(minutes=1))
        assert gets_in(tablet, word.username, WORD)
    page = text(tablet.get(HOME))
    assert page.count("23 november 2026 10:") == 10
    assert "10:12" in page
    assert "nieuw toestel" not in page


def test_last_ten_sign_ins_of_each_pupil_are_not_deleted(
    word: Account, own: Account, clock: time_machine.Traveller
) -> None:
    gets_in(device(), own.username, OWN)
    tablet = device()
    for _ in range(12):
        clock.shift(timedelta(minutes=1))
        assert gets_in(tablet, word.username, WORD)
    housekeeping.delete_expired(timezone.now() + timedelta(hours=9))
    times = [row.created_at for row in word.portal_sessions.all()]
    assert times == [NOW + timedelta(minutes=minute) for minute in range(12, 2, -1)]
    assert own.portal_sessions.count() == 1


def test_housekeeping_ends_no_open_session(word: Account) -> None:
    """A pupil who signs in on eleven devices stays signed in on the first."""
    first, *_ = [signed_in(word.username, WORD) for _ in range(11)]
    housekeeping.delete_expired(timezone.now())
    assert is_signed_in(first)
    housekeeping.delete_expired(timezone.now() + timedelta(hours=8, seconds=1))
    assert word.portal_sessions.count() == 10


@pytest.mark.usefixtures("word")
def test_first_sign_in_on_a_device_is_marked_as_new(tablet: Client) -> None:
    gets_in(tablet, "wout.woord", WORD)
    assert text(tablet.get(HOME)).count("nieuw toestel") == 1


def test_account_page_shows_pupil_school_and_class(tablet: Client, word: Account) -> None:
    gets_in(tablet, word.username, WORD)
    page = text(tablet.get(HOME))
    for shown in ("Wout Woord", "wout.woord", "TEST School 2 (2), BRUSSEL-STAD", "4A · 4de leerj"):
        assert shown in page


@pytest.mark.usefixtures("word")
def test_every_sign_in_gets_a_new_session_and_ends_the_one_before(tablet: Client) -> None:
    """A token that was planted, or known to others, is worth nothing afterwards (fixation)."""
    tablet.cookies[cookies.SESSION_COOKIE] = "planted"
    assert gets_in(tablet, "wout.woord", WORD)
    first = tablet.cookies[cookies.SESSION_COOKIE].value
    assert gets_in(tablet, "wout.woord", WORD)
    second = tablet.cookies[cookies.SESSION_COOKIE].value
    assert len({"planted", first, second}) == 3
    hashes = PortalSession.objects.values_list("token_hash", flat=True)
    assert list(hashes) == [tokens.digest(second), None]


@pytest.mark.usefixtures("word")
def test_other_devices_stay_signed_in(tablet: Client) -> None:
    phone = signed_in("wout.woord", WORD)
    assert gets_in(tablet, "wout.woord", WORD)
    assert is_signed_in(phone)


# Accounts that cannot sign in, and the end of a session ----------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ended", "deactivated"])
def test_inactive_account_cannot_sign_in(
    tablet: Client, who: str, request: pytest.FixtureRequest
) -> None:
    account = request.getfixturevalue(who)
    assert not gets_in(tablet, account.username, OWN)
    account.refresh_from_db()
    assert (account.last_sign_in_at, account.last_failure) == (None, "inactive")


def test_account_can_sign_in_until_the_last_day_and_again_when_enrolled_again(
    tablet: Client, word: Account, clock: time_machine.Traveller
) -> None:
    clock.move_to("2027-08-31T23:59:00+02:00")
    assert gets_in(tablet, word.username, WORD)
    clock.shift(timedelta(minutes=2))
    assert not is_signed_in(tablet)
    assert not gets_in(tablet, word.username, WORD)
    Enrolment.objects.update(ends_on="2028-08-31")
    assert gets_in(tablet, word.username, WORD)


def test_account_whose_enrolment_lies_ahead_can_sign_in(tablet: Client, word: Account) -> None:
    Enrolment.objects.update(starts_on="2027-09-01", ends_on="2028-08-31")
    assert gets_in(tablet, word.username, WORD)
    assert "Wout Woord" in text(tablet.get(HOME))


def test_renewal_ends_the_sessions_at_once(
    tablet: Client, word: Account, alice_actor: Actor
) -> None:
    assert gets_in(tablet, word.username, WORD)
    renew(alice_actor, word)
    assert not is_signed_in(tablet)
    assert not gets_in(tablet, word.username, WORD)


def test_renewal_while_the_password_is_verified_lets_nobody_in(
    tablet: Client, word: Account, alice_actor: Actor
) -> None:
    def renew_first(*given: object) -> bool:
        renew(alice_actor, word)
        return True

    with patch("accounts.portal.hash_queue.verify", renew_first):
        assert not gets_in(tablet, word.username, WORD)
    word.refresh_from_db()
    assert (word.last_sign_in_at, word.last_failure) == (None, "")
    assert not word.portal_sessions.exists()


def test_removing_the_email_ends_the_sessions(
    tablet: Client, linked: Account, alice_actor: Actor
) -> None:
    assert gets_in(tablet, linked.username, OWN)
    renew(alice_actor, linked, removes_email=True)
    assert not is_signed_in(tablet)


def test_deactivation_ends_the_sessions(tablet: Client, word: Account, alice_actor: Actor) -> None:
    assert gets_in(tablet, word.username, WORD)
    Account.objects.update(deactivated_at=NOW, deactivated_by=alice_actor.manager)
    assert not is_signed_in(tablet)


@pytest.mark.usefixtures("word")
def test_session_ends_after_eight_hours(tablet: Client, clock: time_machine.Traveller) -> None:
    assert gets_in(tablet, "wout.woord", WORD)
    clock.shift(timedelta(hours=8, seconds=-1))
    assert is_signed_in(tablet)
    clock.shift(timedelta(seconds=1))
    assert not is_signed_in(tablet)


def test_sign_out_ends_the_session_also_for_a_copied_cookie(tablet: Client, word: Account) -> None:
    assert gets_in(tablet, word.username, WORD)
    copied = device()
    copied.cookies[cookies.SESSION_COOKIE] = tablet.cookies[cookies.SESSION_COOKIE].value
    assert is_signed_in(copied)
    assert tablet.get(SIGN_OUT).status_code == 405
    assert tablet.post(SIGN_OUT).url == SIGN_IN
    assert open_sessions(word) == 0
    assert not is_signed_in(copied)


def test_sign_out_everywhere_ends_the_sessions_of_one_pupil(
    tablet: Client, word: Account, own: Account
) -> None:
    phone = signed_in(word.username, WORD)
    other = signed_in(own.username, OWN)
    assert gets_in(tablet, word.username, WORD)
    assert tablet.get(SIGN_OUT_EVERYWHERE).status_code == 405
    assert tablet.post(SIGN_OUT_EVERYWHERE).url == SIGN_IN
    assert not is_signed_in(tablet)
    assert not is_signed_in(phone)
    assert is_signed_in(other)


# Forms that are no attempt ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({"password": ""}, "Vul je wachtwoord in."),
        ({"password": "", "wijze": "afbeeldingen"}, "Kies je vier afbeeldingen."),
        ({"password": "x" * 201}, "niet meer dan 200 tekens"),
        ({"password": WORD, "username": " "}, "Vul je gebruikersnaam in."),
    ],
)
def test_incomplete_form_is_refused_and_not_counted(
    tablet: Client, word: Account, posted: dict[str, str], message: str
) -> None:
    response = tablet.post(SIGN_IN, {"username": word.username, "sign_in": ""} | posted)
    assert message in text(response)
    assert REFUSED not in text(response)
    word.refresh_from_db()
    assert word.failed_sign_ins == 0
    assert not AttemptCount.objects.exists()
