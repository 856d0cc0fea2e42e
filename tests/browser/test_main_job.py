"""The main job, as in chapter 3 of the manual: new passwords for a selection."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from playwright.sync_api import expect

from accounts.models import Account

from .desk import Desk, Shown
from .printed import CLASS_LIST, SHEETS, STICKERS, WORKBOOK, Printed, has_row

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

ARDALAN = "Ardalan Bhatti (32890)"
AMANI = "Amani Bockstal (80240)"
BUTRINT = "Butrint Boeren (47727)"


def test_renew_the_passwords_of_a_selection(desk: Desk) -> None:
    before = given_the_passwords_of_everybody()
    given_a_manager_at_the_list(desk)
    when_three_pupils_are_selected(desk)
    when_their_passwords_are_renewed(desk)
    then_two_get_a_new_password_and_one_keeps_the_old(desk)
    shown = desk.read_preview()
    then_nothing_has_changed_yet(before)
    zip_file = when_it_is_saved(desk)
    then_the_result_page_shows_it(desk)
    then_paper_and_excel_say_what_the_preview_said(zip_file, shown)
    then_exactly_these_passwords_are_valid(before, shown)
    then_the_history_shows_it(desk)
    then_the_page_of_batches_lists_it(desk)


def given_the_passwords_of_everybody() -> dict[str, str]:
    return dict(Account.objects.values_list("username", "password"))


def given_a_manager_at_the_list(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.lists(200)


def when_three_pupils_are_selected(desk: Desk) -> None:
    desk.filter("Type", "Gevorderd")
    desk.search("bhatti ardalan")
    desk.lists(1)
    desk.tick(ARDALAN)
    desk.search("BOCKSTAL amani")
    desk.lists(1)
    desk.tick(AMANI)
    desk.find("47727")
    desk.tick(BUTRINT)
    desk.counts(3)


def when_their_passwords_are_renewed(desk: Desk) -> None:
    desk.press("Vernieuw wachtwoord")
    desk.sees_heading("Bulk: genereer nieuw wachtwoord")


def then_two_get_a_new_password_and_one_keeps_the_old(desk: Desk) -> None:
    renewed = desk.section("Leerlingen zonder e-mailadres")
    expect(renewed).to_contain_text("Totaal aantal rijen: 2")
    expect(renewed.locator("th[scope=row]")).to_have_text([AMANI, ARDALAN])
    expect(renewed.get_by_text("nieuw gevorderd wachtwoord")).to_have_count(2)
    linked = desk.section("LeerID's met gekoppeld e-mailadres")
    expect(linked).to_contain_text("Totaal aantal rijen: 1")
    expect(linked.locator("th[scope=row]")).to_have_text([BUTRINT])
    expect(linked).to_contain_text("t*****s@ond.vlaanderen.be")
    expect(linked).to_contain_text(
        "Je kan geen nieuw wachtwoord genereren voor LeerID's met een gekoppeld e-mailadres"
    )
    desk.sees("2 oude wachtwoorden werken niet meer")


def then_nothing_has_changed_yet(before: dict[str, str]) -> None:
    assert given_the_passwords_of_everybody() == before


def when_it_is_saved(desk: Desk) -> Path:
    desk.is_prepared()
    return desk.save_and_print()


def then_the_result_page_shows_it(desk: Desk) -> None:
    desk.sees_heading("2 leerlingen hebben nieuwe aanmeldgegevens")
    desk.sees("verwijder het zodra alles is afgedrukt")
    desk.does_not_see("Nog niet gedownload:")


def then_paper_and_excel_say_what_the_preview_said(zip_file: Path, shown: list[Shown]) -> None:
    assert zip_file.name == "leerid-999912-20261123-1000.zip"
    printed = Printed.of(zip_file)
    assert list(printed.files) == [*SHEETS, CLASS_LIST, WORKBOOK]
    for page, row in zip(printed.pages(SHEETS[0]), shown, strict=True):
        assert has_row(page, row)
        assert f"http://localhost:8000/mijn/{row.username}" in page
        assert "Tijdelijkwachtwoord:" in page
    for sheet in STICKERS:
        # Each class begins a sheet.
        labels = "".join(printed.pages(sheet))
        assert all(has_row(labels, row) for row in shown)
    assert [
        (row["Stamnummer"], row["LeerID Gebruikersnaam"], row["LeerID Wachtwoord"])
        for row in printed.workbook()
    ] == [(int(row.stamnummer), row.username, row.password) for row in shown]


def then_exactly_these_passwords_are_valid(before: dict[str, str], shown: list[Shown]) -> None:
    now = given_the_passwords_of_everybody()
    assert {name for name in now if now[name] != before[name]} == {row.username for row in shown}
    assert all(check_password(row.password, now[row.username]) for row in shown)
    assert all(Account.objects.get(username=row.username).must_change_password for row in shown)


def then_the_history_shows_it(desk: Desk) -> None:
    desk.follow("Leerlingen")
    desk.counts(0)
    desk.find("32890")
    desk.follow("Bhatti")
    desk.follow("Account historiek")
    newest = desk.page.get_by_role("row").nth(1)
    expect(newest).to_contain_text("23 november 2026 10:00")
    expect(newest).to_contain_text("Wachtwoord vernieuwd")
    expect(newest).to_contain_text("Demo Beheerder")
    expect(newest).to_contain_text("BRUSSEL-STAD - TEST School 2 (2) (127.0.0.1)")
    desk.follow("Detail account historiek")
    newest = desk.page.get_by_role("row").nth(1)
    expect(newest).to_contain_text("Wachtwoord vernieuwd (wordt nooit getoond)")


def then_the_page_of_batches_lists_it(desk: Desk) -> None:
    desk.follow("Afdrukken")
    newest = desk.page.get_by_role("row").nth(1)
    expect(newest).to_contain_text("Wachtwoorden vernieuwd")
    expect(newest.get_by_role("cell", name="2", exact=True)).to_be_visible()
    expect(newest).to_contain_text("Gedownload")
    expect(newest).to_contain_text("Opnieuw downloaden kan tot 11:0")


def test_a_saved_batch_that_nobody_downloaded_is_announced_on_every_page(desk: Desk) -> None:
    given_a_manager_at_the_list(desk)
    when_three_pupils_are_selected(desk)
    when_their_passwords_are_renewed(desk)
    desk.read_preview()
    when_it_is_saved_and_the_download_does_not_start(desk)
    then_every_page_says_so_until_it_is_downloaded(desk)


def when_it_is_saved_and_the_download_does_not_start(desk: Desk) -> None:
    desk.page.route(
        "**/js/download.js", lambda route: route.fulfill(content_type="text/javascript", body="")
    )
    desk.press("Bewaren en afdrukken")
    desk.sees_heading("2 leerlingen hebben nieuwe aanmeldgegevens")


def then_every_page_says_so_until_it_is_downloaded(desk: Desk) -> None:
    for link in ("Leerlingen", "Import", "Afdrukken"):
        desk.follow(link)
        desk.sees("Nog niet gedownload:")
    desk.follow("Naar de download")
    assert len(Printed.of(desk.download("Download alles (ZIP)")).files) == 6
    desk.follow("Leerlingen")
    desk.lists(200)
    desk.does_not_see("Nog niet gedownload:")
