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
from credentials.models import Batch, BatchItem
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
        banner = f"{BANNER} Charlie Peeters, de aanmeldgegevens die op 23 november om 10:00 werden"
        assert banner in text(alice_client.get(page))
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
    assert row.startswith(
        "6EM (2) Reeks 1 · Wachtwoorden vernieuwd 23 november 2026 10:00 Alice 2 1"
    )
    assert "Niet gedownload Downloaden kan tot 24 november 10:00; na een download" in row


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
    found = [re.search(r"Reeks \d", row)[0] for row in rows_of_batches(alice_client)]
    assert found == ["Reeks 2", "Reeks 1"]


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


def secrets_left() -> int:
    return BatchItem.objects.exclude(sealed="").count()


def test_destroying_asks_first(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    retention.note_download(by=alice_actor, batch_id=batch.pk)
    asks = desk("destroy_batch", batch.pk)
    assert f'href="{asks}"' in html(alice_client.get(desk("batches")))
    page = alice_client.get(asks)
    assert "Vernietig de aanmeldgegevens van 6EM (2)" in text(page)
    assert "2 wachtwoorden om af te drukken, voor het eerst gedownload" in text(page)
    assert "op 23 november om 10:00" in text(page)
    assert "De wachtwoorden zelf blijven geldig" in text(page)
    assert secrets_left() == 2
    page = alice_client.post(Form(page).action, follow=True)
    assert "zijn hier vernietigd. De wachtwoorden zelf blijven geldig." in messages_on(page)
    assert secrets_left() == 0


def test_destroying_what_nobody_downloaded_says_that_nobody_will_have_it(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    page = alice_client.get(desk("destroy_batch", batch.pk))
    assert "Deze reeks werd nooit gedownload." in text(page)
    assert "dan heeft niemand dit wachtwoord." in text(page)
    page = alice_client.post(Form(page).action, follow=True)
    assert "blijven geldig" not in messages_on(page)
    assert "Niemand heeft dit wachtwoord: vernieuw het." in text(page)


def test_destroying_dead_passwords_loses_nothing(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    saved(charlie)
    assert "er gaat niets verloren" in text(alice_client.get(desk("destroy_batch", batch.pk)))


def test_what_is_gone_is_not_destroyed_again(
    charlie: Account, saved: Prepare, prepare: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    answer = alice_client.get(desk("destroy_batch", batch.pk))
    assert answer.url == desk("batch_result", batch.pk)
    assert alice_client.get(desk("destroy_batch", prepare(charlie).pk)).status_code == 404


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
