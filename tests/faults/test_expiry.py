"""After its time a batch is served to nobody, and soon gone from the database (R2, R4)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse

from accounts.models import Account
from credentials import middleware
from credentials.documents import documents_of
from credentials.models import Batch, BatchItem
from students.models import ImportRun
from tests.files import read_open_database
from tests.pages import html
from tests.students import helpers

from . import oracle
from .desks import Desk, passwords
from .oracle import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

A_MOMENT = timedelta(seconds=1)
Clock = time_machine.Traveller


@pytest.fixture
def nobody_cleans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave expired secrets in the database: something else must then refuse to serve them."""
    monkeypatch.setattr(middleware.retention, "destroy_expired", lambda: 0)
    monkeypatch.setattr(middleware, "drop_expired_imports", lambda now: 0)


def ways_in(desk: Desk, batch: Batch) -> Iterator[HttpResponse]:
    """The answers to every request that a manager can make about a batch."""
    browser, item = desk.browser, batch.items.order_by("position").first()
    assert item
    yield browser.get(desk.url("preview_batch", batch.pk), follow=True)
    yield browser.post(desk.url("preview_batch", batch.pk), desk.save_of(batch), follow=True)
    yield browser.post(desk.url("slice", batch.pk))
    yield browser.post(
        desk.url("reroll_item", batch.pk), {"row": item.pk, "item": [item.pk]}, follow=True
    )
    edit = desk.url("edit_credentials", item.student_id)
    yield browser.get(edit, {"concept": batch.pk}, follow=True)
    yield (
        browser.post(edit, desk.save_of_edit(batch), follow=True)
        if not batch.has_workbook
        else (browser.get(edit))
    )
    yield browser.get(desk.url("student", item.student_id))
    yield browser.get(desk.url("batch_result", batch.pk))
    # Nobody has the card of a draft or of a batch that is over.
    yield browser.get(desk.url("card", batch.pk, item.student_id))
    yield browser.post(desk.url("card", batch.pk, item.student_id))
    for document in documents_of(batch):
        yield browser.post(desk.url("download", batch.pk, document.name), follow=True)


def served(desk: Desk, batch: Batch, shown: dict[int, str]) -> int:
    """The number of answers with a password or a document in them."""
    desk.sign_in()
    answers = list(ways_in(desk, batch))
    assert all(answer.status_code in (200, 404) for answer in answers)
    return sum(
        not answer["Content-Type"].startswith(("text/html", "application/json"))
        or any(password in html(answer) for password in shown.values())
        for answer in answers
    )


@pytest.mark.usefixtures("nobody_cleans")
@pytest.mark.parametrize("single", [False, True])
def test_a_preview_that_ran_out_is_shown_to_nobody(
    single: bool, alice_desk: Desk, alice_again: Desk, pupils: list[Account], clock: Clock
) -> None:
    draft = alice_desk.edit(pupils[0]) if single else alice_desk.draft(*pupils[:3])
    before, shown = State.now(), passwords(draft)
    clock.shift(timedelta(minutes=60) - A_MOMENT)
    page = "edit_credentials" if single else "preview_batch"
    about = pupils[0].student_id if single else draft.pk
    alice_desk.sign_in()
    alice_again.sign_in()
    last_look = alice_again.browser.get(alice_again.url(page, about), {"concept": draft.pk})
    assert all(password in html(last_look) for password in shown.values())
    clock.shift(A_MOMENT)
    for desk in (alice_desk, alice_again):
        assert served(desk, draft, shown) == 0
    assert State.now().accounts == before.accounts


@pytest.mark.usefixtures("nobody_cleans")
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("downloaded", [False, True])
def test_a_saved_batch_that_ran_out_is_served_to_nobody(
    single: bool, downloaded: bool, alice_desk: Desk, anna_desk: Desk, pupils: list[Account],
    clock: Clock,
) -> None:  # fmt: skip
    """24 hours after the save, an hour after the last download."""
    batch = alice_desk.edit(pupils[0]) if single else alice_desk.draft(*pupils[:3])
    (alice_desk.save_edit if single else alice_desk.save)(batch)
    shown = passwords(batch)
    a4 = anna_desk.url("download", batch.pk, "leerid-a4.pdf")
    if downloaded:
        assert anna_desk.browser.post(a4)["Content-Type"] == "application/pdf"
    clock.shift((timedelta(hours=1) if downloaded else timedelta(hours=24)) - A_MOMENT)
    alice_desk.sign_in()
    assert alice_desk.browser.post(a4)["Content-Type"] == "application/pdf"
    # Every download starts the hour anew, but adds none to the day.
    clock.shift(timedelta(hours=1) if downloaded else A_MOMENT)
    for desk in (alice_desk, anna_desk):
        assert served(desk, batch, shown) == 0


# Gone from the database ------------------------------------------------------------------------


def the_next_request(desk: Desk) -> None:
    desk.sign_in()
    assert desk.browser.get(desk.url("batches")).status_code == 200


def the_command(desk: Desk) -> None:
    call_command("destroy_expired", verbosity=0)


@pytest.mark.parametrize("removal", [the_next_request, the_command])
def test_secrets_leave_the_database_when_their_time_is_over(
    removal: Callable[[Desk], None],
    alice_desk: Desk,
    bob_desk: Desk,
    pupils: list[Account],
    clock: Clock,
) -> None:
    """Secrets of every kind go, at the next request of any desk or by the command; others stay."""
    saved, downloaded, draft = (alice_desk.draft(*pupils[n : n + 2]) for n in (0, 2, 4))
    alice_desk.save(saved)
    alice_desk.save(downloaded)
    alice_desk.download(downloaded)
    alice_desk.upload(helpers.pupils(2))
    tokens = sealed()
    assert len(tokens) == 7
    before, shown = State.now(), passwords(saved) | passwords(downloaded)

    clock.shift(timedelta(minutes=60) + A_MOMENT)
    removal(bob_desk)
    assert (passwords(draft), passwords(downloaded), len(sealed())) == ({}, {}, 2)
    clock.shift(timedelta(hours=23))
    removal(bob_desk)
    assert sealed() == set()
    assert not any(token.encode() in raw_database() for token in tokens)
    assert oracle.wrong_since(before, known=shown) == []
    assert State.now().accounts == before.accounts


def sealed() -> set[str]:
    passwords = BatchItem.objects.exclude(sealed="").values_list("sealed", flat=True)
    rows = ImportRun.objects.exclude(sealed_rows="").values_list("sealed_rows", flat=True)
    return {*passwords, *rows}


def raw_database() -> bytes:
    """The bytes of the SQLite file, whose freed pages are wiped (`secure_delete`).

    PostgreSQL leaves deleted rows to its vacuum, so there the rows are searched instead.
    """
    if connection.vendor != "sqlite":
        return b""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return read_open_database(Path(str(connection.settings_dict["NAME"])))
