"""A provider beside the desk, and a browser that goes to it and back."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from schoolloket.institutions.models import Institution
from tests.provider.provider import Claims, Provider
from tests.provider.server import running

from .traveller import Traveller


@pytest.fixture
def provider(db: None, settings: Settings) -> Iterator[Provider]:
    """The provider that the deployment names; Carla is signed in there, as nobody's beheerder."""
    cache.clear()
    with running() as provider:
        settings.SSO = provider.deployment()
        yield provider


@pytest.fixture
def carla(provider: Provider, brussel: Institution) -> Claims:
    """The claims of Carla, whom the provider names as beheerder of Brussel."""
    provider.person = {
        "sub": "s-carla",
        "given_name": "Carla",
        "family_name": "Claes",
        "leerid_rol_3d": ["LeerID-beheerder:999912"],
    }
    return provider.person


@pytest.fixture
def traveller(provider: Provider) -> Traveller:
    return Traveller()
