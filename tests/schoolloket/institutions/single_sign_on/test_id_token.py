"""An id_token that the provider did not make, for this desk and now, signs nobody in (R13)."""

import time

import pytest
from joserfc.jwk import OctKey

from schoolloket.institutions.models import Manager
from tests.pages import messages_on
from tests.provider.provider import CLIENT_SECRET, Claims, Provider, new_key, unsigned

from .traveller import Traveller

pytestmark = pytest.mark.usefixtures("clock", "carla")


def is_refused(traveller: Traveller) -> None:
    assert traveller.sign_in().url == "/aanmelden/"
    assert not traveller.is_signed_in()
    assert not Manager.objects.exists()
    assert "is niet gelukt" in messages_on(traveller.client.get("/aanmelden/"))


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "of-another-session"},
        {"nonce": None},
        {"iss": "https://elders.test"},
        {"aud": "another-program"},
        {"aud": []},
        {"aud": ["schoolloket", "another-program"]},
        {"aud": ["schoolloket", "another-program"], "azp": "another-program"},
        {"azp": "another-program"},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"auth_time": "gisteren"},
    ],
)
def test_a_token_with_another_claim_is_refused(
    lie: Claims, traveller: Traveller, provider: Provider
) -> None:
    provider.lies = lie
    is_refused(traveller)


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -31), ("iat", 31), ("nbf", 31)])
def test_a_token_of_another_moment_is_refused(
    claim: str, seconds: int, traveller: Traveller, provider: Provider
) -> None:
    provider.lies = {claim: int(time.time()) + seconds}
    is_refused(traveller)


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -29), ("iat", 30), ("nbf", 30)])
def test_a_clock_that_is_a_little_off_is_forgiven(
    claim: str, seconds: int, traveller: Traveller, provider: Provider
) -> None:
    provider.lies = {claim: int(time.time()) + seconds}
    traveller.sign_in()
    assert traveller.is_signed_in()


def test_a_token_for_several_programs_that_was_made_for_this_one_is_good(
    traveller: Traveller, provider: Provider
) -> None:
    provider.lies = {"aud": ["schoolloket", "another-program"], "azp": "schoolloket"}
    traveller.sign_in()
    assert traveller.is_signed_in()


def test_an_unsigned_token_is_refused(traveller: Traveller, provider: Provider) -> None:
    provider.sign = unsigned
    is_refused(traveller)


def test_a_token_signed_with_the_shared_secret_is_refused(
    traveller: Traveller, provider: Provider
) -> None:
    provider.sign = provider.signed_with_the_secret
    is_refused(traveller)


def test_a_secret_that_the_provider_publishes_signs_nothing(
    traveller: Traveller, provider: Provider
) -> None:
    keys = {"keys": [OctKey.import_key(CLIENT_SECRET, {"kid": "first"}).as_dict()]}
    provider.keys = lambda: keys  # type: ignore[method-assign]
    provider.sign = provider.signed_with_the_secret
    is_refused(traveller)


def test_a_token_signed_with_another_key_is_refused(
    traveller: Traveller, provider: Provider
) -> None:
    provider.sign = provider.signed_by_somebody_else
    is_refused(traveller)


@pytest.mark.parametrize("token", ["", "geen.token.maar", "a" * 5000, "..", None, 12])
def test_what_is_no_token_is_refused(
    token: object, traveller: Traveller, provider: Provider
) -> None:
    provider.sign = lambda claims: token  # type: ignore[assignment, return-value]
    is_refused(traveller)


def test_a_key_for_encryption_signs_nothing(traveller: Traveller, provider: Provider) -> None:
    keys = provider.keys()
    keys["keys"][0]["use"] = "enc"
    provider.keys = lambda: keys  # type: ignore[method-assign]
    is_refused(traveller)


def test_a_new_key_of_the_provider_is_found_at_once(
    traveller: Traveller, provider: Provider
) -> None:
    Traveller().sign_in()
    provider.key = new_key("second")
    provider.sign = lambda claims: provider.signed(claims, "second")
    traveller.sign_in()
    assert traveller.is_signed_in()


def test_what_the_provider_says_beside_the_token_counts_for_nothing(
    traveller: Traveller, provider: Provider
) -> None:
    """Its page `userinfo` is never asked, so it cannot name another person."""
    traveller.sign_in()
    assert set(provider.requests) == {
        "/.well-known/openid-configuration",
        "/authorize",
        "/token",
        "/keys",
    }
