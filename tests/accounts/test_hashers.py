"""The hashes of passwords, and the keys of their pepper (R5)."""

import pytest
from django.contrib.auth.hashers import (
    check_password,
    get_hashers,
    identify_hasher,
    make_password,
)
from pytest_django.fixtures import Settings

from accounts.models import Account
from schoolloket import settings as deployed
from schoolloket.core import pepper
from schoolloket.core.pepper import PepperKey
from schoolloket.institutions.models import Manager

OLDER, NEWER = PepperKey("k1", b"1" * 32), PepperKey("k2", b"2" * 32)


@pytest.fixture(autouse=True)
def _one_key(settings: Settings) -> None:
    settings.PEPPER_KEYS = [OLDER]


def test_the_stored_hash_names_its_key() -> None:
    assert make_password("29ban9").startswith("argon2k$k1$argon2id$v=19$")


def test_the_newest_key_hashes_and_all_verify(settings: Settings) -> None:
    before = make_password("29ban9")
    settings.PEPPER_KEYS = [NEWER, OLDER]
    assert check_password("29ban9", before)
    assert not check_password("29ban8", before)
    assert make_password("29ban9").startswith("argon2k$k2$")


def test_a_hash_is_verified_under_the_key_that_it_names(settings: Settings) -> None:
    """Two keys that were swapped do not verify each other's hashes."""
    before = make_password("29ban9")
    settings.PEPPER_KEYS = [PepperKey("k1", NEWER.secret), PepperKey("k2", OLDER.secret)]
    assert not check_password("29ban9", before)


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(pepper.UnknownPepperKey, match="k9"):
        pepper.key_of("k9")


@pytest.mark.parametrize("password", ["", "é", "😀 пароль", "x" * 5000, "a\0b", "$k1$"])
def test_any_text_can_be_a_password(password: str) -> None:
    stored_hash = make_password(password)
    assert check_password(password, stored_hash)
    assert not check_password(f"{password}x", stored_hash)


def test_a_password_is_keyed_as_rfc_4231_says() -> None:
    """Its test case 2."""
    keyed = pepper.keyed("what do ya want for nothing?", PepperKey("k1", b"Jefe"))
    assert keyed == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_longest_hash_fits_where_pupils_and_managers_keep_it(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = deployed.PASSWORD_HASHERS
    settings.PEPPER_KEYS = [PepperKey("12345678", OLDER.secret)]
    length = len(make_password("x" * 500))
    for model in (Account, Manager):
        field = model._meta.get_field("password")
        assert length <= (field.max_length or 0)


def test_an_operator_sees_which_key_a_hash_is_under() -> None:
    stored_hash = make_password("29ban9")
    assert identify_hasher(stored_hash).decode(stored_hash)["key_id"] == "k1"


def test_a_hash_from_before_the_pepper_costs_as_much_as_one_after(settings: Settings) -> None:
    """Else a wrong guess would be answered in another time for it than for nobody's username."""
    settings.PASSWORD_HASHERS = deployed.PASSWORD_HASHERS
    peppered, plain = get_hashers()
    assert peppered.params() == plain.params()
