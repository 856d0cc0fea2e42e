"""Text in a box: as large as it can be, on one line or more; never cut, never under 6 pt."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt

from .fonts import Face

SMALLEST = 6.0  # pt: nothing on paper is smaller
_STEP = 0.25
_ROUNDING = 1e-6  # pt, by which sums of the same widths or heights may differ

# A line of prose ends after a space or a hyphen. A username or a URL goes on with its dot or hyphen
# on the next line: a hyphen at the end of a line reads as a broken word, and viewers leave it out
# of what is copied.
_PROSE = re.compile(r"[^\s-]*[\s-]*")
_CODE = re.compile(r"[./-]*[^./-]*")
_LETTER_OF_CODE = re.compile(r"[./-]*[^./-]?")


@dataclass(frozen=True, eq=False)
class Box:
    """A rectangle in pt: `left` and `top` are its upper left corner, y runs upwards."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Setting:
    """Lines of text and their size in pt.

    `fits` where the box holds them; `whole` where it does and each line ends between words.
    """

    lines: tuple[str, ...]
    size: float
    fits: bool = True
    whole: bool = True


def fit(text: str, face: Face, size: float, box: Box) -> Setting:
    """Set `text` in `box` at the largest size of at most `size` pt at which it fits.

    At each size it stays on one line if it can, and wraps between words otherwise. Within words it
    wraps only where it would not fit in 6 pt: text wraps before it gets that small, and never gets
    smaller. What fits in no way is set in 6 pt, runs out of its box, and says so.
    """
    on_one_line = min(
        size,
        (box.width + _ROUNDING) / max(face.ink_width(text), 0.001),
        (box.height + _ROUNDING) / (face.ascent + face.descent),
    )
    if on_one_line == size:
        return Setting((text,), size)

    for smaller in _sizes(text, face, size, max(on_one_line, SMALLEST), box):
        lines = _between_words(text, face, box.width / smaller)
        if _fits(lines, face, smaller, box):
            return Setting(lines, smaller)
    if on_one_line >= SMALLEST:
        return Setting((text,), on_one_line)

    if is_too_long(text, face, SMALLEST, box):
        # Nobody asks for its lines.
        return Setting((text,), SMALLEST, fits=False, whole=False)
    for smaller in _sizes(text, face, size, SMALLEST, box):
        lines = _within_words(text, face, box.width / smaller)
        if _fits(lines, face, smaller, box):
            return Setting(lines, smaller, whole=False)
    return Setting(
        _within_words(text, face, box.width / SMALLEST), SMALLEST, fits=False, whole=False
    )


def is_too_long(text: str, face: Face, size: float, box: Box) -> bool:
    """Whether the box cannot hold that much ink in two lines or more, wherever they end.

    Told without setting the text, which takes long for thousands of letters.
    """
    return _largest_wrapped(text, face, box) < size


def lines_at(text: str, face: Face, size: float, width: float) -> tuple[str, ...]:
    """Return the lines of `text` at `size` in a width of pt, as few as `fit` could make of it."""
    width_in_em = width / size
    between = _between_words(text, face, width_in_em)
    within = _within_words(text, face, width_in_em)
    if len(between) > len(within) or _widest(between, face) > width_in_em:
        return within
    return between


def height_of(lines: tuple[str, ...], face: Face, size: float) -> float:
    """Return the height in pt of lines below each other."""
    return size * (face.ascent + face.descent + face.leading * (len(lines) - 1))


def _sizes(text: str, face: Face, largest: float, smallest: float, box: Box) -> Iterator[float]:
    """Yield the sizes in pt at which `text` may fit on several lines, from large to small."""
    most = _largest_wrapped(text, face, box)
    if most < smallest:
        return

    size = min(largest, most)
    while size > smallest:
        yield size
        size -= _STEP
    yield smallest


def _largest_wrapped(text: str, face: Face, box: Box) -> float:
    """Return a size in pt above which two lines or more of `text` are too high for the box.

    Wherever they end: at a size `s` they are `s * ink / width` lines at least, so that
    `s * (ascent + descent - leading) + s * s * leading * ink / width` is at most the height.
    """
    height = box.height + _ROUNDING
    two_lines = height / (face.ascent + face.descent + face.leading)

    ink = face.width(text.replace(" ", ""))
    squared = max(face.leading * ink / box.width, 0.001)
    linear = face.ascent + face.descent - face.leading
    all_lines = (sqrt(linear**2 + 4 * squared * height) - linear) / (2 * squared)

    return min(two_lines, all_lines)


def _between_words(text: str, face: Face, width: float) -> tuple[str, ...]:
    """Return lines of whole words; one with a word that is wider than `width` em sticks out."""
    return tuple(_filled(_words(text), face, width))


def _within_words(text: str, face: Face, width: float) -> tuple[str, ...]:
    """Return lines of `width` em that end within words: of prose within those wider than a line."""
    if " " not in text:
        return tuple(_filled(_LETTER_OF_CODE.findall(text), face, width))

    pieces: list[str] = []
    for word in _words(text):
        if face.ink_width(word.rstrip()) > width:
            pieces.extend(word)
        else:
            pieces.append(word)
    return tuple(_filled(pieces, face, width))


def _words(text: str) -> list[str]:
    """Return the text in pieces, between which a line may end."""
    word = _PROSE if " " in text else _CODE
    return word.findall(text)


def _fits(lines: tuple[str, ...], face: Face, size: float, box: Box) -> bool:
    height = height_of(lines, face, size)
    width = _widest(lines, face) * size
    return height <= box.height + _ROUNDING and width <= box.width + _ROUNDING


def _widest(lines: tuple[str, ...], face: Face) -> float:
    """Return the width in em of the widest line."""
    return max(map(face.ink_width, lines))


def _filled(pieces: Iterable[str], face: Face, width: float) -> Iterator[str]:
    """Yield lines with as many of the pieces as `width` em holds, and one piece at least."""
    line, used = "", 0.0
    for piece in pieces:
        end = piece.rstrip()
        sticks_out = face.overhang(line[:1])[0] + face.overhang(end[-1:])[1]
        if line and used + face.width(end) + sticks_out > width:
            yield line.rstrip()
            line, used = "", 0.0
        line += piece
        used += face.width(piece)

    yield line.rstrip()
