"""Text in a box: at its own size if it can, smaller if it must, then on more lines; never cut."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .fonts import Face

_SHRINK_BEFORE_WRAPPING = 0.72  # of its size, before a text is set on more lines
_STEP = 0.95


@dataclass(frozen=True)
class _Manner:
    """Where lines may end, and the part of its size below which any letter may end one."""

    piece: re.Pattern[str]
    breaks_below: float


_PROSE = _Manner(re.compile(r"[^\s-]*[\s-]*"), 0.66)
# A username or an address goes on with its dot or hyphen on the next line: a hyphen at the end of
# a line reads as a broken word, and viewers leave it out of what is copied.
_CODE = _Manner(re.compile(r"[./-]*[^./-]*"), 0.77)


@dataclass(frozen=True, eq=False)
class Box:
    """A rectangle in pt: `left` and `top` are its upper left corner, y running upwards."""

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
    """Set `text` in `box`, no larger than `size` pt; however long it is, it fits."""
    on_one_line = min(
        size,
        box.width / max(face.width(text), 0.001),
        box.height / (face.ascent + face.descent),
    )
    if on_one_line >= size * _SHRINK_BEFORE_WRAPPING:
        return Setting((text,), on_one_line)
    return _wrapped(text, face, size, box)


def _wrapped(text: str, face: Face, size: float, box: Box) -> Setting:
    manner = _PROSE if " " in text else _CODE
    smaller = size
    while True:
        width = box.width / smaller
        pieces = manner.piece.findall(text)
        if smaller <= size * manner.breaks_below:
            pieces = _broken(pieces, face, width)
        lines = tuple(_filled(pieces, face, width))
        if _fits(lines, face, smaller, box):
            return Setting(lines, smaller)
        smaller *= _STEP


def _fits(lines: tuple[str, ...], face: Face, size: float, box: Box) -> bool:
    height = face.ascent + face.descent + face.leading * (len(lines) - 1)
    widest = max(map(face.width, lines))
    return height * size <= box.height and widest * size <= box.width


def _filled(pieces: Iterable[str], face: Face, width: float) -> Iterator[str]:
    """Lines with as many of the pieces as go in `width` em; always one at least."""
    line = ""
    for piece in pieces:
        if line and face.width((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


def _broken(pieces: Iterable[str], face: Face, width: float) -> list[str]:
    """The pieces, with those that are wider than a line of `width` em in single letters."""
    return list(
        chain.from_iterable(
            piece if face.width(piece.rstrip()) > width else (piece,) for piece in pieces
        )
    )
