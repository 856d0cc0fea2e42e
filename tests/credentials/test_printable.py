"""A saved batch can be printed for some time, and then never again (R4, R5)."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from accounts.actions import link_email
from accounts.models import Account, AccountEvent, PasswordKind
from credentials.actions import changes, drafts, hashing, retention, saves
from credentials.models import Batch
from credentials.previews import Preview
from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager
from students.models import Enrolment
from tests.desk_client import DeskClient
from tests.helpers import manager_of
from tests.pages import desk, html, text

from .helpers import Prepare, item_of, password_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
PDFS = [
    "leerid-a4.pdf",
    "leerid-stickers-l7160.pdf",
    "leerid-stickers-l7163.pdf",
    "leerid-stickers-l7651.pdf",
]


def fetch(client: Client, batch: Batch, document: str = "zip") -> HttpResponse:
    return client.post(desk("download", batch.pk, document))


def is_served(batch: Batch, manager: Manager | None = None) -> bool:
    """Whether a manager who signs in now can download the batch; by default its maker."""
    client = DeskClient()
    client.force_login(manager or batch.created_by)
    response = fetch(client, batch, "leerid.xlsx")
    if response.status_code == 200:
        return True
    assert response.url == desk("batch_result", batch.pk)
    assert "kunnen niet meer worden gedownload" in text(client.get(response.url))
    return False


def secrets_of(batch: Batch) -> int:
    return batch.items.exclude(sealed="").count()


def printed(response: HttpResponse) -> dict[str, str]:
    """The passwords in a workbook, by username."""
    rows = load_workbook(BytesIO(response.content)).active.values
    heading = list(next(rows))
    name, password = heading.index("LeerID Gebruikersnaam"), heading.index("LeerID Wachtwoord")
    return {row[name]: row[password] for row in rows}


# For how long (R4) -----------------------------------------------------------------------------


ALMOST_AN_HOUR = timedelta(minutes=59, seconds=59)


def test_it_can_be_had_again_until_an_hour_after_the_last_download(
    charlie: Account, saved: Prepare, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    clock.shift(timedelta(hours=5))
    first = timezone.now()
    for _ in range(3):
        assert is_served(batch)
        clock.shift(ALMOST_AN_HOUR)
    batch.refresh_from_db()
    assert batch.first_downloaded_at == first
    clock.shift(timedelta(seconds=1))
    assert not is_served(batch)


def test_no_download_makes_the_day_longer(
    charlie: Account, saved: Prepare, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    end = timezone.now() + timedelta(hours=24)
    while timezone.now() + ALMOST_AN_HOUR < end:
        assert is_served(batch)
        clock.shift(ALMOST_AN_HOUR)
    assert is_served(batch)
    clock.move_to(end)
    assert not is_served(batch)


def test_without_a_download_it_lasts_for_a_day(
    charlie: Account, saved: Prepare, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    clock.shift(timedelta(hours=23, minutes=59))
    assert is_served(batch)


def test_after_a_day_it_is_over_without_any_download(
    charlie: Account, saved: Prepare, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    clock.shift(timedelta(hours=24))
    assert not is_served(batch)


def test_a_late_first_download_makes_the_day_no_longer(
    charlie: Account, saved: Prepare, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    clock.shift(timedelta(hours=23, minutes=30))
    assert is_served(batch)
    clock.shift(timedelta(minutes=30))
    assert not is_served(batch)


def test_the_result_page_does_not_count_as_a_download(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    alice_client.get(desk("batch_result", batch.pk) + "?start")
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None


def test_a_download_is_no_get(charlie: Account, saved: Prepare, alice_client: Client) -> None:
    batch = saved(charlie)
    assert alice_client.get(desk("download", batch.pk, "zip")).status_code == 405
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None


def test_what_could_not_be_made_was_not_downloaded(
    charlie: Account, sam: Account, saved: Prepare
) -> None:
    """All passwords were replaced since: the last hour does not begin."""
    batch = saved(charlie)
    saved(charlie)
    assert not is_served(batch)
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None


def test_with_a_wrong_key_nothing_was_downloaded(
    charlie: Account, saved: Prepare, alice_client: Client, settings: Settings
) -> None:
    """Once the operator corrects the key, the pupils' paper can still be downloaded."""
    batch, right = saved(charlie), settings.VAULT_KEYS
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]
    assert fetch(alice_client, batch).status_code == 503
    settings.VAULT_KEYS = right
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None
    assert is_served(batch)


# The end of the secrets (R4) -------------------------------------------------------------------


def test_destroyed_by_hand(charlie: Account, saved: Prepare, alice_client: Client) -> None:
    batch = saved(charlie)
    alice_client.post(desk("destroy_batch", batch.pk))
    assert secrets_of(batch) == 0
    assert not is_served(batch)


