"""What a deployment says of the provider, and what follows from it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from schoolloket import environment
from schoolloket.institutions.single_sign_on.deployment import SingleSignOn

GIVEN = {
    "SSO_ISSUER": "https://aanmelden.test/op/",
    "SSO_CLIENT_ID": "schoolloket",
    "SSO_CLIENT_SECRET": "geheim",
    "SSO_NAME": "ACM/IDM",
}
SHOW_POLICY = (
    "from schoolloket import settings;"
    "print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def read() -> SingleSignOn:
    found = environment.single_sign_on()
    assert found
    return found


def test_without_an_issuer_there_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSO_ISSUER", raising=False)
    assert environment.single_sign_on() is None


@pytest.mark.usefixtures("given")
def test_the_issuer_is_kept_as_it_is_written() -> None:
    """It is compared byte by byte."""
    assert (read().issuer, read().origin) == (
        "https://aanmelden.test/op/",
        "https://aanmelden.test",
    )


@pytest.mark.usefixtures("given")
def test_what_a_provider_of_flanders_calls_the_claim_is_the_default() -> None:
    assert (read().role_claim, read().scopes) == ("leerid_rol_3d", ["openid", "profile"])


@pytest.mark.usefixtures("given")
def test_the_secret_is_not_shown_with_the_rest() -> None:
    assert "geheim" not in repr(read())


@pytest.mark.parametrize("issuer", ["http://aanmelden.test", "aanmelden.test", "ftp://localhost"])
def test_an_issuer_without_https_is_refused(issuer: str, given: pytest.MonkeyPatch) -> None:
    given.setenv("SSO_ISSUER", issuer)
    with pytest.raises(ImproperlyConfigured, match="SSO_ISSUER"):
        environment.single_sign_on()


@pytest.mark.parametrize("name", ["SSO_CLIENT_ID", "SSO_CLIENT_SECRET", "SSO_NAME"])
def test_what_is_missing_beside_the_issuer_is_named(name: str, given: pytest.MonkeyPatch) -> None:
    given.delenv(name)
    with pytest.raises(ImproperlyConfigured, match=name):
        environment.single_sign_on()


@pytest.mark.usefixtures("given")
def test_forms_may_lead_to_the_provider_and_nowhere_else() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", SHOW_POLICY],
        cwd=settings.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == """["'self'", 'https://aanmelden.test']"""


def test_without_a_provider_forms_lead_to_the_desk_only() -> None:
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] == ["'self'"]
