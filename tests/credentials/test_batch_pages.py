"""Afdrukken, and the banner for batches that nobody downloaded yet (R4)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from credentials.actions import retention
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from tests.pages import Form, desk, html, messages_on, plain, queries_of, text

from .helpers import Prepare

pytestmark = pytest.mark.usefixtures("clock")


# Nog niet gedownload (R4) ----------------------------------------------------------------------

BANNER = "Nog niet gedownload:"


def test_a_banner_stands_on_every_page_until_the_download(
    charlie: Account, sam: Account, saved: Prepare, prepare: Prepare, alice_client: Client
) -> None:
    batch, draft = saved(charlie), prepare(sam)
    pages = [
        desk("students"),
        desk("student", sam.student_id),
        desk("account_history", charlie.student_id),
        desk("detail_history", charlie.student_id),
        desk("edit_credentials", charlie.student_id),
        desk("preview_batch", draft.pk),
        desk("batches"),
        desk("import"),
    ]
    for page in pages:
        assert f"{BANNER} de aanmeldgegevens die op 23 november om 10:00 werden bewaard" in text(
            alice_client.get(page)
        )
    alice_client.post(desk("download", batch.pk, "leerid-a4.pdf"))
    for page in pages:
        assert BANNER not in text(alice_client.get(page))


def test_the_banner_is_for_the_own_school(
    charlie: Account, saved: Prepare, bob_client: Client
) -> None:
    saved(charlie)
    assert BANNER not in text(bob_client.get(desk("students", number="999913")))


def test_no_banner_for_what_nobody_can_print(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    """One was destroyed by hand; another was replaced by a later batch, with its own banner."""
    retention.destroy(by=alice_actor, batch_id=saved(sam).pk)
    saved(charlie)
    saved(charlie)
    assert text(alice_client.get(desk("students"))).count(BANNER) == 1


# Afdrukken -------------------------------------------------------------------------------------


def rows_of_batches(client: Client) -> list[str]:
    body = html(client.get(desk("batches"))).partition("<tbody>")[2].partition("</tbody>")[0]
    return [plain(row) for row in re.findall(r"<tr>.*?</tr>", body, re.S)]


def test_afdrukken_tells_when_who_and_how_many(
    charlie: Account,
    sam: Account,
    linked: Account,
    saved: Prepare,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    saved(charlie, sam, linked)
    clock.shift(timedelta(minutes=3))
    Account.objects.filter(pk=charlie.pk).update(last_sign_in_at=timezone.now())
    [row] = rows_of_batches(alice_client)
    assert row.startswith("Reeks 1 Wachtwoorden vernieuwd 23 november 2026 10:00 Alice 2 1")
    assert "Niet gedownload kan tot 24 november 10:00" in row


def test_who_signed_in_before_the_save_does_not_count(
    charlie: Account, saved: Prepare, alice_client: Client, clock: time_machine.Traveller
) -> None:
    Account.objects.update(last_sign_in_at=timezone.now())
    clock.shift(timedelta(minutes=1))
    saved(charlie)
    assert "Alice 1 0" in rows_of_batches(alice_client)[0]


def test_afdrukken_has_the_newest_first_and_no_drafts(
    charlie: Account,
    sam: Account,
    saved: Prepare,
    prepare: Prepare,
    alice_client: Client,
    clock: time_machine.Traveller,
) -> None:
    saved(charlie)
    clock.shift(timedelta(minutes=1))
    saved(sam)
    prepare(sam)
    assert [row[:7] for row in rows_of_batches(alice_client)] == ["Reeks 2", "Reeks 1"]


def test_afdrukken_says_what_became_of_each(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    for pupil, is_downloaded in ((charlie, True), (sam, False)):
        batch = saved(pupil)
        if is_downloaded:
            retention.note_download(by=alice_actor, batch_id=batch.pk)
        retention.destroy(by=alice_actor, batch_id=batch.pk)
    told = " ".join(rows_of_batches(alice_client))
    assert "Gedownload, vernietigd 23 november 10:00 door Alice" in told
    assert "Nooit gedownload, vernietigd 23 november 10:00 door Alice" in told


def test_destroying_from_the_page(charlie: Account, saved: Prepare, alice_client: Client) -> None:
    saved(charlie)
    page = alice_client.get(desk("batches"))
    page = alice_client.post(Form(page).action, follow=True)
    assert "zijn hier vernietigd. De wachtwoorden zelf blijven geldig." in messages_on(page)
    assert not Batch.objects.get().items.exclude(sealed="").exists()


def test_a_fresh_school_has_nothing_to_print(alice_client: Client) -> None:
    assert "Nog niets af te drukken" in text(alice_client.get(desk("batches")))


def test_queries_of_afdrukken_do_not_grow_with_its_rows(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    """The rows are copies of a batch that was saved, downloaded and destroyed by hand."""
    batch = saved(charlie)
    alice_client.post(desk("download", batch.pk, "leerid.xlsx"))
    alice_client.post(desk("destroy_batch", batch.pk))
    batch.refresh_from_db()

    def copy(numbers: range) -> None:
        for number in numbers:
            item = batch.items.get()
            copied = Batch.objects.get(pk=batch.pk)
            copied.pk, copied.number = uuid4(), number
            copied.save(force_insert=True)
            item.pk, item.batch = None, copied
            item.save(force_insert=True)

    copy(range(2, 4))
    few = queries_of(alice_client, desk("batches"))
    copy(range(4, 31))
    assert queries_of(alice_client, desk("batches")) == few
    assert len(rows_of_batches(alice_client)) == 30
