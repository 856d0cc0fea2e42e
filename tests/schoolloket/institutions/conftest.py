"""Who the tests of managers and their access need beside the cast."""

import pytest

from schoolloket.institutions.models import Manager
from tests.desk_client import DeskClient, signed_in_as
from tests.helpers import PASSWORD


@pytest.fixture
def operator(db: None) -> Manager:
    """May do everything in `/beheer/`, and works in no school."""
    return Manager.objects.create_superuser("olga@loket.test", PASSWORD, name="Olga")


@pytest.fixture
def operator_client(operator: Manager) -> DeskClient:
    return signed_in_as(operator)
