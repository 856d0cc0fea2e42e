"""Whoever is in a school's list finds the own card complete on every paper.

A sample in the suite; `make paper` prints 500 hostile names and a school of 5,000.
"""

import unicodedata
from dataclasses import dataclass
from functools import cached_property

import pypdfium2
import pytest
from PIL import ImageDraw

from credentials.rendering import a4
from credentials.rendering.cards import Card, PrintJob
from credentials.rendering.fonts import BOLD, CODE, REGULAR, printable
from credentials.rendering.layout import name_on
from credentials.rendering.sheets import L7160, L7163, L7651, Sheet
from credentials.rendering.stickers import render_stickers, short_names

from .people import hostile_cards, real_cards
from .samples import greys, job
from .written import Written, written

SHEETS = [L7160, L7163, L7651]
MM = 72 / 25.4
A4_MARGINS = (21, 15, 189, 285)  # left, top, right and bottom in mm
FACES = {face.font.fontName: face for face in (REGULAR, BOLD, CODE)}


@dataclass
class OnPaper:
    """A list of pupils in one of the formats: on `sheet`, or on A4 pages where there is none."""

    cards: list[Card]
    sheet: Sheet | None

    @property
    def job(self) -> PrintJob:
        return job(*self.cards)

    @property
    def dpi(self) -> int:
        """Fine enough for the inset of a label, or for the margins of a page."""
        return 144 if self.sheet else 72

    @property
    def in_sheet(self) -> int:
        return self.sheet.labels if self.sheet else 1

    @cached_property
    def pdf(self) -> bytes:
        return render_stickers(self.job, self.sheet) if self.sheet else a4.render_a4(self.job)

    @cached_property
    def texts(self) -> list[list[Written]]:
        """What is written on each card, in the order of the list."""
        on_cards: list[list[Written]] = [[] for _ in self.cards]
        with pypdfium2.PdfDocument(self.pdf) as document:
            for number, page in enumerate(document):
                for text in written(page):
                    on_cards[number * self.in_sheet + self.label_at(text)].append(text)
        return on_cards

    def label_at(self, text: Written) -> int:
        if self.sheet is None:
            return 0
        column = int((text.left / MM - self.sheet.left) // self.sheet.pitch_x)
        row = int((text.baseline / MM - self.sheet.top) // self.sheet.pitch_y)
        return row * self.sheet.columns + column

    @cached_property
    def names(self) -> list[str]:
        """The name that is printed of each card, by what the rendering says of itself."""
        if self.sheet is None:
            return [name_on(card, a4._DESIGN) for card in self.cards]
        short = {id(short.card): short.printed for short in short_names(self.job, self.sheet)}
        return [short.get(id(card), card.printed_name) for card in self.cards]

    def areas(self) -> list[tuple[float, float, float, float]]:
        """Left, top, right and bottom in mm of where ink may be on a page."""
        if self.sheet is None:
            return [A4_MARGINS]
        corners = [self.sheet.position(index) for index in range(self.sheet.labels)]
        width, height = self.sheet.label_width, self.sheet.label_height
        return [(left + 2, top + 2, left + width - 2, top + height - 2) for left, top in corners]


LISTS = {"hostile": hostile_cards, "real": real_cards}
ON_PAPER = [
    pytest.param((name, sheet), id=f"{name}-{sheet.name if sheet else 'A4'}")
    for name in LISTS
    for sheet in (*SHEETS, None)
]


@pytest.fixture(scope="module", params=ON_PAPER)
def on_paper(request: pytest.FixtureRequest) -> OnPaper:
    name, sheet = request.param
    return OnPaper(LISTS[name](request.config.getoption("--paper-cards")), sheet)


def squeezed(text: str) -> str:
    """A text without spaces and line ends, and with letters that are set as one apart."""
    return unicodedata.normalize("NFKC", "".join(text.split()))


def spelled(text: str) -> str:
    """A text as it is read off paper."""
    return squeezed(printable(text, BOLD))


def test_username_and_password_are_there_to_the_letter(on_paper: OnPaper) -> None:
    for card, texts in zip(on_paper.cards, on_paper.texts, strict=True):
        typed = "".join(text.text.strip() for text in texts if text.face == CODE.font.fontName)
        password = "" if card.pictures else card.password
        assert typed == card.username + password


def test_name_class_and_reeks_are_there(on_paper: OnPaper) -> None:
    for card, name, texts in zip(on_paper.cards, on_paper.names, on_paper.texts, strict=True):
        shown = squeezed("".join(text.text for text in texts))
        assert spelled(name) in shown
        assert "Reeks12" in shown or on_paper.sheet is None
        # The class gives way last of all, after the whole name.
        assert spelled(card.class_code) in shown or name == card.username


def test_a_name_is_in_full_or_its_given_names_are_initials_or_it_is_the_username(
    on_paper: OnPaper,
) -> None:
    for card, name in zip(on_paper.cards, on_paper.names, strict=True):
        assert name in [shorter.printed_name for shorter in card.with_shorter_names()]


def test_no_letter_is_an_empty_box(on_paper: OnPaper) -> None:
    for texts in on_paper.texts:
        for text in texts:
            letters = {ord(letter) for letter in text.text}
            assert letters <= FACES[text.face].font.face.charToGlyph.keys()


def test_nothing_is_smaller_than_six_points(on_paper: OnPaper) -> None:
    for texts in on_paper.texts:
        assert min(text.size for text in texts) >= 6


def test_there_is_no_ink_within_two_millimetres_of_an_edge(on_paper: OnPaper) -> None:
    with pypdfium2.PdfDocument(on_paper.pdf) as document:
        for page in document:
            rest = greys(page, dpi=on_paper.dpi)
            for area in on_paper.areas():
                left, top, right, bottom = (edge * on_paper.dpi / 25.4 for edge in area)
                ImageDraw.Draw(rest).rectangle((left - 1, top - 1, right, bottom), fill=255)
            assert rest.getextrema()[0] > 250


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_real_school_is_printed_in_full(sheet: Sheet, request: pytest.FixtureRequest) -> None:
    """But for one in a thousand on the smallest label."""
    cards = real_cards(request.config.getoption("--paper-cards"))
    assert len(short_names(job(*cards), sheet)) <= len(cards) / 1_000
