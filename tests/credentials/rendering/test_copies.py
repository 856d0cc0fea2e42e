"""What is left of a page after a copier of 200 dpi in black and white: every password."""

import string
from functools import partial

import pypdfium2
import pytest

from credentials.passwords import TEMPORARY_CHARACTERS, WORD_DIGITS
from credentials.rendering.a4 import render_a4
from credentials.rendering.fonts import CODE
from credentials.rendering.sheets import L7160, L7163, L7651
from credentials.rendering.stickers import render_stickers

from .people import real_cards
from .samples import greys, job
from .template_reader import DPI, read_copy
from .written import Written, written

RENDERERS = {
    sheet.name: partial(render_stickers, sheet=sheet) for sheet in (L7160, L7163, L7651)
} | {"A4": render_a4}
WORD_CHARACTERS = string.ascii_lowercase + WORD_DIGITS


def passwords(page: pypdfium2.PdfPage, of_list: set[str]) -> list[Written]:
    """The passwords on a page, by what its text says."""
    in_code = [text for text in written(page) if text.face == CODE.font.fontName]
    return [text for text in in_code if text.text.strip() in of_list]


@pytest.mark.parametrize("name", RENDERERS)
def test_every_password_is_read_back_from_a_copy(name: str, request: pytest.FixtureRequest) -> None:
    count = request.config.getoption("--paper-cards")
    cards = [card for card in real_cards(count) if not card.pictures]
    alphabets = {
        card.password: TEMPORARY_CHARACTERS if card.temporary else WORD_CHARACTERS for card in cards
    }

    read_back = []
    with pypdfium2.PdfDocument(RENDERERS[name](job(*cards))) as document:
        for page in document:
            in_greys = greys(page, dpi=DPI)
            for text in passwords(page, set(alphabets)):
                password = text.text.strip()
                read_back.append(read_copy(in_greys, text, len(password), alphabets[password]))
    assert read_back == [card.password for card in cards]
