"""The three faces that are printed, and how a text is spelled in the letters they have."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from anyascii import anyascii
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).parent / "fonts"
_CONTROLS = {"Cc", "Cf", "Cs"}  # control, invisible format and lone surrogate characters


class _Widths(dict[str, float]):
    """The width of each letter in em, looked up in the font once: `sum(map(...))` stays in C."""

    def __init__(self, font: TTFont) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, letter: str) -> float:
        face = self._font.face
        return self.setdefault(letter, face.charWidths.get(ord(letter), face.defaultWidth) / 1000)


@dataclass(frozen=True, eq=False)
class Face:
    """An embedded TrueType face; all measures in em, so times the size in pt."""

    font: TTFont
    ascent: float  # from the baseline to the top of the tallest letter: no ink above
    descent: float  # from the baseline down to the lowest ink
    leading: float = 1.2

    @cached_property
    def _widths(self) -> "_Widths":
        return _Widths(self.font)

    def width(self, text: str) -> float:
        return sum(map(self._widths.__getitem__, text))

    def has(self, letter: str) -> bool:
        """Whether the letter can be set as it is; loose accents cannot: nothing is shaped."""
        return ord(letter) in self.font.face.charToGlyph and not unicodedata.combining(letter)


def _face(name: str, *, ascent: float, descent: float) -> Face:
    font = TTFont(name, str(_FOLDER / f"{name}.ttf"), asciiReadable=True, shapable=False)
    pdfmetrics.registerFont(font)
    return Face(font, ascent=ascent, descent=descent)


REGULAR = _face("NotoSans-Regular", ascent=1.07, descent=0.3)
BOLD = _face("NotoSans-Bold", ascent=1.07, descent=0.3)
# For what must be typed: here l, I, 1, O and 0 differ.
CODE = _face("DejaVuSansMono-Bold", ascent=0.8, descent=0.25)


def printable(text: str, face: Face) -> str:
    """Spell `text` in letters of `face`; the folded spelling (anyascii) for any other letter."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if face.has(letter) else anyascii(letter) for letter in _without_controls(text)
    )


def spelled_in_full(name: str) -> bool:
    """Whether the name is printed as it is, and not in its folded spelling."""
    return all(BOLD.has(letter) for letter in _without_controls(name))


def _without_controls(text: str) -> str:
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(letter for letter in composed if unicodedata.category(letter) not in _CONTROLS)
