"""What `manage.py check` says of second factors."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import checks

from schoolloket.environment import Site
from schoolloket.institutions.models import Manager
from tests.passkeys import stored_passkey


def messages(tag: str, **options: object) -> list[str]:
    found = checks.run_checks(tags=[tag], **options)
    return [message.id for message in found if str(message.id).startswith("institutions.")]


def test_a_deployment_needs_the_factor(settings: object) -> None:
    assert messages("security", include_deployment_checks=True) == []
    settings.SECOND_FACTOR = "offered"  # type: ignore[attr-defined]
    assert messages("security", include_deployment_checks=True) == ["institutions.E001"]


@pytest.mark.django_db
def test_passkeys_of_another_address_of_the_desk_are_named(
    alice: Manager, settings: object
) -> None:
    Authenticator.objects.create(user=alice, type="webauthn", data=stored_passkey(host="localhost"))
    assert messages("database", databases=["default"]) == []
    settings.DESK = Site("https://loket.voorbeeld.be", "loket.voorbeeld.be", secure=True)  # type: ignore[attr-defined]
    assert messages("database", databases=["default"]) == ["institutions.W001"]
