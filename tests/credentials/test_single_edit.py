"""LeerID aanmeldgegevens: every path through the page, without JavaScript."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.actions import link_email
from accounts.models import Account, AccountEvent, PasswordKind, Username
from credentials.actions import drafts
from credentials.models import Batch
from credentials.sealing import unseal
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment
from tests.helpers import Enrol, GiveAccount
from tests.pages import Form, desk, html, messages_on, press, text

from .helpers import Prepare, snapshot

pytestmark = pytest.mark.usefixtures("clock")
NOT_YET = "Er is nog niets gewijzigd"
DONE = "Het LeerID is succesvol aangepast."
GONE = "Dit voorbeeld is verlopen of geannuleerd."


def page_of(pupil: Account | Enrolment) -> str:
    return desk("edit_credentials", pupil.student_id)


def opened(client: Client, pupil: Account, query: str = "") -> HttpResponse:
    return client.get(page_of(pupil) + query)


def drafted() -> str:
    """The password of the one open draft."""
    return unseal(Batch.objects.drafts().get().items.get().sealed).password


def works(account: Account, password: str) -> bool:
    account.refresh_from_db()
    return check_password(password, account.password)


def concept(draft: Batch) -> dict[str, object]:
    return {"concept": draft.pk, "save": ""}


# A new password --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (PasswordKind.WORD, "Dit LeerID heeft een basiswachtwoord"),
        (PasswordKind.PICTURES, "Dit LeerID heeft een afbeeldingswachtwoord"),
        (PasswordKind.ADVANCED, "Dit LeerID heeft een gevorderd wachtwoord"),
    ],
)
def test_at_first_it_only_says_what_kind_of_password_there_is(
    kind: PasswordKind,
    told: str,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    alice_client: Client,
) -> None:
    page = opened(alice_client, give_account(enrol(brussel), kind))
    assert told in text(page)
    assert 'class="secret"' not in html(page)
    assert not Batch.objects.exists()


def test_generate_shows_a_new_password_and_changes_nothing(
    charlie: Account, alice_client: Client
) -> None:
    """R2."""
    before = snapshot(charlie)
    page = press(alice_client, opened(alice_client, charlie), "generate")
    assert f'<span class="secret">{drafted()}</span>' in html(page)
    assert "nieuw gevorderd wachtwoord" in text(page)
    assert NOT_YET in text(page)
    assert snapshot(charlie) == before


def test_generating_again_replaces_the_draft(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, opened(alice_client, charlie), "generate")
    first = drafted()
    page = press(alice_client, page, "generate")
    assert drafted() != first
    assert drafted() in html(page)
    assert first not in html(page)


def test_what_is_shown_is_saved_and_printed(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, opened(alice_client, charlie), "generate")
    shown = drafted()
    page = press(alice_client, page, "save")
    assert page.redirect_chain[-1][0].startswith(desk("student", charlie.student_id))
    assert messages_on(page) == DONE
    assert works(charlie, shown)
    download = Form(page)
    assert download.action == desk("download", Batch.objects.get().pk, "zip")
    names = ZipFile(BytesIO(alice_client.post(download.action).content)).namelist()
    assert "leerid-a4.pdf" in names
    assert "leerid.xlsx" not in names


def test_the_download_starts_by_itself_once(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, opened(alice_client, charlie), "generate")
    page = press(alice_client, page, "save")
    assert "data-starts>" in html(page)
    alice_client.post(Form(page).action)
    assert "data-starts>" not in html(alice_client.get(page.redirect_chain[-1][0]))


def test_an_own_password_is_not_broken_without_a_word(
    charlie: Account, alice_client: Client
) -> None:
    Account.objects.update(must_change_password=False)
    page = press(alice_client, opened(alice_client, charlie), "generate")
    assert "De leerling koos zelf een wachtwoord." in text(page)


def test_class_and_stamnummer_stand_beside_the_name(charlie: Account, alice_client: Client) -> None:
    page = opened(alice_client, charlie)
    stamnummer = Enrolment.objects.get().stamnummer
    assert f"Charlie Peeters Klas 6EM · Stamnummer {stamnummer}" in text(page)


def test_annuleer_stands_before_bewaren(charlie: Account, alice_client: Client) -> None:
    page = html(opened(alice_client, charlie))
    assert page.index('name="cancel"') < page.index('name="save"')


# Kinds of a basic account ----------------------------------------------------------------------


def test_a_basic_account_gets_pictures_and_a_word_again(sam: Account, alice_client: Client) -> None:
    for kind, label in (
        (PasswordKind.PICTURES, "nieuw afbeeldingswachtwoord"),
        (PasswordKind.WORD, "nieuw basiswachtwoord"),
    ):
        page = press(alice_client, opened(alice_client, sam), "show", password_kind=kind.value)
        assert label in text(page)
        shown = drafted()
        press(alice_client, page, "save")
        assert works(sam, shown)
        assert sam.password_kind == kind


def test_choosing_the_kind_it_has_already_is_a_new_password(
    sam: Account, alice_client: Client
) -> None:
    page = press(alice_client, opened(alice_client, sam), "show", password_kind="woord")
    assert drafted() in html(page)


@pytest.mark.parametrize("kind", ["gevorderd", "geheim", "<b>"])
def test_a_basic_account_gets_no_other_kind(kind: str, sam: Account, alice_client: Client) -> None:
    before = snapshot(sam)
    response = alice_client.post(page_of(sam), {"password_kind": kind, "save": ""})
    assert response.status_code == 200
    assert not Batch.objects.exists()
    assert snapshot(sam) == before


def test_an_advanced_account_is_offered_no_kinds(charlie: Account, alice_client: Client) -> None:
    assert "password_kind" not in html(opened(alice_client, charlie))
    alice_client.post(page_of(charlie), {"password_kind": "woord", "generate": ""})
    assert Batch.objects.get().items.get().password_kind == PasswordKind.ADVANCED


# The username (R6) -----------------------------------------------------------------------------


def renamed(client: Client, account: Account, username: str, button: str = "show") -> HttpResponse:
    return press(client, opened(client, account, "?hernoem"), button, username=username)


def test_a_new_username_comes_with_a_new_password(charlie: Account, alice_client: Client) -> None:
    page = renamed(alice_client, charlie, "charlie.nieuw")
    shown = drafted()
    assert "charlie.nieuw" in text(page)
    assert shown in html(page)
    assert "wordt er ook een nieuw wachtwoord gegenereerd" in text(page)
    press(alice_client, page, "save")
    assert works(charlie, shown)
    assert charlie.username == "charlie.nieuw"


def test_without_pas_gebruikersnaam_aan_the_name_is_no_field(
    charlie: Account, alice_client: Client
) -> None:
    assert 'type="hidden" name="username"' in html(opened(alice_client, charlie))
    assert 'type="text" name="username"' in html(opened(alice_client, charlie, "?hernoem"))


def test_a_new_name_is_kept_when_another_password_is_generated(
    charlie: Account, alice_client: Client
) -> None:
    page = renamed(alice_client, charlie, "charlie.nieuw")
    press(alice_client, page, "generate")
    assert Batch.objects.drafts().get().items.get().username == "charlie.nieuw"


def test_a_taken_username_gets_a_free_suggestion_and_tells_not_whose(
    charlie: Account, pupil_of_gent: Account, alice_client: Client
) -> None:
    before = snapshot(charlie)
    page = renamed(alice_client, charlie, "gerrit.gent", button="save")
    assert "Deze gebruikersnaam is al in gebruik. Wel vrij: gerrit.gent1" in text(page)
    assert "Gerrit" not in text(page)
    assert "GENT" not in text(page)
    assert (snapshot(charlie), Batch.objects.count()) == (before, 0)
    page = press(alice_client, page, "show", username="gerrit.gent1")
    press(alice_client, page, "save")
    charlie.refresh_from_db()
    assert charlie.username == "gerrit.gent1"


def test_a_username_that_nobody_uses_any_more_is_still_taken(
    charlie: Account, sam: Account, alice_client: Client
) -> None:
    Username.objects.create(value="oude.naam", stem="oude.naam", student=sam.student)
    page = renamed(alice_client, charlie, "oude.naam")
    assert "Wel vrij: oude.naam1" in text(page)


def test_an_own_earlier_username_is_free(charlie: Account, alice_client: Client) -> None:
    Username.objects.create(value="oude.naam", stem="oude.naam", student=charlie.student)
    page = renamed(alice_client, charlie, "oude.naam")
    assert NOT_YET in text(page)


@pytest.mark.parametrize(
    "username",
    [
        "<b>charlie</b>",
        "charlie'peeters",
        "charlie peeters",
        " charlie.peeters",
        "charlie.peeters\n",
        "Charlie.Peeters",
        "chärlie.peeters",
        "сharlie.peeters",
        "charlie。peeters",
        "charlie_peeters",
        ".charlie",
        "charlie-",
        "ab",
        "a" * 65,
        "a" * 201,
        "charlie\x00",
        "²²²²",
    ],
)
def test_a_username_of_another_form_is_refused(
    username: str, charlie: Account, alice_client: Client
) -> None:
    before = snapshot(charlie)
    page = renamed(alice_client, charlie, username, button="save")
    assert 'aria-invalid="true"' in html(page)
    assert 'class="errorlist"' in html(page)
    assert "<b>charlie" not in html(page)
    assert (snapshot(charlie), Batch.objects.count()) == (before, 0)


def test_what_is_wrong_with_a_username_is_said(charlie: Account, alice_client: Client) -> None:
    page = renamed(alice_client, charlie, "Charlie Peeters")
    assert "Gebruik 3 tot 64 tekens: kleine letters zonder accenten" in text(page)
    assert 'value="Charlie Peeters"' in html(page)


# A linked e-mail address (R1) ------------------------------------------------------------------


def test_removing_the_address_brings_a_new_password(linked: Account, alice_client: Client) -> None:
    page = opened(alice_client, linked)
    assert "l*****a@example.org" in text(page)
    assert "lena@example.org" not in html(page)
    page = press(alice_client, page, "show", removes_email="on")
    shown = drafted()
    assert shown in html(page)
    assert "het verwijderen van een e-mailadres wordt er ook een nieuw wachtwoord" in text(page)
    press(alice_client, page, "save")
    assert works(linked, shown)
    assert (linked.email, linked.must_change_password) == ("", True)


def test_renewing_while_keeping_the_address_warns_first(
    linked: Account, alice_client: Client
) -> None:
    page = press(alice_client, opened(alice_client, linked), "generate")
    assert "Dit LeerID houdt zijn gekoppelde e-mailadres." in text(page)
    shown = drafted()
    press(alice_client, page, "save")
    assert works(linked, shown)
    assert linked.email == "lena@example.org"


def test_an_address_linked_since_the_draft_is_not_passed_over(
    charlie: Account, alice_client: Client, alice_actor: Actor
) -> None:
    """R1: the manager could not see that the pupil took over the password."""
    page = press(alice_client, opened(alice_client, charlie), "generate")
    link_email(account_id=charlie.pk, email="charlie@example.org", by=alice_actor)
    before = snapshot(charlie)
    page = press(alice_client, page, "save")
    assert DONE not in text(page)
    assert snapshot(charlie) == before


def test_removing_an_address_that_is_not_there_is_nothing(
    charlie: Account, alice_client: Client
) -> None:
    alice_client.post(page_of(charlie), {"removes_email": "on", "save": ""})
    assert not Batch.objects.exists()


# Nothing is saved by accident (R2) -------------------------------------------------------------


def test_annuleer_drops_the_draft(charlie: Account, alice_client: Client) -> None:
    before = snapshot(charlie)
    page = press(alice_client, opened(alice_client, charlie), "generate")
    page = press(alice_client, page, "cancel")
    assert page.redirect_chain[-1][0] == desk("student", charlie.student_id)
    assert Batch.objects.get().state == Batch.State.DROPPED
    assert snapshot(charlie) == before


def test_annuleer_needs_no_draft(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, opened(alice_client, charlie), "cancel")
    assert page.redirect_chain[-1][0] == desk("student", charlie.student_id)


def test_annuleer_asks_for_no_valid_form(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, opened(alice_client, charlie, "?hernoem"), "cancel", username="<")
    assert page.redirect_chain[-1][0] == desk("student", charlie.student_id)


def test_nothing_changed_is_nothing_saved(charlie: Account, alice_client: Client) -> None:
    page = press(alice_client, opened(alice_client, charlie), "save")
    assert messages_on(page) == "Je wijzigde niets, dus is er niets bewaard of af te drukken."
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("pupil", "asked"),
    [
        ("charlie", {"username": "charlie.nieuw"}),
        ("sam", {"password_kind": "afbeeldingen"}),
        ("linked", {"removes_email": "on"}),
    ],
)
def test_what_was_not_shown_yet_is_shown_first(
    pupil: str, asked: dict[str, str], alice_client: Client, request: pytest.FixtureRequest
) -> None:
    """Bewaren en afdrukken on a form that asks for something that no draft holds yet."""
    account: Account = request.getfixturevalue(pupil)
    before = snapshot(account)
    page = alice_client.post(page_of(account), asked | {"save": ""}, follow=True)
    assert NOT_YET in text(page)
    assert DONE not in text(page)
    assert snapshot(account) == before


def test_a_form_that_differs_from_its_draft_is_shown_first(
    charlie: Account, alice_client: Client
) -> None:
    before = snapshot(charlie)
    page = press(alice_client, opened(alice_client, charlie), "generate")
    first = drafted()
    page = press(alice_client, page, "save", username="charlie.nieuw")
    assert NOT_YET in text(page)
    assert "charlie.nieuw" in text(page)
    assert first not in html(page)
    assert snapshot(charlie) == before


@pytest.mark.parametrize("draft", ["no-uuid", "00000000-0000-0000-0000-000000000000", "<script>"])
def test_an_unknown_concept_saves_nothing(
    draft: str, charlie: Account, alice_client: Client
) -> None:
    before = snapshot(charlie)
    for answer in (
        alice_client.get(page_of(charlie), {"concept": draft}, follow=True),
        alice_client.post(page_of(charlie), {"concept": draft, "save": ""}, follow=True),
    ):
        assert GONE in messages_on(answer)
    assert (snapshot(charlie), Batch.objects.count()) == (before, 0)


def test_an_expired_concept_saves_nothing(
    charlie: Account, alice: object, alice_client: Client, clock: time_machine.Traveller
) -> None:
    before = snapshot(charlie)
    page = press(alice_client, opened(alice_client, charlie), "generate")
    for _ in range(3):
        clock.shift(timedelta(minutes=20))
        alice_client.get(desk("students"))
    page = press(alice_client, page, "save")
    assert GONE in messages_on(page)
    assert snapshot(charlie) == before


def test_a_concept_of_another_pupil_saves_nothing(
    charlie: Account, sam: Account, alice_client: Client
) -> None:
    page = press(alice_client, opened(alice_client, sam), "generate")
    before = snapshot(charlie, sam)
    of_sam = Form(page).fields["concept"]
    answer = alice_client.post(page_of(charlie), {"concept": of_sam, "save": ""}, follow=True)
    assert GONE in messages_on(answer)
    assert snapshot(charlie, sam) == before


def test_a_concept_of_another_school_saves_nothing(
    charlie: Account,
    gent: Institution,
    enrol: Enrol,
    alice_client: Client,
    bob_actor: Actor,
) -> None:
    """R11, for a pupil of both schools."""
    enrol(gent, student=charlie.student)
    edit = drafts.Edit(username=charlie.username, password_kind=PasswordKind.ADVANCED)
    draft = drafts.prepare_edit(by=bob_actor, student_id=charlie.student_id, edit=edit)
    before = snapshot(charlie)
    answer = alice_client.post(page_of(charlie), concept(draft), follow=True)
    assert GONE in messages_on(answer)
    assert snapshot(charlie) == before
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_bulk_draft_is_no_concept(
    charlie: Account, sam: Account, ready: Prepare, alice_client: Client
) -> None:
    """Otherwise the page of one pupil would save or drop the rows of all."""
    draft, before = ready(charlie, sam), snapshot(charlie, sam)
    for button in ("save", "cancel", "generate"):
        alice_client.post(page_of(charlie), concept(draft) | {button: ""})
    assert snapshot(charlie, sam) == before
    draft.refresh_from_db()
    assert draft.is_draft


def test_saving_twice_changes_nothing_twice_and_says_so(
    charlie: Account, alice_client: Client
) -> None:
    """R4: the answer to a double click must not say that nothing was saved."""
    page = press(alice_client, opened(alice_client, charlie), "generate")
    press(alice_client, page, "save")
    before = snapshot(charlie)
    again = press(alice_client, page, "save")
    assert snapshot(charlie) == before
    assert AccountEvent.objects.count() == 1
    assert "alle oude wachtwoorden werken nog" not in text(again)


def test_a_change_by_a_colleague_since_the_draft_is_named(
    charlie: Account, alice_client: Client, saved: Prepare
) -> None:
    """R3."""
    page = press(alice_client, opened(alice_client, charlie), "generate")
    saved(charlie)
    before = snapshot(charlie)
    page = press(alice_client, page, "save")
    assert "Er is niets gewijzigd. De aanmeldgegevens zijn intussen" in messages_on(page)
    assert "data-starts>" not in html(page)
    assert snapshot(charlie) == before


# Who has such a page ---------------------------------------------------------------------------


def test_a_deactivated_account_says_why_not(
    charlie: Account, alice_actor: Actor, alice_client: Client
) -> None:
    Account.objects.update(deactivated_at=timezone.now(), deactivated_by=alice_actor.manager)
    page = press(alice_client, opened(alice_client, charlie), "generate")
    assert "Er is niets gewijzigd. Dit LeerID is gedeactiveerd." in messages_on(page)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_left_or_has_no_account_has_no_such_page(
    method: str,
    brussel: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    newcomer: Enrolment,
    alice_client: Client,
) -> None:
    left = give_account(enrol(brussel, ends_on=date(2026, 11, 22)))
    for pupil in (left, newcomer):
        response = getattr(alice_client, method)(page_of(pupil), {"generate": ""})
        assert response.status_code == 404
    assert not Batch.objects.exists()


@pytest.mark.parametrize("tail", ["", "historiek/", "aanmeldgegevens/"])
def test_a_student_number_beyond_any_is_not_found(alice_client: Client, tail: str) -> None:
    assert alice_client.get(f"/999912/leerlingen/{10**40}/{tail}").status_code == 404
