"""R11: a pupil who left can be read for 365 days, and no form changes anything."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import Account, AccountEvent
from credentials.models import Batch
from schoolloket.institutions.models import Institution
from tests.helpers import Enrol, GiveAccount
from tests.pages import Form, desk, html, text

from .bulk import start
from .helpers import snapshot

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def lotte(
    brussel: Institution, gent: Institution, enrol: Enrol, give_account: GiveAccount
) -> Account:
    """A pupil who left Brussel for Gent in October, with her LeerID, which is active."""
    row = enrol(brussel, "Lotte", "Weg", ends_on=date(2026, 10, 1))
    enrol(gent, student=row.student, starts_on=date(2026, 10, 2))
    return give_account(row)


def test_the_list_and_the_three_tabs_show_and_offer_nothing(
    lotte: Account, alice_client: Client
) -> None:
    found = alice_client.get(desk("students"), {"lijst": "uitgeschreven"})
    assert "Weg" in text(found)
    assert 'type="checkbox"' not in html(found)
    assert "Pas aan" not in text(found)
    for name in ("student", "account_history", "detail_history"):
        page = alice_client.get(desk(name, lotte.student_id))
        assert "is uitgeschreven sinds 1 oktober 2026" in text(page)
        for offer in ("Pas aanmeldgegevens aan", "eactiveren", "Type wijzigen", "aanmaken"):
            assert offer not in text(page)


@pytest.mark.parametrize("purpose", [p for p in Batch.Purpose if p != Batch.Purpose.SINGLE])
def test_no_batch_changes_who_left(
    lotte: Account, alice_client: Client, purpose: Batch.Purpose
) -> None:
    before = snapshot(lotte)
    page = start(alice_client, lotte, purpose=purpose)
    assert "niet meer ingeschreven in deze instelling" in text(page)
    assert ("save", "") not in Form(page).buttons
    batch = Batch.objects.get()
    ids = list(batch.items.values_list("pk", flat=True))
    for posted in ({"save": ""}, {"save": "", "item": ids}, {"row": ids[0]}):
        alice_client.post(desk("preview_batch", batch.pk), posted)
    assert Batch.objects.get().is_draft
    assert snapshot(lotte) == before


@pytest.mark.parametrize("wish", ["activeren", "deactiveren"])
def test_no_change_of_status_touches_who_left(
    lotte: Account, alice_client: Client, wish: str
) -> None:
    before = snapshot(lotte)
    posted = {"student": lotte.student_id, "status": wish, "confirm": ""}
    page = alice_client.post(desk("change_status"), posted, follow=True)
    assert "niet meer ingeschreven in deze instelling" in text(page)
    assert snapshot(lotte) == before
    assert not AccountEvent.objects.exists()


@pytest.mark.parametrize("button", ["generate", "save", "show", "cancel"])
def test_the_single_edit_is_not_there(lotte: Account, alice_client: Client, button: str) -> None:
    page = desk("edit_credentials", lotte.student_id)
    assert alice_client.get(page).status_code == 404
    assert alice_client.post(page, {button: "", "username": "x.y"}).status_code == 404
    assert not Batch.objects.exists()
