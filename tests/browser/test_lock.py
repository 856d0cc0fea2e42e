"""The lock covers what a desk shows, in all tabs, and opens again after the sign-in (Access).

The browser's clock is put forward, and the server's with it where it has to answer.
"""

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import Account
from schoolloket.demo.school import PASSWORD
from schoolloket.institutions.models import Institution
from tests.helpers import NOW, manager_of
from tests.helpers import PASSWORD as OTHER_PASSWORD

from .desk import BEHEERDER, Desk
from .eyes import Eyes

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

LOCKED = "Het loket is vergrendeld"
# A pupil of the list without a LeerID.
NAME, LABEL, STAMNUMMER = "Bogaert", "Pieter-Alexander Bogaert (93504)", "93504"


def minutes_later(minutes: int) -> time_machine.travel:
    """Put the server's clock forward."""
    return time_machine.travel(NOW + timedelta(minutes=minutes), tick=True)


def wait(page: Page, minutes: int) -> None:
    """Put the clock of every tab forward, and let the timers that are due go off."""
    page.clock.fast_forward(minutes * 60_000)


def is_covered(page: Page) -> None:
    expect(page.get_by_role("heading", name=LOCKED)).to_be_focused()
    assert NAME not in page.content()
    assert NAME not in page.title()


def is_open(page: Page) -> None:
    expect(page.get_by_role("heading", name=LOCKED)).to_have_count(0)
    assert NAME in page.content()


def other_tab(desk: Desk, path: str = "leerlingen/?zoek=bogaert") -> Page:
    tab = desk.page.context.new_page()
    tab.goto(f"/{desk.number}/{path}")
    return tab


def sign_in_again(page: Page, email: str = BEHEERDER, password: str = PASSWORD) -> None:
    """The password is enough: this browser gave the second step this morning."""
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Aanmelden", exact=True).click()
    expect(page.get_by_role("button", name="Afmelden")).to_be_visible()


@pytest.fixture
def opened(desk: Desk) -> Page:
    """A tab with the list, on a clock that the test puts forward."""
    desk.page.clock.install()
    desk.sign_in_to_list()
    desk.search("bogaert")
    return desk.page


def given_a_preview(desk: Desk, opened: Page) -> None:
    desk.tick(LABEL)
    desk.press("Vernieuw wachtwoord")
    desk.sees_heading("Bulk: genereer nieuw wachtwoord")
    desk.is_prepared()
    desk.read_preview()


def test_a_desk_left_alone_is_covered_in_all_tabs_at_the_same_minute(
    desk: Desk, opened: Page, eyes: Eyes
) -> None:
    tab = other_tab(desk)
    wait(opened, 29)
    is_open(opened)
    is_open(tab)
    wait(opened, 1)
    is_covered(tab)
    is_covered(opened)
    eyes.look("locked")


def test_nothing_else_is_reached_by_keyboard(opened: Page) -> None:
    wait(opened, 30)
    is_covered(opened)
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("link", name="Meld je aan")).to_be_focused()
    assert opened.locator("a, button, input, select, summary").count() == 1


def test_a_request_of_one_tab_postpones_the_others(desk: Desk, opened: Page) -> None:
    tab = other_tab(desk)
    wait(opened, 20)
    with minutes_later(20):
        tab.reload()
    wait(opened, 20)
    is_open(opened)
    is_open(tab)
    wait(opened, 10)
    is_covered(opened)
    is_covered(tab)


@pytest.mark.parametrize(
    "waking",
    [
        "dispatchEvent(new Event('focus'))",
        "dispatchEvent(new Event('pageshow'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
    ],
)
def test_a_device_that_slept_is_covered_as_soon_as_it_wakes(opened: Page, waking: str) -> None:
    """The timers stand still meanwhile, as they do on a device that sleeps."""
    now = opened.evaluate("Date.now()") / 1000
    opened.clock.pause_at(now + 60)
    opened.clock.set_system_time(now + 8 * 3600)
    is_open(opened)
    opened.evaluate(waking)
    is_covered(opened)


def test_the_sign_in_leads_back_to_the_draft(desk: Desk, opened: Page) -> None:
    given_a_preview(desk, opened)
    [before] = desk.read_preview()
    wait(opened, 31)
    is_covered(opened)
    with minutes_later(31):
        desk.follow("Meld je aan")
        sign_in_again(opened)
        desk.sees_heading("Bulk: genereer nieuw wachtwoord")
        [after] = desk.read_preview()
        assert after == before
        is_open(opened)


def test_the_sign_in_in_another_tab_opens_the_page_with_what_was_typed(
    desk: Desk, opened: Page
) -> None:
    given_a_preview(desk, opened)
    tab = other_tab(desk)
    username = opened.get_by_label("Gebruikersnaam van Pieter-Alexander Bogaert")
    username.evaluate("field => { field.value = 'pieter.b' }")
    opened.get_by_label(LABEL).check()
    wait(opened, 31)
    is_covered(opened)
    with minutes_later(31):
        tab.get_by_role("link", name="Meld je aan").click()
        sign_in_again(tab)
        opened.clock.run_for(1_000)
        expect(username).to_have_value("pieter.b")
        is_open(opened)
        # The form's token is of the new sign-in.
        desk.press("Bewaren en afdrukken")
        desk.sees_heading("Pieter-Alexander Bogaert")
    assert Account.objects.filter(username="pieter.b").exists()


def test_the_page_of_one_manager_does_not_open_for_another(desk: Desk, opened: Page) -> None:
    carol = manager_of(Institution.objects.get(number=desk.number), "Carol")
    tab = other_tab(desk)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    desk.press("Afmelden")
    is_covered(tab)
    sign_in_again(opened, str(carol.email), OTHER_PASSWORD)
    tab.clock.run_for(2_000)
    is_covered(tab)
    assert [url for url in asked if "/aanmelden/" in url] == []


def test_a_sign_out_covers_the_other_tabs(desk: Desk, opened: Page) -> None:
    tab = other_tab(desk)
    desk.press("Afmelden")
    desk.sees_heading("Aanmelden")
    tab.clock.run_for(1_000)
    is_covered(tab)
