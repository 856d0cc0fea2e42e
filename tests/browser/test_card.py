"""The crying six-year-old at the door: a password on the screen in three clicks, and gone again."""

import re

import pytest
from playwright.sync_api import Browser, Error, expect

from accounts.models import Account

from .desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

NAME, USERNAME = "Abdulghani Bogdan", "abdulghani.bogdan"
SHOW = "Toon de kaart"


def given_a_card_on_the_screen(desk: Desk) -> str:
    """Return the password that stands on it."""
    desk.sign_in_to_list()
    desk.find("60351")
    desk.follow(f"Pas aan: aanmeldgegevens van {NAME}")
    desk.press("genereer nieuw wachtwoord")
    shown = desk.read_new_password()
    desk.press("Bewaren en toon de kaart")
    # Its script shows the button, and from then on the card hides.
    expect(desk.page.locator("[data-card] [data-print]")).to_be_visible()
    return shown


def is_shown(desk: Desk, password: str) -> None:
    expect(desk.page.locator("[data-card] .biggest")).to_have_text(password)


def is_covered(desk: Desk, password: str) -> None:
    """Nothing of it is left in the page, and the button that shows it has the focus."""
    expect(desk.page.locator("[data-card]")).to_have_count(0)
    page = desk.page.content()
    assert password not in page
    assert USERNAME not in page
    assert "<path" not in page
    expect(desk.page.get_by_role("button", name=SHOW)).to_be_focused()


def test_from_the_list_to_the_card_in_three_clicks(desk: Desk) -> None:
    password = given_a_card_on_the_screen(desk)
    is_shown(desk, password)
    card = desk.page.locator("[data-card]")
    expect(card).to_contain_text(f"Gebruikersnaam: {USERNAME}")
    expect(card).to_contain_text("Niet op het digibord")
    desk.sees("Het LeerID is succesvol aangepast.")
    assert Account.objects.get(username=USERNAME).credentials_version == 2


def test_the_card_hides_after_a_minute_and_comes_back_with_one_press(desk: Desk) -> None:
    desk.page.clock.install()
    password = given_a_card_on_the_screen(desk)
    desk.page.clock.run_for(58_000)
    is_shown(desk, password)
    desk.page.clock.run_for(3_000)
    is_covered(desk, password)
    desk.press(SHOW)
    is_shown(desk, password)


@pytest.mark.parametrize(
    "look_away",
    [
        "dispatchEvent(new Event('blur'))",
        "dispatchEvent(new Event('pagehide'))",
        "Object.defineProperty(document, 'hidden', {get: () => true}); "
        "document.dispatchEvent(new Event('visibilitychange'))",
    ],
)
def test_the_card_hides_when_the_page_loses_the_focus(desk: Desk, look_away: str) -> None:
    password = given_a_card_on_the_screen(desk)
    desk.page.evaluate(look_away)
    is_covered(desk, password)


def test_the_card_can_be_covered_by_hand(desk: Desk) -> None:
    password = given_a_card_on_the_screen(desk)
    desk.follow("Bedek de kaart")
    is_covered(desk, password)


def test_the_card_stays_while_it_is_printed(desk: Desk) -> None:
    """The print dialog takes the focus, and on paper stands the card alone."""
    password = given_a_card_on_the_screen(desk)
    desk.page.evaluate("window.print = () => { window.pressed = true; }")
    desk.press("Druk af")
    assert desk.page.evaluate("window.pressed")
    desk.page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('blur'))")
    is_shown(desk, password)
    desk.page.emulate_media(media="print")
    expect(desk.page.locator("[data-card]")).to_be_visible()
    for other in (".desk-head", ".page-head", ".desk-foot", ".big-card .actions"):
        expect(desk.page.locator(other)).to_be_hidden()


def test_a_step_back_does_not_show_the_card_again(desk: Desk) -> None:
    """The browser kept nothing of the page, and asks before it would post again."""
    password = given_a_card_on_the_screen(desk)
    desk.follow("Terug naar de leerling")
    desk.sees("Inschrijvingsgegevens")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        desk.page.go_back()
    desk.does_not_see(password)


def test_the_card_works_without_javascript(desk: Desk, browser: Browser, base_url: str) -> None:
    given_a_card_on_the_screen(desk)
    desk.follow("Bedek de kaart")
    context = browser.new_context(
        base_url=base_url,
        java_script_enabled=False,
        storage_state=desk.page.context.storage_state(),
    )
    page = context.new_page()
    page.goto(desk.page.url)
    page.get_by_role("button", name=SHOW).click()
    expect(page.locator(".biggest")).to_have_text(re.compile(r"\w+"))
    refresh = page.locator("meta[http-equiv=refresh]").get_attribute("content") or ""
    page.goto(refresh.partition("url=")[2])
    expect(page.locator(".biggest")).to_have_count(0)
    context.close()