def test_who_destroyed_it_is_remembered(
    charlie: Account, saved: Prepare, alice_client: Client, alice_actor: Actor
) -> None:
    batch = saved(charlie)
    alice_client.post(desk("destroy_batch", batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.destroyed_by) == (Batch.State.DESTROYED, alice_actor.manager)
    assert "vernietigd door Alice" in text(alice_client.get(desk("batch_result", batch.pk)))


def test_destroying_twice_keeps_the_first_time(
    charlie: Account, saved: Prepare, alice_actor: Actor, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    first = timezone.now()
    clock.shift(timedelta(minutes=5))
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.destroyed_at == first


def test_destroying_a_draft_leaves_it_a_draft(
    charlie: Account, ready: Prepare, alice_actor: Actor
) -> None:
    batch = ready(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.is_draft


def test_the_next_request_of_any_desk_destroys_what_ran_out(
    charlie: Account,
    saved: Prepare,
    bob: Manager,
    bob_client: Client,
    clock: time_machine.Traveller,
) -> None:
    batch = saved(charlie)
    clock.shift(timedelta(hours=24))
    bob_client.force_login(bob)
    assert bob_client.get(desk("batches", number="999913")).status_code == 200
    assert secrets_of(batch) == 0


def test_the_command_destroys_what_ran_out_and_nothing_else(
    charlie: Account, sam: Account, saved: Prepare, clock: time_machine.Traveller
) -> None:
    over = saved(charlie)
    clock.shift(timedelta(hours=12))
    lasting = saved(sam)
    clock.shift(timedelta(hours=12))
    call_command("destroy_expired", verbosity=0)
    assert (secrets_of(over), secrets_of(lasting)) == (0, 1)
    over.refresh_from_db()
    assert (over.state, over.destroyed_by) == (Batch.State.DESTROYED, None)


def test_a_batch_that_ran_out_is_refused_before_it_is_destroyed(
    charlie: Account, saved: Prepare, alice_actor: Actor, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    clock.shift(timedelta(hours=24))
    with pytest.raises(exceptions.NotPrintable):
        retention.note_download(by=alice_actor, batch_id=batch.pk)


def test_the_record_of_what_was_done_remains(
    charlie: Account, saved: Prepare, alice_actor: Actor
) -> None:
    batch = saved(charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    assert batch.items.done().get().account == charlie
    assert charlie.events.count() == 1


# What a download does not do -------------------------------------------------------------------


def test_a_download_changes_no_account(
    charlie: Account, sam: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    before = snapshot(charlie, sam)
    for document in ("zip", *PDFS, "leerid.xlsx"):
        assert fetch(alice_client, batch, document).status_code == 200
    assert snapshot(charlie, sam) == before
    assert AccountEvent.objects.count() == 2


def test_a_draft_cannot_be_downloaded(
    charlie: Account, ready: Prepare, alice_client: Client
) -> None:
    """R2: a password that does not work yet never gets on paper."""
    response = fetch(alice_client, ready(charlie))
    assert response.status_code == 302


# Dead passwords (R3) ---------------------------------------------------------------------------


def test_a_password_that_was_renewed_again_is_not_printed(
    charlie: Account, sam: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    saved(charlie)
    assert list(printed(fetch(alice_client, batch, "leerid.xlsx"))) == [sam.username]
    page = text(alice_client.get(desk("batch_result", batch.pk)))
    assert "charlie.peeters nog niet vervangen door reeks 2 gooi dat blad weg" in page


def test_the_page_says_which_sheets_still_work(
    charlie: Account,
    sam: Account,
    saved: Prepare,
    alice_actor: Actor,
    alice_client: Client,
) -> None:
    batch = saved(charlie, sam)
    page = desk("batch_result", batch.pk)
    retention.note_download(by=alice_actor, batch_id=batch.pk)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    assert "De wachtwoorden op de afgedrukte bladen blijven geldig." in text(alice_client.get(page))
    saved(charlie)
    assert "behalve die van wie intussen andere kreeg" in text(alice_client.get(page))
    saved(sam)
    told = text(alice_client.get(page))
    assert "Vervangen door reeks 2 en reeks 3: gooi de bladen weg." in told
    assert "blijven geldig" not in told


def test_a_batch_without_a_living_password_is_not_called_expired(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    saved(charlie)
    told = text(alice_client.get(desk("batch_result", batch.pk)))
    assert "Vervangen door reeks 2. Deze reeks werd nooit gedownload." in told
    assert "verlopen" not in told
    assert "Niets meer te downloaden" in text(alice_client.get(desk("batches")))


def test_the_password_of_who_linked_an_address_since_is_not_printed(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    link_email(account_id=charlie.pk, email="charlie@example.org", by=alice_actor)
    assert list(printed(fetch(alice_client, batch, "leerid.xlsx"))) == [sam.username]


def test_who_was_skipped_or_left_out_is_not_printed(
    charlie: Account, sam: Account, linked: Account, ready: Prepare, alice_client: Client
) -> None:
    batch = ready(charlie, sam, linked)
    page = desk("preview_batch", batch.pk)
    alice_client.post(page, {"item": [item_of(batch, sam).pk], "save": ""})
    assert list(printed(fetch(alice_client, batch, "leerid.xlsx"))) == [sam.username]


# Who (R4, R11) ---------------------------------------------------------------------------------


def test_any_manager_of_the_school_can_download(
    charlie: Account, saved: Prepare, brussel: Institution
) -> None:
    assert is_served(saved(charlie), manager_of(brussel, "Dora"))


def test_a_manager_of_another_school_cannot(
    charlie: Account, saved: Prepare, bob_client: Client
) -> None:
    batch = saved(charlie)
    assert fetch(bob_client, batch).status_code == 404
    own_desk = desk("download", batch.pk, "zip", number="999913")
    assert bob_client.post(own_desk).status_code == 404
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None


# The documents ---------------------------------------------------------------------------------


def test_the_documents_say_what_the_preview_showed(
    charlie: Account,
    sam: Account,
    newcomer: Enrolment,
    prepare: Prepare,
    alice_client: Client,
    alice_actor: Actor,
) -> None:
    """R2, row by row: a temporary password, a word and pictures."""
    batch = prepare(charlie, sam, newcomer)
    page = desk("preview_batch", batch.pk)
    changes.reroll(
        by=alice_actor,
        batch_id=batch.pk,
        item_id=item_of(batch, newcomer).pk,
        kind=PasswordKind.PICTURES,
    )
    preview = Preview.of(batch)
    rows = preview.renewed.rows + preview.created.rows
    shown = {row.item.username: row.password.text for row in rows}
    on_screen = text(alice_client.get(page))
    ticks = {"item": list(batch.items.values_list("pk", flat=True))}
    alice_client.post(page, ticks | {"save": ""})
    assert printed(fetch(alice_client, batch, "leerid.xlsx")) == shown
    assert shown[charlie.username] in on_screen
    assert shown[sam.username] in on_screen
    assert shown["noor.nieuwkomer"].replace(" - ", " ") in on_screen


def test_a_bulk_zip_holds_everything(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    response = fetch(alice_client, saved(charlie))
    assert response["Content-Type"] == "application/zip"
    assert 'filename="leerid-999912-20261123-1000.zip"' in response["Content-Disposition"]
    names = ZipFile(BytesIO(response.content)).namelist()
    assert names == [*PDFS, "leerid.xlsx"]


def test_a_bulk_of_one_has_an_excel(charlie: Account, saved: Prepare, alice_client: Client) -> None:
    assert fetch(alice_client, saved(charlie), "leerid.xlsx").status_code == 200


def test_the_single_edit_has_no_excel(
    charlie: Account, alice_actor: Actor, alice_client: Client
) -> None:
    edit = drafts.Edit(username=charlie.username, password_kind=PasswordKind.ADVANCED)
    batch = drafts.prepare_edit(by=alice_actor, student_id=charlie.student_id, edit=edit)
    hashing.hash_all(batch)
    saves.save(by=alice_actor, batch_id=batch.pk)
    names = ZipFile(BytesIO(fetch(alice_client, batch).content)).namelist()
    assert names == PDFS
    assert fetch(alice_client, batch, "leerid.xlsx").status_code == 404


def test_an_unknown_document_is_not_found(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    assert fetch(alice_client, saved(charlie), "wachtwoorden.txt").status_code == 404


# Cache-Control: no-store (R5) ------------------------------------------------------------------


def test_nothing_that_carries_a_password_is_stored_by_a_browser(
    charlie: Account, sam: Account, prepare: Prepare, saved: Prepare, alice_client: Client
) -> None:
    batch = prepare(sam)
    row = {"row": item_of(batch, sam).pk}
    carriers = [
        alice_client.post(desk("reroll_item", batch.pk), row, headers={"HX-Request": "true"}),
        alice_client.get(desk("preview_batch", batch.pk)),
        alice_client.post(
            desk("edit_credentials", charlie.student_id), {"generate": ""}, follow=True
        ),
    ]
    for response in carriers:
        assert 'class="secret"' in html(response)
    done = saved(charlie)
    carriers += [fetch(alice_client, done, document) for document in ("zip", *PDFS, "leerid.xlsx")]
    for response in carriers:
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]


def test_the_pages_after_the_save_show_no_password(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    password = password_of(batch, charlie)
    pages = [
        desk("batch_result", batch.pk),
        desk("batches"),
        desk("student", charlie.student_id),
        desk("account_history", charlie.student_id),
        desk("detail_history", charlie.student_id),
        desk("edit_credentials", charlie.student_id),
    ]
    for page in pages:
        response = alice_client.get(page)
        assert response.status_code == 200
        assert password not in html(response)
