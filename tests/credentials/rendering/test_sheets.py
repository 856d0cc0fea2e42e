"""The label that each card gets: where printing begins, and where classes do."""

from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.rendering.cards import Card, Printing, PrintJob
from credentials.rendering.sheets import L7160, L7163, L7651, Sheet, pages_of
from credentials.rendering.stickers import render_stickers

from .samples import MM, SUHEDA, job
from .written import written

SHEETS = [L7160, L7163, L7651]
BY_NAME = {"argvalues": SHEETS, "ids": [sheet.name for sheet in SHEETS]}


def printed(cards: list[Card], printing: Printing) -> PrintJob:
    return replace(job(*cards), printing=printing)


def of_class(class_code: str, count: int) -> list[Card]:
    return [
        replace(SUHEDA, class_code=class_code, stamnummer=f"{class_code}-{number}")
        for number in range(count)
    ]


def placed(a_job: PrintJob, sheet: Sheet) -> list[list[tuple[int, str]]]:
    """For each page the index of each label that is used, and the stamnummer on it."""
    return [[(index, card.stamnummer) for index, card in page] for page in pages_of(a_job, sheet)]


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_the_first_free_label_is_of_the_first_page_only(sheet: Sheet) -> None:
    first = sheet.labels - 1
    printing = Printing(first_labels={sheet.name: first})
    pages = placed(printed(of_class("4A", 3), printing), sheet)
    assert pages == [[(first - 1, "4A-0"), (first, "4A-1")], [(0, "4A-2")]]


def test_the_first_free_label_of_another_sheet_changes_nothing() -> None:
    printing = Printing(first_labels={"L7160": 9})
    assert placed(printed(of_class("4A", 1), printing), L7651) == [[(0, "4A-0")]]


def test_a_class_begins_a_page_at_its_first_label() -> None:
    printing = Printing(page_per_class=True, first_labels={"L7160": 20})
    cards = [*of_class("4A", 3), *of_class("4B", 1), *of_class("4C", 1)]
    assert placed(printed(cards, printing), L7160) == [
        [(19, "4A-0"), (20, "4A-1")],
        [(0, "4A-2")],
        [(0, "4B-0")],
        [(0, "4C-0")],
    ]


def test_a_class_that_fills_its_page_leaves_no_empty_one() -> None:
    cards = [*of_class("4A", 14), *of_class("4B", 1)]
    pages = placed(printed(cards, Printing(page_per_class=True)), L7163)
    assert [len(page) for page in pages] == [14, 1]


def test_without_a_page_per_class_classes_share_a_sheet() -> None:
    cards = [*of_class("4A", 1), *of_class("4B", 1)]
    assert placed(printed(cards, Printing()), L7651) == [[(0, "4A-0"), (1, "4B-0")]]


@given(
    st.sampled_from(SHEETS),
    st.lists(st.sampled_from(["4A", "4B", "4C"]), max_size=150),
    st.booleans(),
    st.integers(1, 65),
)
def test_every_card_gets_a_label_of_its_own_in_the_order_of_the_job(
    sheet: Sheet, classes: list[str], page_per_class: bool, first: int
) -> None:
    cards = [
        replace(SUHEDA, class_code=class_code, stamnummer=str(number))
        for number, class_code in enumerate(sorted(classes))
    ]
    first_labels = {sheet.name: min(first, sheet.labels)}
    pages = placed(printed(cards, Printing(page_per_class, first_labels)), sheet)
    assert [number for page in pages for _, number in page] == [card.stamnummer for card in cards]
    for page in pages:
        indexes = [index for index, _ in page]
        assert indexes == list(range(indexes[0], indexes[0] + len(page)))
        assert indexes[-1] < sheet.labels


def beginnings(a_job: PrintJob, sheet: Sheet) -> list[tuple[float, float]]:
    """Where in mm the name of each card begins."""
    with pypdfium2.PdfDocument(render_stickers(a_job, sheet)) as document:
        return [
            (text.left / MM, text.baseline / MM)
            for page in document
            for text in written(page)
            if text.text.startswith("Süheda")
        ]


@pytest.mark.parametrize("sheet", **BY_NAME)
@settings(max_examples=15, deadline=None)
@given(st.integers(-10, 10), st.integers(-10, 10), st.integers(1, 65))
def test_the_frames_are_where_label_and_offset_put_them(
    sheet: Sheet, right: int, down: int, first: int
) -> None:
    """Within 0.2 mm, for any offset of half millimetres up to 5 and any first label."""
    index = min(first, sheet.labels) - 1
    printing = Printing(first_labels={sheet.name: index + 1}, right=right / 2, down=down / 2)
    [(left, baseline)] = beginnings(printed([SUHEDA], printing), sheet)
    [(left_of_first, baseline_of_first)] = beginnings(printed([SUHEDA], Printing()), sheet)

    row, column = divmod(index, sheet.columns)
    assert left - left_of_first == pytest.approx(column * sheet.pitch_x + right / 2, abs=0.2)
    assert baseline - baseline_of_first == pytest.approx(row * sheet.pitch_y + down / 2, abs=0.2)
