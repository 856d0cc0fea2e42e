"""The preview: by keyboard, with the focus kept, and without JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import Account
from schoolloket.demo.school import PASSWORD
from tests.helpers import NOW

from .desk import BEHEERDER, Desk
from .leaks import Leaks

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

# Of class 2ME, without a LeerID.
PIETER, PIETERS_NUMBER = "Pieter-Alexander Bogaert", "93504"
ABDULGHANI, ABDULGHANIS_NUMBER = "Abdulghani Bogdan", "60351"
# What lies above the middle of the element, where that is not the element itself.
HIDDEN_BY = """found => {
    const { left, top, width, height } = found.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    if (seen && (found.contains(seen) || seen.contains(found))) return "";
    return `${found.outerHTML} at ${top} is hidden by ${seen && seen.outerHTML.slice(0, 200)}`;
}"""


def given_a_preview(desk: Desk) -> None:
    """Of a pupil whose LeerID is to be made and of one with a word."""
    desk.sign_in_to_list()
    for name, number in ((PIETER, PIETERS_NUMBER), (ABDULGHANI, ABDULGHANIS_NUMBER)):
        desk.find(number)
        desk.tick(f"{name} ({number})")
    desk.press("Vernieuw wachtwoord")
    desk.sees_heading("Bulk: genereer nieuw wachtwoord")
    desk.is_prepared()


def username(page: Page) -> Locator:
    return page.get_by_label(f"Gebruikersnaam van {PIETER}")


def test_the_focus_stays_at_the_control_that_was_used(desk: Desk) -> None:
    given_a_preview(desk)
    [before, _] = desk.read_preview()
    other = desk.page.get_by_role("button", name=f"Ander wachtwoord voor {ABDULGHANI}")
    other.focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".secret").first).not_to_have_text(before.password)
    expect(other).to_be_focused()
    menu = desk.page.get_by_label(f"Soort wachtwoord voor {ABDULGHANI}")
    menu.focus()
    desk.page.keyboard.press("ArrowDown")
    expect(desk.page.locator(".pictures li")).to_have_count(4)
    expect(menu).to_be_focused()
    desk.read_preview()


def test_a_username_is_checked_at_once_beside_its_field(desk: Desk) -> None:
    given_a_preview(desk)
    desk.read_preview()
    field = username(desk.page)
    field.fill("Süheda C")
    field.press("Tab")
    desk.sees("Gebruik 3 tot 64 tekens")
    expect(field).to_have_value("Süheda C")
    field.fill("amani.bockstal")
    field.press("Enter")
    desk.sees("Deze gebruikersnaam is al in gebruik. Wel vrij: amani.bockstal1")
    expect(field).to_be_focused()
    field.fill("pieter")
    field.press("Enter")
    expect(desk.page.locator(".errorlist")).to_have_count(0)
    field.fill("")
    field.press("Tab")
    expect(field).not_to_have_value("")
    field.fill("pieter")
    # The change and the click go together.
    with desk.page.expect_response("**/rij/"):
        desk.press(f"Ander wachtwoord voor {PIETER}")
    desk.page.wait_for_load_state("networkidle")
    expect(field).to_have_value("pieter")
    expect(desk.page.locator(".errorlist")).to_have_count(0)
    desk.box(PIETER).check()
    desk.read_preview()
    desk.press("Bewaren en afdrukken")
    desk.sees_heading("2 leerlingen hebben nieuwe aanmeldgegevens")
    assert Account.objects.filter(username="pieter").exists()


def test_a_row_posts_its_own_fields_alone(desk: Desk) -> None:
    given_a_preview(desk)
    desk.box(PIETER).check()
    desk.read_preview()
    with desk.page.expect_request("**/rij/") as asked:
        desk.press(f"Ander wachtwoord voor {PIETER}")
    names = [name.partition("-")[0] for name, _ in parse_qsl(asked.value.post_data or "")]
    assert sorted(names) == ["item", "kind", "row", "username"]
    desk.page.wait_for_load_state("networkidle")
    expect(desk.box(PIETER)).to_be_checked()
    desk.read_preview()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (640, 450), (390, 844)])
def test_nothing_with_the_focus_hides_behind_the_bar(desk: Desk, width: int, height: int) -> None:
    """640 by 450 is what is left of 1280 by 900 at 200 %."""
    desk.sign_in_to_list()
    desk.filter("Klas", "1A")
    desk.page.get_by_label("Alle leerlingen op deze pagina").check()
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    desk.page.set_viewport_size({"width": width, "height": height})
    # Without it the page scrolls smoothly to what has the focus, which takes a moment.
    desk.page.emulate_media(reduced_motion="reduce")
    desk.read_preview()
    desk.page.get_by_role("button", name="Bewaren en afdrukken").focus()
    for keys, times in (("Tab", 40), ("Shift+Tab", 30)):
        for _ in range(times):
            desk.page.keyboard.press(keys)
            assert desk.page.locator(":focus").evaluate(HIDDEN_BY) == ""


def test_a_desk_that_locked_returns_to_the_draft(desk: Desk) -> None:
    given_a_preview(desk)
    [before, _] = desk.read_preview()
    with time_machine.travel(NOW + timedelta(minutes=45), tick=True):
        desk.page.reload()
        desk.page.get_by_label("E-mailadres").fill(BEHEERDER)
        desk.page.get_by_label("Wachtwoord").fill(PASSWORD)
        desk.press("Aanmelden")
        desk.sees_heading("Bulk: genereer nieuw wachtwoord")
        assert desk.read_preview()[0] == before


@pytest.fixture
def plain_desk(new_context: Callable[..., BrowserContext], leaks: Leaks) -> Desk:
    """The desk in a browser without JavaScript."""
    return Desk(new_context(java_script_enabled=False).new_page(), leaks)


def given_a_plain_preview(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.search(PIETERS_NUMBER)
    desk.press("Filter")
    desk.page.locator("input[name=student]").check()
    desk.press("Vernieuw wachtwoord")
    desk.read_preview()


def test_without_javascript_a_wrong_username_comes_back_with_its_reason(plain_desk: Desk) -> None:
    desk = plain_desk
    given_a_plain_preview(desk)
    desk.box(PIETER).check()
    username(desk.page).fill("Pieter B")
    desk.press("Bewaren en afdrukken")
    desk.sees("Er is niets bewaard.")
    desk.sees("Gebruik 3 tot 64 tekens")
    expect(username(desk.page)).to_have_value("Pieter B")
    expect(desk.box(PIETER)).to_be_checked()
    desk.read_preview()
    username(desk.page).fill("pieter")
    desk.press("Bewaren en afdrukken")
    desk.sees_heading("1 leerling heeft nieuwe aanmeldgegevens")
    assert Account.objects.filter(username="pieter").exists()


def test_without_javascript_the_page_comes_back_to_where_it_was(plain_desk: Desk) -> None:
    desk = plain_desk
    given_a_plain_preview(desk)
    desk.press(f"Ander wachtwoord voor {PIETER}")
    desk.read_preview()
    assert desk.page.url.endswith("#rij-1")
    desk.page.get_by_label("Soort wachtwoord voor 2ME").select_option(label="Basis wachtwoord")
    desk.press("Pas toe op 2ME")
    desk.sees("1 leerling kreeg een andere soort wachtwoord.")
    expect(desk.page.get_by_role("button", name="Pas toe op 2ME")).to_be_focused()
    [shown] = desk.read_preview()
    assert shown.kind == "nieuw basiswachtwoord"
