"""The three faces of the printed documents, and the spelling of a text in their letters."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anyascii import anyascii
from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).parent / "fonts"
_UNITS = 1000  # of an em, in which outlines are measured
_CONTROLS = {"Cc", "Cf", "Cs"}  # control, invisible format and lone surrogate characters


@dataclass(frozen=True, eq=False)
class Face:
    """An embedded TrueType face. Measures are in em: times a text's size they are in pt."""

    font: TTFont
    widths: Mapping[str, float]  # of every letter; one that the face lacks has its default width
    ascent: float  # from the baseline to the top of the tallest letter: no ink above
    descent: float  # from the baseline down to the lowest ink
    leading: float = 1.2  # from one baseline to the next

    def width(self, text: str) -> float:
        """Return the width of the text in em."""
        # All in C: this runs again and again for each text of each card.
        return sum(map(self.widths.__getitem__, text))

    def ink_width(self, text: str) -> float:
        """Return the width of the text in em with what its ends stick out, as a bold J does."""
        return self.overhang(text[:1])[0] + self.width(text) + self.overhang(text[-1:])[1]

    def overhang(self, letter: str) -> tuple[float, float]:
        """Return how far the letter's ink sticks out of its width, left and right, in em."""
        return _overhang(self.font.fontName, letter)

    def has(self, letter: str) -> bool:
        """Whether the letter can be set as it is.

        A loose accent cannot: it would have to be shaped onto the letter before it.
        """
        if unicodedata.combining(letter):
            return False
        return ord(letter) in self.font.face.charToGlyph


@cache
def _overhang(name: str, letter: str) -> tuple[float, float]:
    drawn = _outlines(name)
    left, _, right, _ = drawn.getbbox(letter, anchor="ls")
    beyond = right - drawn.getlength(letter)
    return max(0, -left) / _UNITS, max(0, beyond) / _UNITS


@cache
def _outlines(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_path(name), _UNITS)


def _path(name: str) -> str:
    return str(_FOLDER / f"{name}.ttf")


def _face(name: str, *, ascent: float, descent: float) -> Face:
    """Load and register a face of the folder `fonts`; `ascent` and `descent` in em."""
    font = TTFont(name, _path(name), asciiReadable=True, shapable=False)
    pdfmetrics.registerFont(font)

    thousandths = font.face.charWidths  # by code point
    default = font.face.defaultWidth / 1000
    widths: defaultdict[str, float] = defaultdict(lambda: default)
    for code, width in thousandths.items():
        widths[chr(code)] = width / 1000

    return Face(font, widths, ascent=ascent, descent=descent)


REGULAR = _face("NotoSans-Regular", ascent=1.07, descent=0.3)
BOLD = _face("NotoSans-Bold", ascent=1.07, descent=0.3)
# For what must be typed: here l, I, 1, O and 0 differ.
CODE = _face("DejaVuSansMono-Bold", ascent=0.8, descent=0.25)


def printable(text: str, face: Face) -> str:
    """Spell `text` in letters of `face`, with the folded spelling (anyascii) of all others."""
    # Every face has the ASCII letters.
    if text.isascii() and text.isprintable():
        return text

    spelled = ""
    for letter in _without_controls(text):
        if face.has(letter):
            spelled += letter
        else:
            spelled += anyascii(letter)

    return spelled


def spelled_in_full(name: str) -> bool:
    """Whether every letter of the name is printed as it is, none in its folded spelling."""
    # Every face has the ASCII letters.
    if name.isascii() and name.isprintable():
        return True
    return all(BOLD.has(letter) for letter in _without_controls(name))


def _without_controls(text: str) -> str:
    """Return the text in NFC, with single spaces and without invisible characters."""
    single_spaced = " ".join(text.split())
    composed = unicodedata.normalize("NFC", single_spaced)
    return "".join(letter for letter in composed if unicodedata.category(letter) not in _CONTROLS)
