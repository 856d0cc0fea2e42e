"""Bulk: genereer nieuw wachtwoord, from the selection to the download, without JavaScript."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, AccountEvent, PasswordKind
from credentials.actions import changes
from credentials.models import Batch
from credentials.views import bulk
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol, GiveAccount
from tests.pages import Form, desk, html, messages_on, plain, press, queries_of, text

from .bulk import reroll_row, start, the_batch
from .helpers import Crowd, Prepare, Save, item_of, password_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
Selection = Account | Enrolment
GONE = "Dit voorbeeld is verlopen of geannuleerd. Er is niets gewijzigd"
CHANGED = "Het voorbeeld is intussen gewijzigd"
# Whatever its rows: those find the rows in three, who is enrolled elsewhere in one, and how far the
# hashing is in two. The others are those of every page of a batch.
QUERIES_OF_A_PREVIEW = 12


def section(page: HttpResponse, name: str) -> str:
    """The text of one section of the page."""
    found = re.search(
        rf'<section[^>]*aria-labelledby="{name}-heading".*?</section>', html(page), re.S
    )
    return plain(found[0]) if found else ""


# From the selection to the print ---------------------------------------------------------------


def test_the_main_job(
    charlie: Account, sam: Account, linked: Account, alice_client: Client
) -> None:
    """Select three pupils, see a new password for two of them, save, download."""
    before = snapshot(charlie, sam, linked)
    page = start(alice_client, charlie, sam, linked)
    batch = the_batch()
    shown = {account: password_of(batch, account) for account in (charlie, sam)}
    assert "Totaal aantal rijen: 2" in section(page, "renewed")
    assert all(password in section(page, "renewed") for password in shown.values())
    assert "Totaal aantal rijen: 1" in section(page, "linked")
    assert "l*****a@example.org" in section(page, "linked")
    assert snapshot(charlie, sam, linked) == before

    page = press(alice_client, page, "save")
    assert page.redirect_chain[-1][0] == desk("batch_result", batch.pk) + "?start"
    assert "2 leerlingen hebben nieuwe aanmeldgegevens" in text(page)
    assert "Lena Link" in section(page, "skipped")
    assert "Dit LeerID heeft een gekoppeld e-mailadres." in section(page, "skipped")
    for account, password in shown.items():
        account.refresh_from_db()
        assert check_password(password, account.password)

    assert "data-starts>" in html(page)
    assert alice_client.post(desk("download", batch.pk, "zip")).status_code == 200
    page = alice_client.get(page.redirect_chain[-1][0])
    assert "data-starts>" not in html(page)
    assert "Opnieuw downloaden kan" in text(page)


def test_the_sections(
    charlie: Account,
    linked: Account,
    newcomer: Enrolment,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_actor: Actor,
    alice_client: Client,
) -> None:
    off = give_account(
        enrol(brussel, "Dirk", "Dicht"),
        deactivated_at=timezone.now(),
        deactivated_by=alice_actor.manager,
    )
    page = start(alice_client, charlie, linked, newcomer, off)
    assert "Charlie Peeters" in section(page, "renewed")
    assert "Noor Nieuwkomer" in section(page, "created")
    assert "Lena Link" in section(page, "linked")
    assert "Dirk Dicht" in section(page, "impossible")
    assert "Dit LeerID is gedeactiveerd." in section(page, "impossible")
    assert "lena@example.org" not in html(page)


def test_a_picture_password_is_shown_as_pictures(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_client: Client
) -> None:
    toddler = give_account(enrol(brussel, "Tuur", "Klein"), PasswordKind.PICTURES)
    page = start(alice_client, toddler)
    slugs = password_of(the_batch(), toddler).split("-")
    assert re.findall(r"pictures/(\w+)\.png", html(page)) == slugs
    assert "nieuw afbeeldingswachtwoord" in section(page, "renewed")


def test_it_warns_of_what_it_will_break(
    charlie: Account, sam: Account, gent: Institution, enrol: Enrol, alice_client: Client
) -> None:
    Account.objects.filter(pk=charlie.pk).update(must_change_password=False)
    enrol(gent, student=sam.student)
    told = text(start(alice_client, charlie, sam))
    assert "2 oude wachtwoorden werken niet meer zodra je bewaart." in told
    assert "1 leerling koos zelf een wachtwoord: Charlie Peeters (6EM)." in told
    assert "1 leerling is ook in een andere school ingeschreven" in told
    assert "gebruikt er hetzelfde LeerID: Sam Smets (6EM)." in told


def test_a_warning_names_the_first_five_of_many_and_unfolds_all(
    crowd: Crowd, alice_client: Client
) -> None:
    pupils = crowd(8)
    Account.objects.update(must_change_password=False)
    page = start(alice_client, *pupils)
    names = [f"Pupil Nr{number:06} (6EM)" for number in range(8)]
    assert "8 leerlingen kozen zelf een wachtwoord:" in text(page)
    assert f"<summary>{', '.join(names[:5])} en 3 anderen</summary>" in html(page)
    assert ", ".join(names) in text(page)


def test_making_leerids_is_the_same_page(newcomer: Enrolment, alice_client: Client) -> None:
    page = start(alice_client, newcomer, purpose="create")
    assert "<h1>LeerID&#x27;s aanmaken</h1>" in html(page)
    page = press(alice_client, page, "save")
    assert "1 leerling heeft nieuwe aanmeldgegevens" in text(page)
    assert Account.objects.get(student=newcomer.student_id).username == "noor.nieuwkomer"


def test_who_was_skipped_at_the_save_is_named_with_the_reason(
    charlie: Account, sam: Account, saved: Prepare, alice_client: Client
) -> None:
    page = start(alice_client, charlie, sam)
    saved(charlie)
    page = press(alice_client, page, "save")
    assert "1 leerling heeft nieuwe aanmeldgegevens" in text(page)
    assert "Charlie Peeters" in section(page, "skipped")
    assert "intussen door iemand anders gewijzigd" in section(page, "skipped")


def test_where_nobody_could_be_done_nothing_is_offered(
    charlie: Account, saved: Prepare, alice_client: Client
) -> None:
    page = start(alice_client, charlie)
    saved(charlie)
    page = press(alice_client, page, "save")
    assert "Niemand kreeg nieuwe aanmeldgegevens" in text(page)
    assert "Download alles" not in text(page)


# Selections that cannot be ---------------------------------------------------------------------


@pytest.mark.parametrize("student", ["abc", "1; DROP TABLE", "²", "9" * 30, "-1", "1.0", ""])
def test_an_unreadable_selection_is_refused(student: str, alice_client: Client) -> None:
    page = alice_client.post(
        desk("start_batch"), {"student": [student], "purpose": "renew"}, follow=True
    )
    assert page.status_code == 200
    assert messages_on(page) == "De selectie is onleesbaar. Er is niets gewijzigd."
    assert not Batch.objects.exists()


@pytest.mark.parametrize("purpose", ["single", "", "onzin"])
def test_an_unknown_purpose_is_refused(
    purpose: str, charlie: Account, alice_client: Client
) -> None:
    page = start(alice_client, charlie, purpose=purpose)
    assert "Er is niets gewijzigd." in messages_on(page)
    assert not Batch.objects.exists()


def test_a_selection_of_none_is_refused(alice_client: Client) -> None:
    assert messages_on(start(alice_client)) == "Selecteer eerst minstens één leerling."


def test_a_pupil_of_another_school_is_refused_like_an_unknown_one(
    charlie: Account, pupil_of_gent: Account, alice_client: Client
) -> None:
    """R11. The selection, which holds strangers, is cleared."""
    answers = []
    for stranger in (pupil_of_gent.student_id, 10**12):
        ids = {"student": [charlie.student_id, stranger], "purpose": "renew"}
        page = alice_client.post(desk("start_batch"), ids, follow=True)
        assert "data-clears-selection" in html(page)
        answers.append(messages_on(page))
    assert answers[0] == answers[1]
    assert "staat niet in de lijst van deze instelling" in answers[0]
    assert not Batch.objects.exists()


def test_too_many_are_refused(crowd: Crowd, settings: Settings, alice_client: Client) -> None:
    settings.BATCH_LIMIT = 2
    page = start(alice_client, *crowd(3))
    assert "Je selecteerde 3 leerlingen. Per keer kunnen er hoogstens 2" in messages_on(page)


def test_a_refusal_leads_back_to_the_list_as_it_was(alice_client: Client) -> None:
    back = {"purpose": "renew", "query": "zoek=s%C3%BCheda&sorteer=-klas"}
    response = alice_client.post(desk("start_batch"), back)
    assert response.url == desk("students") + "?zoek=s%C3%BCheda&sorteer=-klas"


def test_the_way_back_leads_nowhere_else(alice_client: Client) -> None:
    for query in ("//evil.example", "https://evil.example/?a=b", "\r\nX: y=z", "a=b#//evil"):
        response = alice_client.post(desk("start_batch"), {"query": query})
        assert response.url.startswith(desk("students"))
        assert "\n" not in response.url


# The buttons of the preview --------------------------------------------------------------------


def test_another_password_for_one_row(charlie: Account, sam: Account, alice_client: Client) -> None:
    page = start(alice_client, charlie, sam)
    batch = the_batch()
    old, other = password_of(batch, charlie), password_of(batch, sam)
    page = press(alice_client, page, "row", str(item_of(batch, charlie).pk))
    assert password_of(batch, charlie) in html(page)
    assert old not in html(page)
    assert password_of(batch, sam) == other


def test_one_basic_row_to_pictures(sam: Account, alice_client: Client) -> None:
    page = start(alice_client, sam)
    item = item_of(the_batch(), sam)
    page = press(alice_client, page, "row", str(item.pk), **{f"kind-{item.pk}": "afbeeldingen"})
    assert "nieuw afbeeldingswachtwoord" in section(page, "renewed")


def test_an_advanced_row_is_offered_no_other_kind(charlie: Account, alice_client: Client) -> None:
    page = start(alice_client, charlie)
    assert Form(page).menus == {}
    rows = {value for name, value in Form(page).buttons if name == "row"}
    assert rows == {str(item_of(the_batch(), charlie).pk)}


def test_all_new_accounts_of_one_kind(
    sam: Account, brussel: Institution, enrol: Enrol, alice_client: Client
) -> None:
    newcomers = [enrol(brussel, "Noor", "Een"), enrol(brussel, "Noor", "Twee", class_code="1A")]
    page = start(alice_client, sam, *newcomers)
    page = press(alice_client, page, "apply", "nieuw", **{"kinds:nieuw": "afbeeldingen"})
    assert "2 leerlingen kregen een andere soort wachtwoord." in messages_on(page)
    assert section(page, "created").count("nieuw afbeeldingswachtwoord") == 2
    assert "nieuw basiswachtwoord" in section(page, "renewed")


def test_every_button_remembers_the_ticks(
    charlie: Account, sam: Account, newcomer: Enrolment, alice_client: Client
) -> None:
    page = start(alice_client, charlie, sam, newcomer)
    batch = the_batch()
    wished = [item_of(batch, pupil).pk for pupil in (sam, newcomer)]
    page = press(alice_client, page, "keep", item=wished)
    assert sorted(Form(page).fields["item"]) == sorted(map(str, wished))
    assert "1 oud wachtwoord werkt niet meer" in text(page)
    page = press(alice_client, page, "row", str(item_of(batch, charlie).pk))
    assert len(Form(page).fields["item"]) == 2


def test_only_what_is_ticked_is_saved(charlie: Account, sam: Account, alice_client: Client) -> None:
    page, before = start(alice_client, charlie, sam), snapshot(sam)
    page = press(alice_client, page, "save", item=[item_of(the_batch(), charlie).pk])
    assert "1 rij stond niet aangevinkt en bleef zoals ze was." in text(page)
    assert snapshot(sam) == before


def test_with_nothing_ticked_nothing_is_saved(charlie: Account, alice_client: Client) -> None:
    page = start(alice_client, charlie)
    page = press(alice_client, page, "save", item=None)
    assert "Er is geen enkele leerling aangevinkt." in messages_on(page)
    assert the_batch().is_draft


def test_annuleren_changes_nothing(charlie: Account, sam: Account, alice_client: Client) -> None:
    page, before = start(alice_client, charlie, sam), snapshot(charlie, sam)
    page = press(alice_client, page, "cancel")
    assert page.redirect_chain[-1][0] == desk("students")
    assert "alle oude wachtwoorden werken nog" in messages_on(page)
    assert the_batch().state == Batch.State.DROPPED
    assert snapshot(charlie, sam) == before


def test_a_save_that_is_not_ready_shows_the_preview_again(
    charlie: Account, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SAVE_SECONDS", 0)
    page, before = start(alice_client, charlie), snapshot(charlie)
    page = press(alice_client, page, "save")
    assert "Nog 1 wachtwoorden worden voorbereid. Er is nog niets bewaard" in messages_on(page)
    assert password_of(the_batch(), charlie) in html(page)
    assert snapshot(charlie) == before


def test_progress_answers_how_far_it_is(
    charlie: Account, newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, charlie, newcomer)
    answer = alice_client.post(desk("slice", the_batch().pk)).json()
    assert answer == {"hashed": 1, "total": 1, "open": True}


def test_progress_ends_with_the_preview(
    charlie: Account, alice_actor: Actor, alice_client: Client, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    changes.cancel(by=alice_actor, batch_id=batch.pk)
    assert alice_client.post(desk("slice", batch.pk)).json()["open"] is False


# Tampering, other windows, time ----------------------------------------------------------------


@pytest.mark.parametrize("items", [["abc"], ["0"], ["9" * 30], ["1", "²"], ["-1"]])
def test_unreadable_or_unknown_rows_are_refused(
    items: list[str], charlie: Account, alice_client: Client
) -> None:
    page, before = start(alice_client, charlie), snapshot(charlie)
    page = press(alice_client, page, "save", item=items)
    assert CHANGED in messages_on(page)
    assert snapshot(charlie) == before
    assert the_batch().is_draft


def test_rows_of_another_batch_are_refused(
    charlie: Account, sam: Account, prepare: Prepare, alice_client: Client
) -> None:
    other = prepare(sam)
    start(alice_client, charlie)
    mine = Batch.objects.exclude(pk=other.pk).get()
    before = snapshot(charlie, sam)
    page = alice_client.post(
        desk("preview_batch", mine.pk), {"item": [item_of(other, sam).pk], "save": ""}, follow=True
    )
    assert CHANGED in messages_on(page)
    assert snapshot(charlie, sam) == before


def test_a_linked_row_cannot_be_forged_into_the_save(
    charlie: Account, linked: Account, alice_client: Client
) -> None:
    """R1."""
    page, before = start(alice_client, charlie, linked), snapshot(charlie, linked)
    rows = [item_of(the_batch(), pupil).pk for pupil in (charlie, linked)]
    page = press(alice_client, page, "save", item=rows)
    assert CHANGED in messages_on(page)
    assert snapshot(charlie, linked) == before


def test_a_row_rerolled_in_another_window_is_shown_before_it_is_saved(
    charlie: Account, alice_client: Client
) -> None:
    """R2."""
    page, before = start(alice_client, charlie), snapshot(charlie)
    batch = the_batch()
    reroll_row(alice_client, batch, item_of(batch, charlie).pk)
    page = press(alice_client, page, "save")
    assert CHANGED in messages_on(page)
    assert password_of(batch, charlie) in html(page)
    assert snapshot(charlie) == before


@pytest.mark.parametrize("kind", ["", "onzin", "basis"])
def test_an_unknown_kind_for_all_is_refused(
    kind: str, newcomer: Enrolment, alice_client: Client
) -> None:
    start(alice_client, newcomer)
    before = list(the_batch().items.values_list("password_kind", "sealed"))
    posted = {"apply": "nieuw", "kinds:nieuw": kind}
    page = alice_client.post(desk("preview_batch", the_batch().pk), posted, follow=True)
    assert "Kies eerst een soort wachtwoord." in messages_on(page)
    assert list(the_batch().items.values_list("password_kind", "sealed")) == before


@pytest.mark.parametrize("button", ["save", "keep"])
def test_an_expired_preview_changes_nothing(
    button: str, charlie: Account, alice_client: Client, clock: time_machine.Traveller
) -> None:
    page, before = start(alice_client, charlie), snapshot(charlie)
    for _ in range(3):
        clock.shift(timedelta(minutes=20))
        alice_client.get(desk("students"))
    page = press(alice_client, page, button)
    assert page.redirect_chain[-1][0] == desk("students")
    assert GONE in messages_on(page)
    assert snapshot(charlie) == before


def test_a_cancelled_preview_cannot_be_opened_again(charlie: Account, alice_client: Client) -> None:
    page = start(alice_client, charlie)
    press(alice_client, page, "cancel")
    again = alice_client.get(desk("preview_batch", the_batch().pk), follow=True)
    assert GONE in messages_on(again)


def test_a_preview_of_nobody_is_not_found(alice_client: Client) -> None:
    assert alice_client.get(desk("preview_batch", uuid4())).status_code == 404


def test_a_second_click_on_save_leads_to_the_result(charlie: Account, alice_client: Client) -> None:
    """R4: a double click, a reload, the back button."""
    page = start(alice_client, charlie)
    press(alice_client, page, "save")
    before = snapshot(charlie)
    again = press(alice_client, page, "save")
    assert "1 leerling heeft nieuwe aanmeldgegevens" in text(again)
    back = alice_client.get(desk("preview_batch", the_batch().pk), follow=True)
    assert "1 leerling heeft nieuwe aanmeldgegevens" in text(back)
    assert snapshot(charlie) == before
    assert AccountEvent.objects.count() == 1


def test_a_get_never_changes_anything(charlie: Account, alice_client: Client) -> None:
    start(alice_client, charlie)
    before = (snapshot(charlie), list(Batch.objects.values()), list(the_batch().items.values()))
    page = desk("preview_batch", the_batch().pk)
    for query in ("", "?save", "?cancel", "?row=1", "?apply=nieuw&kinds:nieuw=woord"):
        alice_client.get(page + query)
    assert (
        snapshot(charlie),
        list(Batch.objects.values()),
        list(the_batch().items.values()),
    ) == before


def test_the_result_of_a_draft_is_not_found(
    charlie: Account, prepare: Prepare, alice_client: Client
) -> None:
    assert alice_client.get(desk("batch_result", prepare(charlie).pk)).status_code == 404


# Fast by shape ---------------------------------------------------------------------------------


def test_queries_of_the_preview_do_not_grow_with_its_rows(
    brussel: Institution, enrol: Enrol, crowd: Crowd, prepare: Prepare, alice_client: Client
) -> None:
    def preview_of(size: int) -> str:
        newcomers = [enrol(brussel, "Noor", f"N{size}x{number}") for number in range(size)]
        words, pictures = crowd(size, PasswordKind.WORD), crowd(size, PasswordKind.PICTURES)
        linked = crowd(size)
        Account.objects.filter(pk__in=[account.pk for account in linked]).update(email="a@b.test")
        batch = prepare(*newcomers, *words, *pictures, *linked)
        return desk("preview_batch", batch.pk)

    few, many = preview_of(3), preview_of(30)
    assert queries_of(alice_client, few) == queries_of(alice_client, many) == QUERIES_OF_A_PREVIEW


def test_queries_of_the_result_do_not_grow_with_its_rows(
    crowd: Crowd, ready: Prepare, save: Save, alice_client: Client
) -> None:
    def result_of(size: int) -> str:
        done, skipped, overtaken = crowd(size), crowd(size), crowd(size)
        batch = ready(*done, *skipped, *overtaken)
        save(ready(*skipped))
        save(batch)
        save(ready(*overtaken))
        return desk("batch_result", batch.pk)

    few, many = result_of(3), result_of(30)
    assert queries_of(alice_client, few) == queries_of(alice_client, many)
