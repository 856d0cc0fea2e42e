"""R5: no page may be stored. `tests/test_routes.py` opens every route; these are the others."""

import pytest
from django.test import Client

from schoolloket.institutions.models import Manager
from tests.helpers import PASSWORD
from tests.pages import desk


def test_the_page_for_a_failure_may_not_be_stored(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("accounts.overview.enrolled", fail)
    alice_client.raise_request_exception = False
    answer = alice_client.get(desk("students"))
    assert answer.status_code == 500
    assert "no-store" in answer["Cache-Control"]


def test_a_page_of_the_admin_may_not_be_stored(client: Client, db: None) -> None:
    client.force_login(Manager.objects.create_superuser("op@loket.test", PASSWORD, name="Op"))
    answer = client.get("/beheer/institutions/manager/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_static_file_may_be_stored(client: Client, db: None) -> None:
    answer = client.get("/static/pictures/vis.png")
    answer.close()
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
