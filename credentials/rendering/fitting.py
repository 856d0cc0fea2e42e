"""Text in a box: at its own size, else smaller, else on more lines; never cut."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .fonts import Face

_SHRINK_BEFORE_WRAPPING = 0.72  # the part of its size down to which a text stays on one line
_STEP = 0.95


@dataclass(frozen=True)
class _Wrapping:
    """How a text is cut in lines."""

    piece: re.Pattern[str]  # a line ends between two of these
    breaks_below: float  # the part of its size below which a line may end after any letter


_PROSE = _Wrapping(re.compile(r"[^\s-]*[\s-]*"), 0.66)
# A username or a URL goes on with its dot or hyphen on the next line: a hyphen at the end of a
# line reads as a broken word, and viewers leave it out of what is copied.
_CODE = _Wrapping(re.compile(r"[./-]*[^./-]*"), 0.77)


@dataclass(frozen=True, eq=False)
class Box:
    """A rectangle in pt: `left` and `top` are its upper left corner, y runs upwards."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Setting:
    """Lines of text and the size in pt at which they fit."""

    lines: tuple[str, ...]
    size: float


def fit(text: str, face: Face, size: float, box: Box) -> Setting:
    """Set `text` in `box`, at `size` pt or smaller; a text of any length fits.

    It stays on one line down to a part of its size (`_SHRINK_BEFORE_WRAPPING`).
    """
    on_one_line = min(
        size,
        box.width / max(face.ink_width(text), 0.001),
        box.height / (face.ascent + face.descent),
    )

    if on_one_line >= size * _SHRINK_BEFORE_WRAPPING:
        return Setting((text,), on_one_line)

    return _wrapped(text, face, size, box)


def _wrapped(text: str, face: Face, size: float, box: Box) -> Setting:
    """Set `text` on several lines, smaller step by step until it fits."""
    wrapping = _PROSE if " " in text else _CODE
    smaller = size

    while True:
        width = box.width / smaller
        pieces = wrapping.piece.findall(text)
        if smaller <= size * wrapping.breaks_below:
            pieces = _broken(pieces, face, width)

        lines = tuple(_filled(pieces, face, width))
        if _fits(lines, face, smaller, box):
            return Setting(lines, smaller)

        smaller *= _STEP


def _fits(lines: tuple[str, ...], face: Face, size: float, box: Box) -> bool:
    height = face.ascent + face.descent + face.leading * (len(lines) - 1)
    widest = max(map(face.ink_width, lines))
    return height * size <= box.height and widest * size <= box.width


def _filled(pieces: Iterable[str], face: Face, width: float) -> Iterator[str]:
    """Yield lines with as many of the pieces as `width` em holds, and one piece at least."""
    line = ""
    for piece in pieces:
        if line and face.width((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece

    yield line.rstrip()


def _broken(pieces: Iterable[str], face: Face, width: float) -> list[str]:
    """Return the pieces, the ones wider than a line of `width` em taken apart in letters."""
    broken: list[str] = []
    for piece in pieces:
        if face.width(piece.rstrip()) > width:
            broken.extend(piece)
        else:
            broken.append(piece)

    return broken
