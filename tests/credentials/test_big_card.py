"""The big card: one pupil's sign-in data on the screen (R3, R4, R5, R11)."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AccountEvent, PasswordKind
from credentials.actions import changes, hashing, retention, saves
from credentials.models import Batch
from credentials.rendering.qr import qr_path
from credentials.sealing import unseal
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import AccessEvent
from students.models import Enrolment
from tests.helpers import Enrol
from tests.pages import Form, desk, html, messages_on, press, text

from .helpers import Prepare, Pupil, item_of, password_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")


def covered(client: Client, batch: Batch, pupil: Pupil) -> HttpResponse:
    return client.get(desk("card", batch.pk, pupil.student_id))


def shown(client: Client, batch: Batch, pupil: Pupil) -> HttpResponse:
    return client.post(desk("card", batch.pk, pupil.student_id), follow=True)


def secrets_on(page: HttpResponse, batch: Batch, pupil: Pupil) -> list[str]:
    """Which secrets of the pupil's row the page holds."""
    secrets = unseal(item_of(batch, pupil).sealed)
    found = [secret for secret in (secrets.password, secrets.code) if secret in html(page)]
    return found + ["qr"] * ('class="qr"' in html(page))


def is_downloaded(batch: Batch) -> bool:
    batch.refresh_from_db()
    return batch.first_downloaded_at is not None


def downloads() -> list[str]:
    events = AccessEvent.objects.filter(kind=AccessEvent.Kind.DOWNLOADED)
    return [event.detail for event in events.order_by("pk")]


# Covered, and shown ----------------------------------------------------------------------------


