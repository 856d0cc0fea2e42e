"""Ways to measure a rendered page in mm from its upper left corner."""

from dataclasses import replace
from itertools import combinations, pairwise
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp
from PIL import Image, ImageDraw

from .samples import LONGEST, LONGEST_PICTURES, MM, fill_of, image

PAGE_HEIGHT = 297

# As many letters as the database takes, of an ordinary width.
_LONG = {
    "first_name": "Anne-Sophie Wilhelmina " * 9,
    "last_name": "van den Broucke de la Vega " * 8,
    "class_code": "6 Sociale en technische wetenschappen duaal, 3 STW",
}
VERY_LONG = replace(LONGEST, **{field: text[:200].strip() for field, text in _LONG.items()})
VERY_LONG_PICTURES = replace(
    VERY_LONG,
    temporary=False,
    password=LONGEST_PICTURES.password,
    pictures=LONGEST_PICTURES.pictures,
)
# The widest letter in every place.
_WIDE = {"first_name": "W" * 200, "last_name": "W" * 200, "class_code": "W" * 50}
WIDEST = replace(VERY_LONG, **_WIDE)
WIDEST_PICTURES = replace(VERY_LONG_PICTURES, **_WIDE)

# Names that break what is not made for them.
HOSTILE_NAMES = [
    "محمد",
    "王小明",
    "\ue0f0",
    "\u200b",
    "",
    "Jéf\u0301 <b>&amp;</b>",
    "Jan\r\n\tPeeters",
    "Zoë\u0308 O’Brien-d'Hondt",
    "=CMD()",
    "(\\) Tj ET",
    "😀 Emma",
    "I" * 200,
]


class Area(NamedTuple):
    """A part of a page in mm."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Area") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


def read(pdf: bytes, area: Area, page: int = 0) -> list[str]:
    """The lines of text in an area."""
    text = pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded(*_in_points(area))
    return text.split("\r\n")


def _in_points(area: Area) -> tuple[float, float, float, float]:
    """Left, bottom, right and top as PDF measures them."""
    return (
        area.left * MM,
        (PAGE_HEIGHT - area.bottom) * MM,
        area.right * MM,
        (PAGE_HEIGHT - area.top) * MM,
    )


def _area(left: float, bottom: float, right: float, top: float) -> Area:
    return Area(left / MM, PAGE_HEIGHT - top / MM, right / MM, PAGE_HEIGHT - bottom / MM)


def images(pdf: bytes, page: int = 0) -> list[Area]:
    """Where the QR codes and pictures of a page are."""
    found = pypdfium2.PdfDocument(pdf)[page].get_objects(
        filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4
    )
    return [_area(*one.get_bounds()) for one in found]


def overlapping(pdf: bytes, page: int = 0) -> list[tuple[Area, Area]]:
    """Lines of text that lie over each other, by more than a tenth of a mm."""
    text = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    lines = [_area(*text.get_rect(index)) for index in range(text.count_rects())]
    return [pair for pair in combinations(lines, 2) if _overlap(*pair)]


def _overlap(one: Area, other: Area) -> bool:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return min(width, height) > 0.1


def codes(pdf: bytes, page: int = 0) -> list[str]:
    """What the QR codes of a page hold, read from 300 dpi in black and white alone."""
    scan = image(pdf, page, dpi=300).point(lambda grey: 255 * (grey > 127))
    return [code.text for code in zxingcpp.read_barcodes(scan)]


def without(page: Image.Image, *areas: Area, dpi: int) -> Image.Image:
    """The page with these areas wiped white, and a pixel around them."""
    pixels = dpi / 25.4
    wiped = page.copy()
    for area in areas:
        edges = (
            area.left * pixels - 1,
            area.top * pixels - 1,
            area.right * pixels + 1,
            area.bottom * pixels + 1,
        )
        ImageDraw.Draw(wiped).rectangle(edges, fill=255)
    return wiped


def is_white(page: Image.Image) -> bool:
    return page.getextrema()[0] >= 250


def crop(page: Image.Image, area: Area, *, dpi: int) -> Image.Image:
    left, top, right, bottom = (round(edge * dpi / 25.4) for edge in area)
    return page.crop((left, top, right, bottom))


def dark_runs(page: Image.Image, area: Area, *, dpi: int) -> list[float]:
    """The middles in mm, from the left of the page, of what is dark along a strip."""
    strip = crop(page, area, dpi=dpi)
    dark = [
        strip.crop((x, 0, x + 1, strip.height)).getextrema()[0] < 128 for x in range(strip.width)
    ]

    middles, begin = [], 0
    for x, (before, here) in enumerate(pairwise([False, *dark, False])):
        if here and not before:
            begin = x
        if before and not here:
            middles.append(area.left + (begin + x) / 2 * 25.4 / dpi)
    return middles


def inks(pdf: bytes, page: int = 0) -> set[tuple[int, int, int]]:
    """The colours of the text of a page."""
    found = pypdfium2.PdfDocument(pdf)[page].get_objects(
        filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=4
    )
    return {fill_of(one) for one in found}
