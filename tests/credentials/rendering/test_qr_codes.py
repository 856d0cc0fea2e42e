"""QR codes as a phone meets them: printed in black and white, and copied smaller."""

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from credentials.rendering.a4 import render_a4
from credentials.rendering.sheets import L7160, L7163, Sheet
from credentials.rendering.stickers import render_stickers

from .people import real_cards
from .samples import LONGEST, LONGEST_PICTURES, greys, job

# A 1-bit print at 300 dpi, and the same on paper of three quarters the size.
RESOLUTIONS = [300, 225]


def in_black_and_white(page: Image.Image) -> Image.Image:
    """A page as a printer of 1 bit makes it, without halftones."""
    return page.point(lambda grey: 255 if grey >= 128 else 0)


def read(label: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(label)]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("sheet", [L7160, L7163])
def test_every_label_is_read_back(sheet: Sheet, dpi: int, request: pytest.FixtureRequest) -> None:
    cards = [LONGEST, LONGEST_PICTURES, *real_cards(request.config.getoption("--paper-cards"))]
    pixels = dpi / 25.4
    read_back = []
    with pypdfium2.PdfDocument(render_stickers(job(*cards), sheet)) as document:
        for page in document:
            printed = in_black_and_white(greys(page, dpi=dpi))
            for index in range(sheet.labels):
                left, top = sheet.position(index)
                right, bottom = left + sheet.label_width, top + sheet.label_height
                edges = [round(edge * pixels) for edge in (left, top, right, bottom)]
                read_back += read(printed.crop(edges))
    assert read_back == [card.scanned_url for card in cards]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_every_page_is_read_back(dpi: int, request: pytest.FixtureRequest) -> None:
    # A page has a code four times as large: some hundreds will do.
    some = request.config.getoption("--paper-cards") // 8
    cards = [LONGEST, LONGEST_PICTURES, *real_cards(some)]
    read_back = []
    with pypdfium2.PdfDocument(render_a4(job(*cards))) as document:
        for page in document:
            read_back += read(in_black_and_white(greys(page, dpi=dpi)))
    assert read_back == [card.scanned_url for card in cards]
