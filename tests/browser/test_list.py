"""The list: a selection that lasts, by mouse, by keyboard and without JavaScript."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import check_password
from playwright.sync_api import BrowserContext, Locator, expect

from accounts.models import Account, PasswordKind

from .desk import Desk
from .leaks import Leaks
from .printed import A4, Printed, has_row

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

ABDULGHANI = "Abdulghani Bogdan (60351)"


def first_pupils(desk: Desk) -> list[str]:
    """The first ten pupils on the page."""
    boxes = desk.page.locator("input[name=student]")
    return [str(box.get_attribute("aria-label")) for box in boxes.all()[:10]]


def test_a_selection_survives_paging_sorting_filtering_and_reloading(desk: Desk) -> None:
    desk.sign_in_to_list()
    first, second = first_pupils(desk)[:2]
    desk.tick(first)
    when_another_is_ticked_on_the_next_page(desk)
    desk.counts(2)
    when_the_list_is_sorted_by_number(desk)
    desk.counts(2)
    when_the_list_is_filtered_and_a_third_is_ticked(desk)
    desk.counts(3)
    desk.page.reload()
    desk.counts(3)
    desk.search("")
    desk.filter("Klas", "")
    desk.lists(200)
    desk.counts(3)
    desk.follow("Naam")
    expect(desk.box(first)).to_be_checked()
    expect(desk.box(second)).not_to_be_checked()
    then_going_back_keeps_it_too(desk)


def when_another_is_ticked_on_the_next_page(desk: Desk) -> None:
    desk.follow("Pagina 2")
    expect(desk.page.get_by_text("Rijen 51 tot 100 van 200")).to_be_visible()
    desk.tick(first_pupils(desk)[0])


def when_the_list_is_sorted_by_number(desk: Desk) -> None:
    desk.follow("Stamnummer")
    heading = desk.page.get_by_role("columnheader", name="Stamnummer")
    expect(heading).to_have_attribute("aria-sort", "ascending")


def when_the_list_is_filtered_and_a_third_is_ticked(desk: Desk) -> None:
    desk.filter("Klas", "6A")
    desk.find("60351")
    desk.tick(ABDULGHANI)


def then_going_back_keeps_it_too(desk: Desk) -> None:
    desk.follow("Afdrukken")
    desk.sees_heading("Afdrukken")
    desk.page.go_back()
    desk.counts(3)


def test_shift_selects_a_range_and_one_click_all_or_none(desk: Desk) -> None:
    desk.sign_in_to_list()
    pupils = first_pupils(desk)
    desk.box(pupils[1]).click()
    desk.box(pupils[6]).click(modifiers=["Shift"])
    desk.counts(6)
    desk.box(pupils[4]).click()
    desk.box(pupils[6]).click(modifiers=["Shift"])
    desk.counts(3)
    desk.page.get_by_label("Alle leerlingen op deze pagina").check()
    desk.counts(50)
    desk.filter("Status", "Geen account")
    desk.lists(12)
    desk.press("Wis selectie")
    desk.counts(0)
    desk.press("Selecteer alle 12")
    desk.counts(12)
    desk.press("LeerID aanmaken")
    expect(desk.section("Leerlingen zonder LeerID")).to_contain_text("Totaal aantal rijen: 12")
    desk.read_preview()
    desk.press("Annuleren")
    desk.sees("Geannuleerd: er is niets gewijzigd, alle oude wachtwoorden werken nog.")
    desk.counts(12)


def test_nothing_is_selected(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.press("Vernieuw wachtwoord")
    desk.sees("Selecteer eerst minstens één leerling.")
    desk.counts(0)


def test_from_list_to_preview_by_keyboard_alone(desk: Desk) -> None:
    desk.sign_in_to_list()
    when_the_tab_key_reaches(desk, desk.page.get_by_role("searchbox"))
    desk.page.keyboard.type("60351")
    desk.lists(1)
    when_the_tab_key_reaches(desk, desk.box(ABDULGHANI))
    desk.page.keyboard.press("Space")
    desk.counts(1)
    when_the_tab_key_reaches(desk, desk.page.get_by_role("button", name="Vernieuw wachtwoord"))
    desk.page.keyboard.press("Enter")
    desk.sees_heading("Bulk: genereer nieuw wachtwoord")
    [before] = desk.read_preview()
    when_the_tab_key_reaches(desk, desk.page.get_by_role("button", name="Ander wachtwoord"))
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".secret")).not_to_have_text(before.password)
    [after] = desk.read_preview()
    desk.is_prepared()
    # The bar stands before the rows.
    when_the_tab_key_reaches(
        desk, desk.page.get_by_role("button", name="Bewaren en afdrukken"), key="Shift+Tab"
    )
    desk.page.keyboard.press("Enter")
    desk.sees_heading("Abdulghani Bogdan")
    with desk.page.expect_download():
        desk.page.keyboard.press("Enter")
    assert check_password(after.password, Account.objects.get(username=after.username).password)


def when_the_tab_key_reaches(desk: Desk, target: Locator, *, key: str = "Tab") -> None:
    for _ in range(40):
        desk.page.keyboard.press(key)
        if target.evaluate("found => found === document.activeElement"):
            return
    raise AssertionError(f"the Tab key does not reach {target}")


def test_rows_are_rerolled_switched_and_left_out_in_the_preview(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.find("60351")
    desk.tick(ABDULGHANI)
    desk.find("80240")
    desk.tick("Amani Bockstal (80240)")
    desk.press("Vernieuw wachtwoord")
    amani, abdulghani = desk.read_preview()
    desk.choose_kind("Abdulghani Bogdan", "Afbeeldingswachtwoord")
    expect(desk.page.locator(".pictures li")).to_have_count(4)
    row = desk.box(ABDULGHANI)
    with_pictures = row.input_value()
    desk.press("Ander wachtwoord voor Abdulghani Bogdan")
    # Another password is another row: a save that names the one before would be refused.
    expect(row).not_to_have_value(with_pictures)
    desk.box("Amani Bockstal (80240)").uncheck()
    expect(desk.page.locator("[data-ticked]")).to_have_text("1")
    desk.is_prepared()
    zip_file = desk.save_and_print()
    desk.sees_heading("1 leerling heeft nieuwe aanmeldgegevens")
    desk.sees("1 rij stond niet aangevinkt en bleef zoals ze was.")
    [page] = Printed.of(zip_file).pages(A4)
    assert abdulghani.username in page
    assert amani.password not in page


@pytest.fixture
def plain_desk(new_context: Callable[..., BrowserContext], leaks: Leaks) -> Desk:
    """The desk in a browser without JavaScript."""
    return Desk(new_context(java_script_enabled=False).new_page(), leaks)


def test_renewing_without_javascript(plain_desk: Desk) -> None:
    desk = plain_desk
    desk.sign_in_to_list()
    desk.search("bogdan abdulghani")
    desk.press("Filter")
    desk.lists(1)
    desk.tick(ABDULGHANI)
    desk.press("Vernieuw wachtwoord")
    [word] = desk.read_preview()
    desk.press("Ander wachtwoord voor Abdulghani Bogdan")
    expect(desk.page.locator(".secret")).not_to_have_text(word.password)
    desk.choose_kind("Abdulghani Bogdan", "Afbeeldingswachtwoord")
    desk.press("Ander wachtwoord voor Abdulghani Bogdan")
    [shown] = desk.read_preview()
    assert len(shown.password.split(" - ")) == 4
    desk.press("Bewaren en afdrukken")
    desk.sees_heading("1 leerling heeft nieuwe aanmeldgegevens")
    [page] = Printed.of(desk.download("Download alles (ZIP)")).pages(A4)
    assert has_row(page, shown)
    account = Account.objects.get(username=shown.username)
    assert account.password_kind == PasswordKind.PICTURES
    assert check_password(shown.password.replace(" - ", "-"), account.password)


def test_the_single_edit_without_javascript(plain_desk: Desk) -> None:
    desk = plain_desk
    desk.sign_in_to_list()
    desk.search("60351")
    desk.press("Filter")
    desk.follow("Pas aan: aanmeldgegevens van Abdulghani Bogdan")
    desk.page.get_by_label("afbeeldingswachtwoord").check()
    desk.press("Toon het nieuwe wachtwoord")
    password = desk.read_new_password()
    desk.press("Bewaren en afdrukken")
    desk.sees("Het LeerID is succesvol aangepast.")
    assert A4 in Printed.of(desk.download("Download alles (ZIP)")).files
    account = Account.objects.get(username="abdulghani.bogdan")
    assert check_password(password.replace(" - ", "-"), account.password)
