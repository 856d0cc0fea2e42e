"""A row of the preview by itself, as htmx asks for it: the page is not loaded again."""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account, PasswordKind
from students.models import Enrolment
from tests.pages import desk, html, messages_on, text

from .bulk import reroll_row, start, the_batch
from .helpers import Pupil, item_of, password_of

pytestmark = pytest.mark.usefixtures("clock")
GONE = "Dit voorbeeld is verlopen of geannuleerd. Er is niets gewijzigd"
CHANGED = "Het voorbeeld is intussen gewijzigd"


def test_htmx_gets_just_the_row(charlie: Account, sam: Account, alice_client: Client) -> None:
    start(alice_client, charlie, sam)
    batch = the_batch()
    answer = reroll_row(alice_client, batch, item_of(batch, charlie).pk)
    assert html(answer).strip().startswith('<tr id="rij-1"')
    assert html(answer).count("<tr") == 1
    assert password_of(batch, charlie) in html(answer)
    assert f'value="{item_of(batch, charlie).pk}"' in html(answer)


def test_htmx_keeps_the_ticks_that_were_not_posted_yet(
    charlie: Account, newcomer: Enrolment, alice_client: Client
) -> None:
    """Tick one pupil, untick another, then ask for another password for each."""
    start(alice_client, charlie, newcomer)
    batch = the_batch()
    for pupil, is_ticked in ((newcomer, True), (charlie, False)):
        row = item_of(batch, pupil).pk
        posted = {"row": row, "item": [item_of(batch, newcomer).pk]}
        answer = alice_client.post(
            desk("reroll_item", batch.pk), posted, headers={"HX-Request": "true"}
        )
        assert (" checked" in html(answer)) is is_ticked


@pytest.mark.parametrize("row", ["", "abc", "0", "1:2:3", "9" * 40, "-5"])
def test_htmx_with_an_unreadable_row_loads_the_page_again(
    row: str, charlie: Account, alice_client: Client
) -> None:
    start(alice_client, charlie)
    before = list(the_batch().items.values())
    answer = reroll_row(alice_client, the_batch(), row)
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")
    assert list(the_batch().items.values()) == before
    page = alice_client.get(desk("preview_batch", the_batch().pk))
    assert CHANGED in messages_on(page)


def test_htmx_on_an_expired_preview_says_so_once(
    charlie: Account, alice_client: Client, clock: time_machine.Traveller
) -> None:
    start(alice_client, charlie)
    row = item_of(the_batch(), charlie).pk
    for _ in range(3):
        clock.shift(timedelta(minutes=20))
        alice_client.get(desk("students"))
    assert reroll_row(alice_client, the_batch(), row)["HX-Refresh"] == "true"
    page = alice_client.get(desk("preview_batch", the_batch().pk), follow=True)
    assert text(page).count(GONE) == 1


def ask(client: Client, route: str, pupil: Pupil, **fields: object) -> HttpResponse:
    row = item_of(the_batch(), pupil).pk
    posted = {f"{name}-{row}": value for name, value in fields.items()} | {"row": row}
    return client.post(
        desk(route, the_batch().pk), posted | {"item": row}, headers={"HX-Request": "true"}
    )


def test_htmx_gets_the_field_with_the_username(newcomer: Enrolment, alice_client: Client) -> None:
    start(alice_client, newcomer)
    before = password_of(the_batch(), newcomer)
    answer = ask(alice_client, "rename_item", newcomer, username="noor")
    assert html(answer).strip().startswith("<input")
    assert 'value="noor"' in html(answer)
    assert 'id="naam-1"' in html(answer)
    assert item_of(the_batch(), newcomer).username == "noor"
    assert password_of(the_batch(), newcomer) == before


def test_htmx_gets_the_field_with_what_was_typed_and_why_it_will_not_do(
    newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    answer = ask(alice_client, "rename_item", newcomer, username="Noor N")
    assert 'value="Noor N"' in html(answer)
    assert 'aria-invalid="true"' in html(answer)
    assert "Gebruik 3 tot 64 tekens" in text(answer)
    assert item_of(the_batch(), newcomer).username == "noor.nieuwkomer"


def test_htmx_keeps_what_was_typed_beside_another_password(
    newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    before = password_of(the_batch(), newcomer)
    answer = ask(alice_client, "reroll_item", newcomer, username="Noor N", kind="gevorderd")
    assert 'value="Noor N"' in html(answer)
    assert password_of(the_batch(), newcomer) != before
    assert item_of(the_batch(), newcomer).password_kind == PasswordKind.ADVANCED


def test_htmx_with_a_row_that_is_gone_loads_the_page_again(
    newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    posted = {"row": 99999, "username-99999": "noor"}
    answer = alice_client.post(desk("rename_item", the_batch().pk), posted)
    assert answer["HX-Refresh"] == "true"
