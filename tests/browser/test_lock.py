"""A desk that is left alone covers what it shows, in all tabs, and opens again where it was."""

from datetime import timedelta

import time_machine
from playwright.sync_api import Page, expect

from accounts.models import Account
from schoolloket.institutions.models import Manager
from tests.helpers import NOW, PASSWORD

from .desk import Desk
from .eyes import Eyes

HALF_AN_HOUR = 30 * 60 * 1000
COVER = "Het loket is vergrendeld"


def wait(page: Page, milliseconds: int) -> None:
    """Let the browser's clock go on, as if somebody had walked away."""
    page.clock.fast_forward(milliseconds)


def is_covered(page: Page) -> None:
    expect(page.get_by_role("heading", name=COVER)).to_be_visible()


def open_list(desk: Desk) -> None:
    desk.page.clock.install()
    desk.sign_in("alice@school.test", PASSWORD)
    desk.sees("Peeters")


def test_after_half_an_hour_nothing_of_the_page_is_left(
    desk: Desk, eyes: Eyes, alice: Manager, charlie: Account
) -> None:
    open_list(desk)
    wait(desk.page, HALF_AN_HOUR - 60_000)
    desk.sees("Peeters")
    wait(desk.page, 61_000)
    is_covered(desk.page)
    assert "Peeters" not in desk.page.inner_text("body")
    expect(desk.page.get_by_role("heading", name=COVER)).to_be_focused()
    expect(desk.page).to_have_title("Vergrendeld · LeerID Schoolloket")
    desk.page.keyboard.press("Tab")
    expect(desk.page.get_by_role("link", name="Aanmelden")).to_be_focused()
    assert len(desk.page.pdf()) > 0
    assert desk.page.evaluate("document.querySelector('main').offsetParent") is None


def test_the_cover_leads_by_the_sign_in_to_the_page(
    desk: Desk, alice: Manager, charlie: Account
) -> None:
    open_list(desk)
    desk.open("leerlingen/?zoek=peeters")
    with time_machine.travel(NOW + timedelta(minutes=31), tick=True):
        wait(desk.page, HALF_AN_HOUR + 1000)
        is_covered(desk.page)
        desk.follow("Aanmelden")
        desk.sees_heading("Aanmelden")
        # The factor of this morning is enough, so only the password is asked.
        desk.type_password("alice@school.test", PASSWORD)
        desk.sees("Peeters")
        assert desk.page.url.endswith("/999912/leerlingen/?zoek=peeters")


def test_all_tabs_lock_and_open_together(desk: Desk, alice: Manager, charlie: Account) -> None:
    open_list(desk)
    other = desk.page.context.new_page()
    other.clock.install()
    other.goto("/999912/leerlingen/")
    other.get_by_role("searchbox").fill("peet")
    with time_machine.travel(NOW + timedelta(minutes=31), tick=True):
        for page in (desk.page, other):
            wait(page, HALF_AN_HOUR + 1000)
            is_covered(page)
        desk.follow("Aanmelden")
        desk.type_password("alice@school.test", PASSWORD)
        desk.sees("Peeters")
        wait(other, 1000)
        expect(other.get_by_role("heading", name=COVER)).to_have_count(0)
        expect(other.get_by_role("searchbox")).to_have_value("peet")


def test_work_in_one_tab_keeps_the_other_open(desk: Desk, alice: Manager, charlie: Account) -> None:
    open_list(desk)
    other = desk.page.context.new_page()
    other.clock.install()
    other.goto("/999912/leerlingen/")
    with time_machine.travel(NOW + timedelta(minutes=20), tick=True):
        desk.open("afdrukken/")
        wait(other, HALF_AN_HOUR + 60_000)
        expect(other.get_by_text("Peeters").first).to_be_visible()


def test_who_signs_out_covers_the_other_tabs(desk: Desk, alice: Manager, charlie: Account) -> None:
    open_list(desk)
    other = desk.page.context.new_page()
    other.clock.install()
    other.goto("/999912/leerlingen/")
    desk.press("Afmelden")
    desk.sees_heading("Aanmelden")
    wait(other, 1000)
    is_covered(other)


def test_the_page_of_one_manager_does_not_open_for_the_next(
    desk: Desk, alice: Manager, bob: Manager, charlie: Account
) -> None:
    open_list(desk)
    other = desk.page.context.new_page()
    other.clock.install()
    other.goto("/999912/leerlingen/")
    desk.press("Afmelden")
    desk.sees_heading("Aanmelden")
    desk.sign_in("bob@school.test", PASSWORD)
    wait(other, 1000)
    is_covered(other)