def test_the_covered_card_says_whose_it_is_and_holds_no_secret(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    page = covered(alice_client, batch, charlie)
    told = text(page)
    assert "Charlie Peeters" in told
    assert "6EM" in told
    assert "niet op het digibord" in told
    assert secrets_on(page, batch, charlie) == []
    assert "charlie.peeters" not in told
    assert not is_downloaded(batch)
    assert downloads() == []


def test_the_card_shows_what_the_paper_says(
    charlie: Account, sam: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    for pupil, label in ((charlie, "Tijdelijk wachtwoord:"), (sam, "Wachtwoord:")):
        password = password_of(batch, pupil)
        page = shown(alice_client, batch, pupil)
        assert f"Gebruikersnaam: {pupil.username} {label} {password}" in text(page)
        assert "Niet op het digibord" in text(page)


def test_pictures_stand_in_their_order_with_numbers_and_names(
    sam: Account, prepare: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = prepare(sam)
    changes.reroll(
        by=alice_actor,
        batch_id=batch.pk,
        item_id=item_of(batch, sam).pk,
        kind=PasswordKind.PICTURES,
    )
    hashing.hash_all(batch)
    saves.save(by=alice_actor, batch_id=batch.pk)
    names = password_of(batch, sam).split("-")
    numbered = " ".join(f"{number} {name}" for number, name in enumerate(names, start=1))
    page = shown(alice_client, batch, sam)
    assert numbered in text(page)
    assert html(page).count('width="180"') == 4


def test_the_qr_code_is_that_of_the_paper(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    code = unseal(item_of(batch, charlie).sealed).code
    url = f"{settings.PORTAL.url}/{charlie.username}?k={code}"
    page = html(shown(alice_client, batch, charlie))
    drawn = page.partition('<path d="')[2].partition('"')[0]
    assert drawn == qr_path(url).path
    assert code not in page


def test_no_card_is_stored_by_a_browser(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    """R5. Without JavaScript the page covers itself after a minute."""
    batch = saved(charlie)
    page = shown(alice_client, batch, charlie)
    assert "no-store" in page["Cache-Control"]
    assert f'content="60;url={desk("card", batch.pk, charlie.student_id)}"' in html(page)


# It counts as a download -----------------------------------------------------------------------


def test_showing_counts_as_a_download_and_is_logged_with_who(
    charlie: Account, saved: Prepare, alice_client: Client, alice_actor: Actor
) -> None:
    batch = saved(charlie)
    before = snapshot(charlie)
    shown(alice_client, batch, charlie)
    assert is_downloaded(batch)
    assert batch.expires_at == timezone.now() + timedelta(hours=1)
    assert snapshot(charlie) == before
    assert downloads() == [f"reeks 1 ({batch.pk}), kaart op het scherm"]
    assert AccessEvent.objects.latest("pk").manager == alice_actor.manager


def test_it_warns_where_the_sheets_of_others_were_never_downloaded(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    warning = "Deze reeks is nog niet gedownload."
    batch = saved(charlie, sam)
    assert warning in text(covered(alice_client, batch, charlie))
    retention.note_download(by=alice_actor, batch_id=batch.pk)
    assert warning not in text(covered(alice_client, batch, charlie))
    assert warning not in text(covered(alice_client, saved(charlie), charlie))


# When it is not shown --------------------------------------------------------------------------


def test_after_its_time_it_says_so_and_leads_to_a_new_password(
    charlie: Account, saved: Prepare, alice_client: Client, clock: time_machine.Traveller
) -> None:
    batch = saved(charlie)
    shown(alice_client, batch, charlie)
    clock.shift(timedelta(hours=1))
    alice_client.force_login(batch.created_by)
    for page in (covered(alice_client, batch, charlie), shown(alice_client, batch, charlie)):
        assert "De kaart kan niet meer worden getoond: de tijd daarvoor is om" in text(page)
        assert f'href="{desk("edit_credentials", charlie.student_id)}"' in html(page)
        assert 'class="qr"' not in html(page)
    assert len(downloads()) == 1


def test_a_destroyed_card_is_gone(
    charlie: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie)
    password = password_of(batch, charlie)
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    page = shown(alice_client, batch, charlie)
    assert "De kaart kan niet meer worden getoond" in text(page)
    assert password not in html(page)


def test_a_dead_password_is_never_shown(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    """R3: renewed since."""
    batch = saved(charlie)
    saved(charlie)
    page = shown(alice_client, batch, charlie)
    assert "Dit wachtwoord is vervangen" in text(page)
    assert secrets_on(page, batch, charlie) == []
    assert not is_downloaded(batch)


def test_a_password_replaced_at_that_very_moment_is_not_shown(
    charlie: Account, saved: Prepare, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = saved(charlie)
    url = desk("card", batch.pk, charlie.student_id)

    def replaced_meanwhile(covered: object) -> str:
        Account.objects.filter(pk=charlie.pk).new_version(password="newer")
        return ""

    with monkeypatch.context() as patched:
        patched.setattr("credentials.big_card.BigCard.refusal", property(replaced_meanwhile))
        answer = alice_client.post(url)
    assert answer.url == url
    assert not is_downloaded(batch)


def test_the_card_of_a_pupil_who_left_is_not_shown(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    """R11: of that pupil nothing can be changed either, so there is no way to a new password."""
    batch = saved(charlie)
    yesterday = timezone.localdate() - timedelta(days=1)
    Enrolment.objects.filter(student=charlie.student_id).update(ends_on=yesterday)
    page = shown(alice_client, batch, charlie)
    assert "Charlie is hier niet meer ingeschreven." in text(page)
    assert secrets_on(page, batch, charlie) == []
    assert desk("edit_credentials", charlie.student_id) not in html(page)
    assert not is_downloaded(batch)


# For whom there is one -------------------------------------------------------------------------


def test_there_is_a_card_for_those_who_were_done_only(
    charlie: Account,
    sam: Account,
    linked: Account,
    ready: Prepare,
    saved: Prepare,
    alice_client: Client,
) -> None:
    """Not of a draft, of who was skipped, of another pupil of the school."""
    draft = ready(sam)
    batch = saved(charlie, linked)
    for of, pupil in ((draft, sam), (batch, linked), (batch, sam)):
        for method in (alice_client.get, alice_client.post):
            assert method(desk("card", of.pk, pupil.student_id)).status_code == 404


def test_a_withdrawn_enrolment_leaves_no_card(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    Enrolment.objects.all().delete()
    assert shown(alice_client, batch, charlie).status_code == 404


def test_a_colleague_of_another_school_finds_no_card(
    charlie: Account, gent: object, enrol: Enrol, saved: Prepare, bob_client: Client
) -> None:
    """Not even where the pupil is enrolled there too."""
    batch = saved(charlie)
    enrol(gent, student=charlie.student)
    for number in ("999912", "999913"):
        url = desk("card", batch.pk, charlie.student_id, number=number)
        assert bob_client.get(url).status_code == 404
        assert bob_client.post(url).status_code == 404
    assert not is_downloaded(batch)


# The ways to it --------------------------------------------------------------------------------


def edited(client: Client, pupil: Account) -> HttpResponse:
    """The page of the single edit with a new password on it."""
    return press(client, client.get(desk("edit_credentials", pupil.student_id)), "generate")


def test_save_and_show_the_card_is_one_click(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, edited(alice_client, charlie), "save", "kaart")
    batch = Batch.objects.get()
    assert page.redirect_chain == [(desk("card", batch.pk, charlie.student_id), 307)]
    assert messages_on(page) == "Het LeerID is succesvol aangepast."
    assert password_of(batch, charlie) in text(page)
    assert is_downloaded(batch)


def test_a_double_click_shows_the_card_again_and_changes_nothing_twice(
    charlie: Account, alice_client: Client
) -> None:
    page = edited(alice_client, charlie)
    press(alice_client, page, "save", "kaart")
    before = snapshot(charlie)
    again = press(alice_client, page, "save", "kaart")
    assert password_of(Batch.objects.get(), charlie) in text(again)
    assert snapshot(charlie) == before
    assert AccountEvent.objects.count() == 1


def test_a_reload_of_the_card_is_another_showing_and_no_save(
    charlie: Account, alice_client: Client
) -> None:
    page = press(alice_client, edited(alice_client, charlie), "save", "kaart")
    before = snapshot(charlie)
    alice_client.post(page.redirect_chain[0][0], {"save": "kaart"})
    assert snapshot(charlie) == before
    assert Batch.objects.count() == 1
    assert len(downloads()) == 2


def test_who_was_renewed_by_a_colleague_meanwhile_gets_no_card(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    page = edited(alice_client, charlie)
    saved(charlie)
    page = press(alice_client, page, "save", "kaart")
    assert "Er is niets gewijzigd." in messages_on(page)
    assert 'class="qr"' not in html(page)


def test_nothing_to_save_shows_no_card(charlie: Account, alice_client: Client) -> None:
    page = alice_client.get(desk("edit_credentials", charlie.student_id))
    page = press(alice_client, page, "save", "kaart")
    assert "Je wijzigde niets" in messages_on(page)


def test_the_page_of_the_batch_and_that_of_the_pupil_lead_to_it_while_it_lasts(
    charlie: Account, sam: Account, saved: Prepare, alice_actor: Actor, alice_client: Client
) -> None:
    batch = saved(charlie, sam)
    card = f'href="{desk("card", batch.pk, charlie.student_id)}"'
    pages = [desk("batch_result", batch.pk), desk("student", charlie.student_id)]
    for page in pages:
        assert card in html(alice_client.get(page))
    saved(charlie)
    assert card not in html(alice_client.get(pages[0]))
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    for page in pages:
        assert card not in html(alice_client.get(page))


def test_the_button_of_the_cover_shows_the_card(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    batch = saved(charlie)
    form = Form(covered(alice_client, batch, charlie))
    assert password_of(batch, charlie) in text(alice_client.post(form.action, form.fields))
