"""An outdated hash is renewed by the sign-in that proves the password, and by nothing else (R5)."""

from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.hashers import PepperedArgon2idHasher
from accounts.models import Account, AccountEvent
from accounts.portal.actions import rehashing
from schoolloket.core.pepper import PepperKey
from schoolloket.institutions.actors import Actor

from .helpers import (
    OWN,
    PICTURES,
    WORD,
    device,
    gets_in,
    is_signed_in,
    renew,
    sign_in,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NEWER = PepperKey("k2", b"2" * 32)


@pytest.fixture
def newer_key(settings: Settings) -> None:
    """A newer key of the pepper than the accounts' hashes are under."""
    settings.PEPPER_KEYS = [NEWER, *settings.PEPPER_KEYS]


def stored_hash(account: Account) -> str:
    return Account.objects.values_list("password", flat=True).get(pk=account.pk)


def test_a_hash_under_an_older_key_is_renewed_once(word: Account, newer_key: None) -> None:
    assert gets_in(device(), word.username, WORD)
    renewed = stored_hash(word)
    assert renewed.startswith("argon2k$k2$")

    assert gets_in(device(), word.username, WORD)
    assert stored_hash(word) == renewed


def test_a_hash_with_older_parameters_is_renewed(
    word: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.hashers.CheapArgon2idHasher.time_cost", 2)
    assert gets_in(device(), word.username, WORD)
    assert "t=2" in stored_hash(word)


def test_a_word_that_was_typed_in_capitals_still_works_in_lower_case(
    word: Account, newer_key: None
) -> None:
    assert gets_in(device(), word.username, WORD.upper())
    assert gets_in(device(), word.username, WORD)


def test_the_renewal_is_no_change_of_the_password(own: Account, settings: Settings) -> None:
    elsewhere = signed_in(own.username, OWN)
    events = AccountEvent.objects.count()

    settings.PEPPER_KEYS = [NEWER, *settings.PEPPER_KEYS]
    assert gets_in(device("10.0.0.2"), own.username, OWN)
    assert stored_hash(own).startswith("argon2k$k2$")
    own.refresh_from_db()
    assert own.credentials_version == 1
    assert AccountEvent.objects.count() == events
    assert is_signed_in(elsewhere)


def test_no_failed_sign_in_costs_a_second_hash(
    word: Account, ended: Account, deactivated: Account, newer_key: None
) -> None:
    """Else the time of the answer would tell that the password is right."""
    for number in range(6):
        sign_in(device(), word.username, f"fout{number}")

    with patch.object(PepperedArgon2idHasher, "encode") as encode:
        sign_in(device(), word.username, WORD)  # right, but it has to wait
        sign_in(device("10.0.0.2"), word.username, "35pak2")
        sign_in(device(), ended.username, OWN)
        sign_in(device(), deactivated.username, OWN)
    assert encode.call_count == 0
    assert all(stored_hash(a).startswith("argon2k$k1$") for a in (word, ended, deactivated))


def test_a_new_password_of_the_desk_is_not_undone(
    word: Account, newer_key: None, alice_actor: Actor
) -> None:
    """The desk renewed the password between the pupil's sign-in and the renewal of the hash."""
    verified = Account.objects.get(pk=word.pk)
    renew(alice_actor, word)
    given = stored_hash(word)

    rehashing.renew_hash(account=verified, password=WORD)
    assert stored_hash(word) == given
    assert not check_password(WORD, given)


def test_a_sign_in_with_an_up_to_date_hash_asks_nothing_more(word: Account) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert gets_in(device(), word.username, WORD)
    assert not [query for query in captured.captured_queries if '"password" = ' in query["sql"]]


def test_a_key_goes_once_no_hash_is_under_it(
    word: Account, pictures: Account, settings: Settings
) -> None:
    [old] = settings.PEPPER_KEYS
    settings.PEPPER_KEYS = [NEWER, old]
    assert gets_in(device(), word.username, WORD)
    assert gets_in(device(), pictures.username, "-".join(PICTURES))

    settings.PEPPER_KEYS = [NEWER]
    assert gets_in(device(), word.username, WORD)
    assert gets_in(device(), pictures.username, "-".join(PICTURES))


def test_nobody_gets_in_under_a_lost_key_and_the_log_names_it(
    word: Account, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PEPPER_KEYS = [NEWER]
    with patch.object(
        PepperedArgon2idHasher, "encode", autospec=True, return_value="hash"
    ) as encode:
        assert not gets_in(device(), word.username, WORD)
    # As many hashes as any answer costs.
    assert encode.call_count == 1
    assert "pepper key k1, which PEPPER_KEYS lacks" in caplog.text
    assert WORD not in caplog.text
