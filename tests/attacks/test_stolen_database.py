"""A thief has a copy of the database, and a graphics card to guess with (R5, decision 35)."""

import argon2
import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from accounts.models import Account, PasswordKind
from schoolloket import settings as deployed
from schoolloket.core.pepper import PepperKey
from schoolloket.institutions.models import Institution, Manager
from tests.accounts.portal.helpers import OWN, PICTURES, SIGN_IN, WORD, device, gets_in
from tests.browser.leaks import Leaks
from tests.helpers import PASSWORD, Enrol, GiveAccount
from tests.pages import html
from tests.second_step import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# What the desk's keys look like, so that the tests can search for it.
SECRET = b"peper-van-de-school-op-zijn-plek"
THIEVES_SECRET = b"peper-die-een-dief-heeft-geraden"


@pytest.fixture(autouse=True)
def _as_deployed(settings: Settings) -> None:
    """The hashes of a deployment, not the suite's cheap ones, under a key that is known here."""
    settings.PASSWORD_HASHERS = deployed.PASSWORD_HASHERS
    settings.PEPPER_KEYS = [PepperKey("k1", SECRET)]


@pytest.fixture
def pupils(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> dict[str, Account]:
    """Password -> pupil, one for each kind of password."""
    kinds = {
        WORD: PasswordKind.WORD,
        "-".join(PICTURES): PasswordKind.PICTURES,
        OWN: PasswordKind.ADVANCED,
    }
    return {
        password: give_account(
            enrol(brussel, kind.name, "Peeters"), kind, password=make_password(password)
        )
        for password, kind in kinds.items()
    }


@pytest.fixture
def stolen(pupils: dict[str, Account], alice: Manager) -> dict[str, str]:
    """Password -> hash, as the thief's copy has them, of the pupils and of Alice."""
    copied = {password: account.password for password, account in pupils.items()}
    return copied | {PASSWORD: alice.password}


def proves_right(guess: str, stored_hash: str) -> bool:
    """Whether a thief without any key sees that a guess is right."""
    _, _, parameters = stored_hash.partition("$argon2id$")
    try:
        return argon2.PasswordHasher().verify(f"$argon2id${parameters}", guess)
    except argon2.exceptions.VerifyMismatchError:
        return False


# The copy --------------------------------------------------------------------------------------


def test_without_the_pepper_not_even_the_right_password_proves_right(
    stolen: dict[str, str],
) -> None:
    proven = [guess for guess, stored_hash in stolen.items() if proves_right(guess, stored_hash)]
    assert proven == []


def test_with_another_pepper_not_even_the_right_password_proves_right(
    stolen: dict[str, str], settings: Settings
) -> None:
    right = [guess for guess, stored_hash in stolen.items() if check_password(guess, stored_hash)]
    assert len(right) == len(stolen) == 4

    settings.PEPPER_KEYS = [PepperKey("k1", THIEVES_SECRET)]
    proven = [guess for guess, stored_hash in stolen.items() if check_password(guess, stored_hash)]
    assert proven == []


def test_two_pupils_with_one_password_have_different_hashes() -> None:
    """The pepper takes nothing from the salt."""
    assert make_password(WORD) != make_password(WORD)


# The pepper itself -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_pepper_is_in_no_table_session_cache_file_log_or_mail(
    pupils: dict[str, Account], alice: Manager, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A dump of the database holds what the tables hold."""
    with caplog.at_level("DEBUG"):
        client.post("/aanmelden/", {"login": alice.email, "password": PASSWORD})
        for password, account in pupils.items():
            device().post(SIGN_IN, {"username": account.username, "password": password})
    leaks = Leaks(caplog)
    leaks.saw(SECRET.decode())
    leaks.saw(SECRET.hex())
    assert leaks.found() == []


@override_settings(DEBUG=True)
def test_an_error_page_shows_no_pepper(
    client: Client, monkeypatch: pytest.MonkeyPatch, pupils: dict[str, Account]
) -> None:
    """Not even the one with settings and local variables, which no deployment serves."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("argon2.PasswordHasher.verify", fail)
    client.raise_request_exception = False
    fields = {"username": pupils[WORD].username, "password": WORD, "sign_in": ""}
    page = client.post(SIGN_IN, fields)
    assert page.status_code == 500
    assert "RuntimeError" in html(page)
    assert "PEPPER_KEYS" in html(page)
    assert SECRET.decode() not in html(page)
    assert SECRET.hex() not in html(page)


def test_the_settings_are_printed_without_the_pepper(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("diffsettings", all=True)
    printed = capsys.readouterr().out
    assert "PepperKey(id='k1')" in printed
    assert SECRET.decode() not in printed


# The hashes from before ------------------------------------------------------------------------


@pytest.fixture
def from_before(pupils: dict[str, Account]) -> dict[str, Account]:
    """Password -> pupil, with hashes from before the pepper, which a thief can verify."""
    for password, account in pupils.items():
        account.password = make_password(password, hasher="argon2")
        account.save(update_fields=["password"])
        assert proves_right(password, account.password)
    return pupils


def test_a_hash_from_before_the_pepper_is_renewed_at_the_sign_in(
    from_before: dict[str, Account],
) -> None:
    for password, account in from_before.items():
        assert gets_in(device(), account.username, password)
        account.refresh_from_db()
        assert not proves_right(password, account.password)
        assert gets_in(device(), account.username, password)


def test_a_managers_hash_from_before_the_pepper_is_renewed_at_the_sign_in(
    alice: Manager, client: Client
) -> None:
    alice.password = make_password(PASSWORD, hasher="argon2")
    alice.save()

    for _ in range(2):
        sign_in(client, alice.email)
        assert client.get("/999912/leerlingen/").status_code == 200
        client.post("/aanmelden/afmelden/")

        alice.refresh_from_db()
        assert not proves_right(PASSWORD, alice.password)
