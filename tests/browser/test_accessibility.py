"""Every page of the desk is accessible, on a desktop and on a phone; see `eyes`."""

from datetime import UTC, datetime

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from accounts.models import Account, PasswordKind
from credentials.actions import changes, drafts, hashing, retention, saves
from credentials.models import Batch
from schoolloket.core.clock import today
from schoolloket.demo.school import DATA
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager, Membership
from students.models import Enrolment
from tests.helpers import PASSWORD, Enrol, GiveAccount

from .desk import BEHEERDER, Desk
from .eyes import Eyes, once_for_all_databases
from .test_forgotten_password import (
    and_chooses_a_new_password,
    mailed_link,
    when_the_manager_asks_for_a_mail,
)

pytestmark = [pytest.mark.browser, once_for_all_databases]


def test_signing_in(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.page.goto("/")
    eyes.look("sign-in")
    desk.page.get_by_label("E-mailadres").fill(BEHEERDER)
    desk.page.get_by_label("Wachtwoord").fill("fout")
    desk.press("Aanmelden")
    expect(desk.page.locator(".errorlist")).to_be_visible()
    eyes.look("sign-in-wrong")
    desk.follow("Wachtwoord vergeten?")
    desk.sees_heading("Wachtwoord vergeten")
    eyes.look("forgotten")
    desk.page.get_by_label("E-mailadres").fill(BEHEERDER)
    desk.press("Stuur de mail")
    desk.sees_heading("Kijk in je mailbox")
    eyes.look("forgotten-sent")
    for _ in range(6):
        desk.page.goto("/aanmelden/")
        desk.type_password(BEHEERDER, "fout")
    desk.sees("Even geduld: te veel pogingen na elkaar.")
    eyes.look("sign-in-limited")


def test_a_forgotten_password(desk: Desk, eyes: Eyes, school: None) -> None:
    when_the_manager_asks_for_a_mail(desk)
    link = mailed_link()
    desk.page.goto(link)
    desk.sees_heading("Nieuw wachtwoord kiezen")
    eyes.look("reset")
    for field in desk.page.locator("input[type=password]").all():
        field.fill("kort")
    desk.press("Bewaar mijn wachtwoord")
    desk.sees("Kies een langer wachtwoord")
    eyes.look("reset-refused")
    and_chooses_a_new_password(desk, link)
    eyes.look("reset-done")
    desk.page.goto(link)
    desk.sees("Deze link is al gebruikt of te oud.")
    eyes.look("reset-dead-link")


def test_an_own_password(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in()
    desk.sees_heading("Instelling kiezen")
    eyes.look("choose")
    desk.follow("Mijn aanmelding")
    desk.sees_heading("Mijn aanmelding")
    eyes.look("my-sign-in")
    desk.follow("Wijzig mijn wachtwoord")
    desk.sees_heading("Mijn wachtwoord")
    eyes.look("password-change")
    desk.page.get_by_label("Huidig wachtwoord").fill("fout")
    for field in desk.page.get_by_label("Nieuw wachtwoord").all():
        field.fill("kort")
    desk.press("Wijzig mijn wachtwoord")
    desk.sees("Dit is niet je huidige wachtwoord.")
    eyes.look("password-change-refused")
    desk.page.goto("/aanmelden/afmelden/")
    eyes.look("sign-out")
    desk.follow("Mijn aanmelding")
    desk.follow("Wijzig mijn wachtwoord")
    desk.press("Meld overal af")
    desk.sees("Je bent overal afgemeld.")
    eyes.look("signed-out-everywhere")


def test_many_schools(desk: Desk, eyes: Eyes, alice: Manager) -> None:
    for number in range(9):
        another = Institution.objects.create(
            number=f"10000{number}", name=f"Basisschool {number}", municipality="NINOVE"
        )
        Membership.objects.create(manager=alice, institution=another)
    desk.sign_in(alice.email, PASSWORD)
    desk.page.get_by_label("Zoek op naam").fill("ninove 3")
    eyes.look("choose-many")
    desk.press("Zoek")
    eyes.look("choose-found")
    desk.page.goto("/?zoek=nergens")
    eyes.look("choose-none")


def test_the_list(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in_to_list()
    desk.page.get_by_label("Alle leerlingen op deze pagina").check()
    eyes.look("list")
    desk.press("Wis selectie")
    desk.search("zzzz")
    desk.lists(0)
    eyes.look("list-none-found")
    desk.open("leerlingen/?lijst=uitgeschreven")
    desk.sees_heading("Niemand vertrok")
    eyes.look("list-left-empty")
    desk.open("leerlingen/?klas=6A")
    eyes.look("list-class")


def test_a_class_of_24_fits_on_one_screen(
    desk: Desk, alice: Manager, brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    for number in range(24):
        give_account(enrol(brussel, f"Voornaam{number}", "Achternaam"))
    desk.sign_in(alice.email, PASSWORD)
    desk.page.get_by_label("Alle leerlingen op deze pagina").check()
    last = desk.page.get_by_role("row").nth(24).bounding_box()
    assert last
    assert last["y"] + last["height"] <= 900


def test_those_who_left_and_those_to_come(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in_to_list()
    desk.import_file(DATA / "discimus-999912-later.csv")
    desk.sees_heading("Voorbeeld van de import")
    desk.page.get_by_label("Ja, deze inschrijvingen mogen eindigen").or_(
        desk.page.get_by_role("button", name="Bevestigen en inlezen")
    ).first.wait_for()
    eyes.look("import-preview-changes")
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")
    desk.import_file(DATA / "discimus-999912-next-year.csv")
    desk.sees_heading("Voorbeeld van de import")
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")
    desk.open("leerlingen/")
    eyes.look("list-next-year")
    desk.open("leerlingen/?lijst=uitgeschreven")
    desk.sees_heading("Uitgeschreven leerlingen")
    eyes.look("list-left")
    desk.page.get_by_role("rowheader").get_by_role("link").first.click()
    desk.sees("is uitgeschreven sinds")
    eyes.look("student-left")


def test_one_pupil(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in_to_list()
    desk.find("47727")
    desk.follow("Boeren")
    eyes.look("student")
    desk.follow("Account historiek")
    eyes.look("student-history")
    desk.follow("Detail account historiek")
    eyes.look("student-detail-history")
    desk.follow("Leerlingen")
    desk.find("93504")
    desk.follow("Bogaert")
    eyes.look("student-without")
    desk.follow("Account historiek")
    eyes.look("student-without-history")


def test_the_single_edit(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in_to_list()
    desk.find("47727")
    desk.follow("Pas aan: aanmeldgegevens van Butrint Boeren")
    eyes.look("edit-linked")
    desk.press("genereer nieuw wachtwoord")
    desk.sees("Dit LeerID houdt zijn gekoppelde e-mailadres.")
    eyes.look("edit-linked-draft")
    desk.choose("Verwijder dit e-mailadres")
    desk.sees("Bij het aanpassen van een gebruikersnaam")
    eyes.look("edit-removes-email")
    desk.press("Annuleer")
    desk.follow("Leerlingen")
    desk.find("60351")
    desk.follow("Pas aan: aanmeldgegevens van Abdulghani Bogdan")
    eyes.look("edit-basic")
    desk.choose("afbeeldingswachtwoord")
    desk.read_new_password()
    eyes.look("edit-pictures")
    desk.follow("pas gebruikersnaam aan")
    desk.page.get_by_label("Gebruikersnaam").fill("Süheda C")
    desk.press("Bewaren en afdrukken")
    desk.sees("Gebruik 3 tot 64 tekens")
    eyes.look("edit-error")
    desk.press("Annuleer")
    desk.follow("Pas aanmeldgegevens aan")
    desk.press("genereer nieuw wachtwoord")
    desk.read_new_password()
    desk.save_and_print()
    desk.sees("Het LeerID is succesvol aangepast.")
    eyes.look("student-saved")


def test_the_preview_and_its_result(desk: Desk, eyes: Eyes, school: None) -> None:
    """With every section: renewed passwords of all three kinds, to create, linked, impossible."""
    manager = Manager.objects.get(email=BEHEERDER)
    Account.objects.filter(username="amani.bockstal").update(
        deactivated_at=datetime(2026, 11, 2, tzinfo=UTC), deactivated_by=manager
    )
    Account.objects.filter(username="ardalan.bhatti").update(must_change_password=False)
    desk.sign_in_to_list()
    desk.open("afdrukken/")
    eyes.look("batches-empty")
    desk.follow("Leerlingen")
    desk.filter("Klas", "1A")
    number = Enrolment.objects.filter(institution__number=desk.number, class_code="1A").count()
    desk.press(f"Selecteer alle {number}")
    desk.counts(number)
    for number in ("47727", "80240", "32890", "60351", "93504"):
        desk.open("leerlingen/")
        desk.find(number)
        desk.page.locator("input[name=student]").check()
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    eyes.look("preview")
    username = desk.page.get_by_label("Gebruikersnaam van Pieter-Alexander Bogaert")
    username.fill("Pieter B")
    desk.press("Bewaren en afdrukken")
    desk.sees("Er is niets bewaard.")
    eyes.look("preview-wrong-username")
    username.fill("")
    desk.press("Bewaren en afdrukken")
    desk.sees("Er is nog niets bewaard: wat je koos, staat nu in de rijen.")
    desk.page.get_by_role("checkbox", name="Pieter-Alexander Bogaert").check()
    Account.objects.filter(username="ardalan.bhatti").update(credentials_version=9)
    desk.save_and_print()
    desk.sees_heading("Overgeslagen")
    eyes.look("result")
    desk.follow("Afdrukken")
    desk.sees("Gedownload")
    Batch.objects.update(first_downloaded_at=None)
    desk.open("afdrukken/")
    desk.sees("Nog niet gedownload")
    eyes.look("prints")
    desk.page.get_by_role("link", name="Vernietig nu").first.click()
    desk.sees("Deze reeks werd nooit gedownload.")
    eyes.look("destroy")
    desk.press("Vernietig nu")
    desk.sees("De aanmeldgegevens van deze reeks zijn hier vernietigd.")
    eyes.look("result-destroyed")
    desk.follow("Afdrukken")
    desk.sees("Nooit gedownload, vernietigd")
    eyes.look("batches-destroyed")


def test_the_page_of_a_batch_and_the_card(desk: Desk, eyes: Eyes, school: None) -> None:
    """A batch of several classes with each fate of a password, and the card of each kind."""
    manager = Manager.objects.get(email=BEHEERDER)
    by = Actor(institution=Institution.objects.get(number=desk.number), manager=manager)
    batch = renewed(by, "1A", "5STW", "6A", "6EM")
    retention.note_download(by=by, batch_id=batch.pk)
    first, second, third, *_ = Account.objects.filter(pk__in=batch.items.done().values("account"))
    Account.objects.filter(pk=first.pk).update(last_sign_in_at=timezone.now())
    Account.objects.filter(pk=second.pk).new_version(
        deactivated_at=timezone.now(), deactivated_by=manager
    )
    Enrolment.objects.filter(student=third.student_id).update(class_code="6Z")
    renewed(by, "5STW")
    desk.sign_in_to_list()
    desk.open(f"afdrukken/{batch.pk}/")
    eyes.look("batch")
    for kind in PasswordKind:
        item = batch.items.valid().filter(password_kind=kind).first()
        assert item
        desk.open(f"afdrukken/{batch.pk}/kaart/{item.student_id}/")
        eyes.look(f"card-covered-{kind}")
        desk.press("Toon de kaart")
        desk.page.locator("[data-card]").wait_for()
        eyes.look(f"card-{kind}")
    Batch.objects.filter(pk=batch.pk).update(expires_at=timezone.now())
    desk.page.goto(desk.page.url)
    desk.sees("De kaart kan niet meer worden getoond")
    eyes.look("card-over")


def renewed(by: Actor, *classes: str) -> Batch:
    """New passwords for these classes, with pictures for the pupils of the first."""
    here = Enrolment.objects.of(by.institution).running_or_ahead(today())
    ids = list(here.filter(class_code__in=classes).values_list("student", flat=True))
    batch = drafts.prepare(by=by, student_ids=ids, purpose=Batch.Purpose.RENEW)
    for item in batch.items.with_password().filter(class_code=classes[0], creates=False)[:2]:
        if item.password_kind == PasswordKind.WORD:
            changes.reroll(by=by, batch_id=batch.pk, item_id=item.pk, kind=PasswordKind.PICTURES)
    hashing.hash_all(batch)
    return saves.save(by=by, batch_id=batch.pk)


def test_the_life_of_an_account(desk: Desk, eyes: Eyes, school: None) -> None:
    """Status and type, for one pupil and for a selection, each with a pupil who is skipped."""
    desk.sign_in_to_list()
    desk.filter("Selectie", "Zonder LeerID")
    desk.lists(12)
    desk.page.get_by_label("Alle leerlingen op deze pagina").check()
    for number in ("47727", "80240", "60351"):
        desk.open("leerlingen/")
        desk.find(number)
        desk.page.locator("input[name=student]").check()
    desk.open("leerlingen/?klas=1A")
    desk.page.locator("summary", has_text="Andere acties").click()
    eyes.look("list-menu")
    desk.press("Deactiveren")
    desk.sees_heading("LeerID's deactiveren")
    eyes.look("deactivate")
    desk.press("Deactiveren")
    desk.sees("3 LeerID's zijn gedeactiveerd.")
    eyes.look("list-deactivated")
    desk.open("leerlingen/")
    desk.find("60351")
    desk.follow("Bogdan")
    eyes.look("student-deactivated")
    desk.press("Activeren")
    eyes.look("activate")
    desk.press("Activeren")
    desk.sees("1 LeerID is geactiveerd.")
    desk.follow("Leerlingen")
    desk.find("70246")
    desk.page.locator("input[name=student]").check()
    for number in ("47727", "80240", "60351"):
        desk.open("leerlingen/")
        desk.find(number)
        desk.page.locator("input[name=student]").check()
    desk.page.locator("summary", has_text="Andere acties").click()
    desk.press("Type wijzigen naar Basis")
    desk.is_prepared()
    eyes.look("convert")


def test_august(desk: Desk, eyes: Eyes, school: None) -> None:
    with time_machine.travel(datetime(2027, 8, 10, 9, 0, tzinfo=UTC), tick=True):
        desk.sign_in_to_list()
        desk.sees("LeerID's worden inactief na 31 augustus")
        eyes.look("list-august-without-list")
        desk.import_file(DATA / "discimus-999912-next-year.csv")
        desk.sees_heading("Voorbeeld van de import")
        desk.press("Bevestigen en inlezen")
        desk.sees("Het bestand is ingelezen")
        desk.follow("Leerlingen")
        desk.sees_heading("Schooljaar 2027-2028")
        eyes.look("list-august")
        desk.follow("2026-2027")
        eyes.look("list-of-the-other-year")


def test_the_selected_ones(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in_to_list()
    desk.tick("Ardalan Bhatti")
    desk.filter("Klas", "6A")
    desk.sees("1 geselecteerd, waarvan 1 niet in deze lijst")
    eyes.look("list-with-hidden-selection")
    desk.press("toon ze")
    desk.sees_heading("Geselecteerde leerlingen")
    eyes.look("selected")


def test_pages_for_what_went_wrong(desk: Desk, eyes: Eyes, school: None) -> None:
    desk.sign_in_to_list()
    desk.open("leerlingen/999999/")
    desk.sees_heading("Deze pagina bestaat niet")
    desk.forgive("404")
    eyes.look("404")
    desk.open("leerlingen/")
    desk.page.context.clear_cookies()
    desk.press("Afmelden")
    desk.sees_heading("Dit formulier was te oud")
    desk.forgive("403")
    eyes.look("csrf")


def test_a_key_that_does_not_fit(
    desk: Desk, eyes: Eyes, alice: Manager, charlie: Account, settings: Settings
) -> None:
    desk.sign_in(alice.email, PASSWORD)
    desk.tick("Peeters")
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]
    desk.press("Vernieuw wachtwoord")
    desk.sees_heading("Bulk")
    desk.is_prepared()
    settings.VAULT_KEYS = [Fernet.generate_key().decode()]
    desk.page.reload()
    desk.sees_heading("Deze gegevens kunnen nu niet worden geopend")
    desk.forgive("503")
    eyes.look("vault-locked")
