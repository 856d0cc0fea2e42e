"""How a reeks is printed, chosen with the mouse, by keyboard and without JavaScript."""

import pytest
from playwright.sync_api import expect

from credentials.models import Batch

from .desk import Desk
from .eyes import Eyes
from .printed import CLASS_LIST, STICKERS, Printed
from .test_batch import given_a_saved_batch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

CHOICES = "Kies de documenten, het eerste vrije etiket en de verschuiving"


def open_choices(desk: Desk) -> None:
    desk.page.get_by_text(CHOICES).click()


def test_a_half_used_sheet_is_chosen_by_a_click_on_the_drawn_one(desk: Desk, eyes: Eyes) -> None:
    given_a_saved_batch(desk)
    eyes.look("print-choices-closed")
    open_choices(desk)
    form = desk.page.locator(".print-form")
    for document in ("A4-bladen", "Stickers L7160", "Stickers L7163", "Excel"):
        form.get_by_label(document, exact=True).uncheck()
    expect(form.get_by_text("Eerste vrije etiket van L7160")).to_be_hidden()
    sheet = form.get_by_role("group", name="Eerste vrije etiket van L7651")
    sheet.locator("label", has_text="64").click()
    form.get_by_label("Een nieuw blad voor elke klas").uncheck()
    form.get_by_label("Opzij").select_option("1,5 mm naar rechts")
    eyes.look("print-choices")
    desk.press("Bewaar deze keuze")
    desk.sees("Zo wordt het afgedrukt.")
    expect(desk.page.get_by_role("img", name="Eerste blad L7651: 2 van de 65")).to_be_visible()
    printed = Printed.of(desk.download("Download alles (ZIP)"))
    assert list(printed.files) == [STICKERS[2], CLASS_LIST]
    first, second = printed.pages(STICKERS[2])
    assert ("ArdalanBhatti" in first) != ("ArdalanBhatti" in second)


def test_it_is_chosen_by_keyboard_alone(desk: Desk) -> None:
    given_a_saved_batch(desk)
    desk.page.get_by_text(CHOICES).focus()
    press = desk.page.keyboard.press
    press("Enter")
    press("Tab")
    press("Space")
    expect(desk.page.locator(".print-form").get_by_label("A4-bladen")).not_to_be_checked()
    first = desk.page.locator("[name=first_l7160]").first
    first.focus()
    press("ArrowRight")
    press("Enter")
    desk.sees("Zo wordt het afgedrukt.")
    batch = Batch.objects.get(pk=desk.path.split("/")[-2])
    assert batch.first_labels["L7160"] == 2


def test_a_choice_that_cannot_be_is_told_where_it_was_made(desk: Desk, eyes: Eyes) -> None:
    given_a_saved_batch(desk)
    open_choices(desk)
    form = desk.page.locator(".print-form")
    for tick in form.get_by_role("group", name="Documenten").get_by_role("checkbox").all():
        tick.uncheck()
    desk.press("Bewaar deze keuze")
    expect(form.get_by_text("Kies minstens één document.")).to_be_visible()
    eyes.look("print-choices-error")
