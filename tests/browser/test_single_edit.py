"""One pupil who cannot sign in: a new password on paper in three clicks (manual, chapter 2)."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from playwright.sync_api import expect

from accounts.models import Account, PasswordKind

from .desk import Desk, Shown
from .printed import A4, SHEETS, STICKERS, Printed, has_row, pages, pictures

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

NAME, USERNAME = "Abdulghani Bogdan", "abdulghani.bogdan"


def test_a_basic_account_to_pictures_and_back(desk: Desk) -> None:
    given_a_manager_who_found_the_pupil(desk)
    zip_file, shown = when_the_pupil_gets_pictures_in_three_clicks(desk)
    then_the_detail_page_says_so(desk, "Afbeeldingswachtwoord")
    then_the_paper_shows_these_pictures(zip_file, shown)
    then_each_document_can_be_had_alone(desk, shown)
    then_it_is_the_password(shown, PasswordKind.PICTURES)
    zip_file, shown = when_the_pupil_gets_a_word_again(desk)
    then_the_detail_page_says_so(desk, "Basis wachtwoord")
    then_the_paper_shows_this_word(zip_file, shown)
    then_it_is_the_password(shown, PasswordKind.WORD)
    then_only_the_last_password_is_still_to_print(desk)


def given_a_manager_who_found_the_pupil(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.find("60351")


def when_the_pupil_gets_pictures_in_three_clicks(desk: Desk) -> tuple[Path, Shown]:
    desk.follow(f"Pas aan: aanmeldgegevens van {NAME}")
    desk.sees("Dit LeerID heeft een basiswachtwoord")
    desk.choose("afbeeldingswachtwoord")
    shown = read(desk)
    assert len(set(shown.password.split(" - "))) == 4
    return desk.save_and_print(), shown


def when_the_pupil_gets_a_word_again(desk: Desk) -> tuple[Path, Shown]:
    desk.follow("Pas aanmeldgegevens aan")
    desk.sees("Dit LeerID heeft een afbeeldingswachtwoord")
    desk.choose("basiswachtwoord")
    shown = read(desk)
    assert shown.password.isalnum()
    return desk.save_and_print(), shown


def read(desk: Desk) -> Shown:
    """What the page of the single edit shows for the pupil."""
    password = desk.read_new_password()
    desk.sees("Er is nog niets gewijzigd")
    return Shown(f"{NAME} (60351)", USERNAME, password, kind="", ticked=True)


def then_the_detail_page_says_so(desk: Desk, kind: str) -> None:
    desk.sees("Het LeerID is succesvol aangepast.")
    account = desk.section("Basis LeerID")
    expect(account).to_contain_text(kind)
    expect(account).to_contain_text(USERNAME)


def then_the_paper_shows_these_pictures(zip_file: Path, shown: Shown) -> None:
    printed = Printed.of(zip_file)
    assert list(printed.files) == SHEETS
    for name in (A4, *STICKERS[:2]):
        [page] = printed.pages(name)
        assert has_row(page, shown)
    for name in SHEETS:
        assert pictures(printed.files[name]) == shown.password.split(" - ")


def then_each_document_can_be_had_alone(desk: Desk, shown: Shown) -> None:
    buttons = ["A4-bladen", "Stickers L7160", "Stickers L7163", "Stickers L7651"]
    for button, name in zip(buttons, SHEETS, strict=True):
        file = desk.download(button)
        assert file.name == name
        assert shown.username in pages(file.read_bytes())[0]
    expect(desk.page.get_by_role("button", name="Excel")).to_have_count(0)


def then_the_paper_shows_this_word(zip_file: Path, shown: Shown) -> None:
    printed = Printed.of(zip_file)
    assert list(printed.files) == SHEETS
    for name in SHEETS:
        [page] = printed.pages(name)
        assert has_row(page, shown)


def then_it_is_the_password(shown: Shown, kind: PasswordKind) -> None:
    account = Account.objects.get(username=USERNAME)
    assert account.password_kind == kind
    assert check_password(shown.password.replace(" - ", "-"), account.password)


def then_only_the_last_password_is_still_to_print(desk: Desk) -> None:
    expect(desk.page.get_by_text("Af te drukken:")).to_have_count(1)


def test_leaving_the_page_changes_nothing(desk: Desk) -> None:
    before = Account.objects.get(username=USERNAME)
    given_a_manager_who_found_the_pupil(desk)
    desk.follow(f"Pas aan: aanmeldgegevens van {NAME}")
    desk.press("genereer nieuw wachtwoord")
    desk.read_new_password()
    desk.press("Annuleer")
    desk.sees_heading(NAME)
    desk.does_not_see("Af te drukken:")
    assert Account.objects.get(username=USERNAME).password == before.password


def test_a_new_username_brings_a_new_password(desk: Desk) -> None:
    given_a_manager_who_found_the_pupil(desk)
    desk.follow(f"Pas aan: aanmeldgegevens van {NAME}")
    desk.follow("pas gebruikersnaam aan")
    desk.page.get_by_label("Gebruikersnaam").fill("amani.bockstal")
    desk.press("Bewaren en afdrukken")
    desk.sees("Deze gebruikersnaam is al in gebruik. Wel vrij: amani.bockstal1")
    desk.page.get_by_label("Gebruikersnaam").fill("abdul.bogdan")
    desk.press("Bewaren en afdrukken")
    desk.read_new_password()
    desk.sees("Bij het aanpassen van een gebruikersnaam")
    zip_file = desk.save_and_print()
    assert "Gebruikersnaam:abdul.bogdan" in Printed.of(zip_file).pages(A4)[0]
    desk.sees("Het LeerID is succesvol aangepast.")
    desk.follow("Detail account historiek")
    changed = desk.page.get_by_role("row", name="Gebruikersnaam").first
    expect(changed).to_contain_text("abdulghani.bogdan")
    expect(changed).to_contain_text("abdul.bogdan")


def test_the_focus_stays_at_the_field_that_showed_the_password(desk: Desk) -> None:
    given_a_manager_who_found_the_pupil(desk)
    desk.follow(f"Pas aan: aanmeldgegevens van {NAME}")
    desk.sees("Klas 6A · Stamnummer 60351")
    desk.choose("afbeeldingswachtwoord")
    desk.read_new_password()
    expect(desk.page.get_by_label("afbeeldingswachtwoord")).to_be_focused()
    desk.press("genereer nieuw wachtwoord")
    desk.read_new_password()
    expect(desk.page.get_by_role("button", name="genereer nieuw wachtwoord")).to_be_focused()
