"""The life of a LeerID at the desk: deactivated, activated, converted; ready-made selections."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from openpyxl import load_workbook
from playwright.sync_api import expect

from accounts.models import Account
from students.models import Enrolment

from .desk import Desk
from .printed import SHEETS, Printed, has_row
from .pupil import TABLET, NewPupil

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

ABDULGHANI, ARDALAN, BUTRINT, PIETER = "60351", "32890", "47727", "93504"
REFUSED = "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar."
MENU = "Andere acties"


def account(stamnummer: str) -> Account:
    enrolments = Enrolment.objects.filter(institution__number="999912", stamnummer=stamnummer)
    return Account.objects.get(student__enrolments__in=enrolments)


def choose(desk: Desk, *stamnummers: str) -> None:
    """Tick these pupils of the list, one after another."""
    for stamnummer in stamnummers:
        desk.open("leerlingen/")
        desk.find(stamnummer)
        desk.page.locator("input[name=student]").check()
    desk.counts(len(stamnummers))


def open_menu(desk: Desk) -> None:
    desk.page.locator("summary", has_text=MENU).click()


# Deactivate, activate --------------------------------------------------------------------------


def test_deactivated_a_pupil_is_out_and_activated_back_in(desk: Desk, new_pupil: NewPupil) -> None:
    pupil, abdulghani = new_pupil(TABLET), account(ABDULGHANI)
    Account.objects.filter(pk=abdulghani.pk).update(password=make_password("29ban9"))
    pupil.open(f"/mijn/{abdulghani.username}")
    pupil.sign_in("29ban9")
    pupil.is_signed_in("Abdulghani")

    desk.sign_in_to_list()
    desk.find(ABDULGHANI)
    desk.follow("Bogdan")
    desk.press("Deactiveren")
    desk.sees_heading("LeerID's deactiveren")
    desk.sees("Abdulghani Bogdan (60351)")
    pupil.open("/mijn/start/")
    pupil.is_signed_in("Abdulghani")  # nothing has changed yet
    desk.press("Deactiveren")
    desk.sees("1 LeerID is gedeactiveerd.")
    expect(desk.section("Basis LeerID")).to_contain_text("Met de hand gedeactiveerd")

    pupil.open("/mijn/start/")
    pupil.is_at("/mijn/")
    pupil.open(f"/mijn/{abdulghani.username}")
    pupil.sign_in("29ban9")
    pupil.sees(REFUSED)

    desk.press("Activeren")
    desk.sees("wachtwoord van voor de deactivering")
    desk.press("Activeren")
    desk.sees("1 LeerID is geactiveerd.")
    pupil.open(f"/mijn/{abdulghani.username}")
    pupil.sign_in("29ban9")
    pupil.is_signed_in("Abdulghani")

    desk.follow("Account historiek")
    desk.sees("LeerID geactiveerd")
    desk.sees("LeerID gedeactiveerd")


def test_for_a_selection_the_page_says_who_is_skipped(desk: Desk) -> None:
    desk.sign_in_to_list()
    choose(desk, ABDULGHANI, ARDALAN, PIETER)
    open_menu(desk)
    desk.press("Deactiveren")
    expect(desk.section("Te deactiveren")).to_contain_text("Ardalan Bhatti (32890)")
    skipped = desk.section("Overgeslagen")
    expect(skipped).to_contain_text("Pieter-Alexander Bogaert (93504)")
    expect(skipped).to_contain_text("Deze leerling heeft nog geen LeerID.")
    desk.follow("Annuleren")
    desk.counts(3)
    assert not Account.objects.exclude(deactivated_at=None).exists()

    open_menu(desk)
    desk.press("Deactiveren")
    desk.press("Deactiveren")
    desk.sees("2 LeerID's zijn gedeactiveerd.")
    desk.counts(0)
    desk.open("leerlingen/?status=inactief")
    desk.lists(2)


def test_the_menu_by_keyboard(desk: Desk) -> None:
    desk.sign_in_to_list()
    choose(desk, ABDULGHANI)
    summary, keyboard = desk.page.locator("summary", has_text=MENU), desk.page.keyboard
    button = desk.page.get_by_role("button", name="Activeren", exact=True)
    summary.focus()
    keyboard.press("Enter")
    expect(button).to_be_visible()
    keyboard.press("Tab")
    expect(button).to_be_focused()
    keyboard.press("Escape")
    expect(button).to_be_hidden()
    expect(summary).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    desk.sees_heading("LeerID's deactiveren")
    desk.page.get_by_role("button", name="Deactiveren").focus()
    keyboard.press("Enter")
    desk.sees("1 LeerID is gedeactiveerd.")


# Type wijzigen ---------------------------------------------------------------------------------


def test_a_selection_becomes_advanced_and_is_printed(desk: Desk, new_pupil: NewPupil) -> None:
    desk.sign_in_to_list()
    choose(desk, ABDULGHANI, ARDALAN, BUTRINT, PIETER)
    open_menu(desk)
    desk.press("Type wijzigen naar Gevorderd")
    desk.sees_heading("Type wijzigen naar Gevorderd LeerID")
    expect(desk.section("Niet mogelijk")).to_contain_text("Dit LeerID is al van dit type.")
    expect(desk.section("Niet mogelijk")).to_contain_text("Deze leerling heeft nog geen LeerID.")
    [shown] = desk.read_preview()
    assert shown.name == "Abdulghani Bogdan"
    assert account(ABDULGHANI).kind == "basis"
    desk.is_prepared()
    printed = Printed.of(desk.save_and_print())
    desk.sees("1 leerling heeft nieuwe aanmeldgegevens")
    for name in SHEETS:
        assert any(has_row(page, shown) for page in printed.pages(name))
    [row] = printed.workbook()
    assert (row["Type"], row["LeerID Wachtwoord"]) == ("Gevorderd", shown.password)

    pupil = new_pupil(TABLET)
    pupil.open(f"/mijn/{shown.username}")
    pupil.sign_in(shown.password)
    pupil.choose("veertig gele fietsen")
    pupil.sees("Abdulghani")


def test_one_pupil_becomes_basic_from_the_detail_page(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.find(ARDALAN)
    desk.follow("Bhatti")
    desk.press("Type wijzigen naar Basis")
    desk.sees("Een basis LeerID krijgt een wachtwoord dat blijft")
    desk.choose_kind("Ardalan Bhatti", "Afbeeldingswachtwoord")
    desk.sees("nieuw afbeeldingswachtwoord")
    [shown] = desk.read_preview()
    desk.is_prepared()
    desk.save_and_print()
    assert account(ARDALAN).password_kind == "afbeeldingen"
    desk.open(f"leerlingen/{account(ARDALAN).student_id}/")
    desk.sees_heading("Basis LeerID")
    assert shown.kind


# Selections, August, and the file for a request ------------------------------------------------


def test_ready_made_selections_filter_the_list(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.filter("Selectie", "Zonder LeerID")
    desk.lists(12)
    desk.filter("Selectie", "Hier nog nooit afgedrukt")
    desk.lists(188)  # the demo's batch was never downloaded
    desk.page.get_by_label("Status").select_option("Inactief")
    desk.lists(0)


def test_in_august_the_list_says_what_will_end(desk: Desk) -> None:
    august = datetime(2027, 8, 10, 9, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    with time_machine.travel(august, tick=True):
        desk.sign_in_to_list()
        desk.sees("De lijst van 2027-2028 is nog niet ingelezen.")
        desk.sees("188 LeerID's worden inactief na 31 augustus")
        desk.follow("Lees de lijst in")
        desk.sees_heading("Import")


def test_all_data_of_one_pupil_in_a_file(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.find(ABDULGHANI)
    desk.follow("Bogdan")
    desk.follow("Account historiek")
    file: Path = desk.download("Exporteer alle gegevens")
    assert file.suffix == ".xlsx"
    values = [row[2] for row in load_workbook(file).active.iter_rows(values_only=True)]
    assert account(ABDULGHANI).username in values
    desk.page.reload()
    desk.sees("Gegevens opgevraagd")
