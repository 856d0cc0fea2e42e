"""What the main job costs: clicks with a mouse, presses without one; and what has the focus."""

import pytest
from playwright.sync_api import Page, expect

from .desk import Desk
from .printed import Printed

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

MOST_CLICKS = 5
MOST_PRESSES = 40
DOWNLOAD = "Download alles (ZIP)"

# A choice in a menu counts as one click; a click of the keyboard has no detail.
_COUNT_CLICKS = """
addEventListener("click", (event) => { if (event.detail) countClick(); }, true);
addEventListener("change", (event) => { if (event.target.matches("select")) countClick(); }, true);
"""
_FOCUSED = """() => {
    const found = document.activeElement;
    const label = found.labels?.[0]?.textContent ?? found.getAttribute("aria-label");
    return (label ?? found.textContent).trim().replace(/\\s+/g, " ");
}"""
_COVERED = """() => {
    const found = document.activeElement;
    const { left, top, width, height } = found.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    if (found.contains(seen) || seen?.contains(found)) return "";
    return `${found.outerHTML.slice(0, 90)} at ${Math.round(top)} behind ${seen?.className}`;
}"""


class Keyboard:
    """A manager without a mouse, whose presses are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def tab_to(self, name: str) -> None:
        while self.page.evaluate(_FOCUSED) != name:
            assert self.presses < MOST_PRESSES, f"too far to {name}"
            self.press("Tab")

    def skip_to_content(self) -> None:
        """A page begins with the link past its head, unless something else has the focus."""
        self.press("Tab")
        if self.page.evaluate(_FOCUSED) == "Naar de inhoud":
            self.press("Enter")


def test_from_the_list_to_the_paper_of_a_class_in_five_clicks(desk: Desk) -> None:
    desk.sign_in_to_list()
    clicks: list[str] = []
    desk.page.expose_function("countClick", lambda: clicks.append(desk.path))
    desk.page.add_init_script(_COUNT_CLICKS)
    desk.page.reload()

    desk.filter("Klas", "6A")
    desk.lists(18)
    desk.press("Selecteer alle 18")
    desk.counts(18)
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    desk.read_preview()
    desk.press("Bewaren en afdrukken")
    sheets = Printed.of(desk.download(DOWNLOAD)).sheets()

    # One of the class has no LeerID yet.
    assert len(sheets) == 17
    assert len(clicks) == MOST_CLICKS


def test_the_main_job_by_keyboard(desk: Desk) -> None:
    desk.sign_in_to_list()
    keyboard = Keyboard(desk.page)
    keyboard.skip_to_content()
    keyboard.tab_to("Klas")
    keyboard.press("6")
    desk.lists(18)
    keyboard.tab_to("Selecteer alle 18")
    keyboard.press("Enter")
    desk.counts(18)
    keyboard.tab_to("Vernieuw wachtwoord")
    keyboard.press("Enter")

    desk.is_prepared()
    desk.read_preview()
    keyboard.skip_to_content()
    keyboard.tab_to("Bewaren en afdrukken")
    keyboard.press("Enter")

    desk.sees_heading("17 leerlingen hebben nieuwe aanmeldgegevens")
    keyboard.tab_to(DOWNLOAD)
    with desk.page.expect_download():
        keyboard.press("Enter")
    assert keyboard.presses <= MOST_PRESSES


@pytest.mark.parametrize("size", [(1280, 900), (640, 450), (390, 844)], ids=str)
def test_nothing_that_has_the_focus_is_behind_the_bar(desk: Desk, size: tuple[int, int]) -> None:
    """640 by 450 is a window of 1280 by 900 at 200 %."""
    desk.sign_in_to_list()
    desk.page.set_viewport_size({"width": size[0], "height": size[1]})
    # Else the page still moves when the test looks.
    desk.page.emulate_media(reduced_motion="reduce")
    desk.filter("Klas", "6A")
    desk.lists(18)
    hidden = focus_is_covered(desk.page, "Tab", 60)
    hidden += focus_is_covered(desk.page, "Shift+Tab", 40)

    desk.press("Selecteer alle 18")
    desk.counts(18)
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    desk.read_preview()
    hidden += focus_is_covered(desk.page, "Tab", 60)
    hidden += focus_is_covered(desk.page, "Shift+Tab", 40)
    assert hidden == []


def focus_is_covered(page: Page, key: str, times: int) -> list[str]:
    """Press the key so often; return what had the focus and could not be seen."""
    hidden = []
    for _ in range(times):
        page.keyboard.press(key)
        covered = page.evaluate(_COVERED)
        if covered:
            hidden.append(covered)
    return hidden


def test_the_focus_has_a_ring(desk: Desk) -> None:
    desk.sign_in_to_list()
    button = desk.page.get_by_role("button", name="Vernieuw wachtwoord")
    button.focus()
    expect(button).to_have_css("outline-style", "solid")
    expect(button).to_have_css("outline-color", "rgb(242, 180, 90)")
