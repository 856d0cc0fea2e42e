"""Reads a password off a copied page by the shapes of its letters alone.

Each letter is compared with all of its alphabet, drawn in the same face and size: read is the one
with the fewest other pixels.
"""

from functools import cache
from itertools import product
from math import ceil

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from credentials.rendering import fonts

from .written import Written

DPI = 200
PIXELS = DPI / 72  # in a pt
BLUR = 0.085 / 25.4 * DPI  # of an office copier: 0.085 mm
MARGIN = 2  # pixels around a letter
SHIFTS = list(product(range(-MARGIN, MARGIN + 1), repeat=2))

FACE = fonts.CODE


def read_copy(page: Image.Image, where: Written, length: int, alphabet: str) -> str:
    """The text of so many letters of `alphabet` that begins here, off a copy of a page in greys."""
    templates = _templates(where.size, alphabet)
    cells = [_cell(where, number) for number in range(length)]
    left, top, right, bottom = cells[0][0], cells[0][1], cells[-1][2], cells[0][3]
    line = _copied(page.crop((left, top, right, bottom)))
    return "".join(
        _nearest(_pixels(line.crop((start - left, 0, end - left, bottom - top))), templates)
        for start, _, end, _ in cells
    )


def _copied(line: Image.Image) -> Image.Image:
    """A line as a copier makes it: a little blurred, and black or white."""
    return line.filter(ImageFilter.GaussianBlur(BLUR)).point(_black_or_white)


def _black_or_white(grey: int) -> int:
    return 255 if grey >= 128 else 0


def _cell(where: Written, number: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels of a letter of the line, with its margin."""
    left = round((where.left + number * FACE.width("0") * where.size) * PIXELS) - MARGIN
    top = round(where.baseline * PIXELS) - _above(where.size)
    return left, top, left + _width(where.size), top + _height(where.size)


def _nearest(pixels: int, templates: dict[str, list[int]]) -> str:
    def others(letter: str) -> int:
        return min((pixels ^ template).bit_count() for template in templates[letter])

    return min(templates, key=others)


@cache
def _templates(size: float, alphabet: str) -> dict[str, list[int]]:
    """Letter -> its pixels, at every place where it may lie in its cell."""
    font = ImageFont.truetype(fonts._path(FACE.font.fontName), size * PIXELS)
    return {letter: [_drawn(font, letter, size, shift) for shift in SHIFTS] for letter in alphabet}


def _drawn(font: ImageFont.FreeTypeFont, letter: str, size: float, shift: tuple[int, int]) -> int:
    cell = Image.new("L", (_width(size), _height(size)), 255)
    place = (MARGIN + shift[0], _above(size) + shift[1])
    ImageDraw.Draw(cell).text(place, letter, fill=0, font=font, anchor="ls")
    return _pixels(cell)


def _pixels(cell: Image.Image) -> int:
    """The pixels of a cell as the bits of a number."""
    return int.from_bytes(cell.point(_black_or_white).convert("1").tobytes())


def _width(size: float) -> int:
    return ceil(FACE.width("0") * size * PIXELS) + 2 * MARGIN


def _above(size: float) -> int:
    return ceil(FACE.ascent * size * PIXELS) + MARGIN


def _height(size: float) -> int:
    return _above(size) + ceil(FACE.descent * size * PIXELS) + MARGIN
