"""Whoever is in a school's list is complete on the letter, the cards and the class list too.

A sample in the suite; `make paper` prints 500 hostile names and a school of 5,000.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pypdfium2
import pytest

from credentials.print_order import in_print_order
from credentials.rendering.cards import Card, PrintJob
from credentials.rendering.class_list import render_class_list
from credentials.rendering.fonts import CODE
from credentials.rendering.id_cards import render_id_cards
from credentials.rendering.letter import render_letter

from .people import hostile_cards, real_cards
from .samples import job
from .test_everybody import FACES, spelled, squeezed
from .written import Written, written

# Of two columns of 200. Emoji are spelled in thousands, for which the username stands.
MOST_LETTERS = 400

LISTS = {"hostile": hostile_cards, "real": real_cards}


@dataclass
class OnPaper:
    """A list of pupils in one of the documents, with how often it has the password of each."""

    cards: list[Card]
    render: Callable[[PrintJob], bytes]
    passwords: int

    @cached_property
    def texts(self) -> list[Written]:
        """What is written, in the order of the pages."""
        with pypdfium2.PdfDocument(self.render(job(*self.cards))) as document:
            return [text for page in document for text in written(page)]

    def typed_of(self, card: Card) -> str:
        """What stands there of a card in the face of what must be typed."""
        if self.passwords == 0:
            return card.username
        if card.pictures:
            return card.username * self.passwords
        return (card.username + card.password) * self.passwords


DOCUMENTS = {
    # On the sheet, and on the card to cut out.
    "letter": {"render": render_letter, "passwords": 2},
    "cards": {"render": render_id_cards, "passwords": 1},
    "class list": {"render": render_class_list, "passwords": 0},
}


@pytest.fixture(scope="module", params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=LISTS)
def on_paper(request: pytest.FixtureRequest, document: str) -> OnPaper:
    cards = LISTS[request.param](request.config.getoption("--paper-cards"))
    return OnPaper(in_print_order(cards), **DOCUMENTS[document])


def test_username_and_password_are_there_to_the_letter(on_paper: OnPaper) -> None:
    in_code = [text.text.strip() for text in on_paper.texts if text.face == CODE.font.fontName]
    assert "".join(in_code) == "".join(map(on_paper.typed_of, on_paper.cards))


def test_the_name_is_there_in_full(on_paper: OnPaper) -> None:
    shown = squeezed("".join(text.text for text in on_paper.texts))
    for card in on_paper.cards:
        name = spelled(card.printed_name)
        assert name in shown or len(name) > MOST_LETTERS


def test_no_letter_is_an_empty_box(on_paper: OnPaper) -> None:
    for text in on_paper.texts:
        letters = {ord(letter) for letter in text.text}
        assert letters <= FACES[text.face].font.face.charToGlyph.keys()


def test_nothing_is_smaller_than_six_points(on_paper: OnPaper) -> None:
    assert min(text.size for text in on_paper.texts) >= 6
