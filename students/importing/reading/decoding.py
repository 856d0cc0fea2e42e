"""Bytes -> text, by evidence, since no .csv says how it was written. Loads no Django.

In this order: UTF-16, UTF-8, lines in an encoding of a byte a letter (`encodings`), and UTF-8 that
was encoded twice (`double_encoding`). See docs/decisions/0043.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from .cleaning import LOST_LETTER
from .double_encoding import undo
from .encodings import LOOKED_AT, WINDOWS, Choice, choose

# Different names that a question shows.
_SHOWN = 5

# Lines with bytes that are no UTF-8, many at a time.
_OLD_LINES = re.compile("^(?:[^\n\udc80-\udcff]*[\udc80-\udcff][^\n]*\n*){1,1000}", re.MULTILINE)
# Two bytes that are UTF-8 by accident, as Mac Roman's apostrophe and É are: one letter of Armenian,
# Hebrew or Arabic in front of a Latin one.
_ACCIDENT = re.compile("[\u0530-\u07bf](?<![^\x00-\x7f].)(?=[A-Za-z])")
_BYTE_ORDER_MARK = "\ufeff"
_LOST_TWICE = "ï¿½"

_OLD = "Dit bestand is niet in de gewone tekencodering bewaard. We lazen het als {}."
_UNSURE = "Het is niet zeker in welke tekencodering dit bestand bewaard is. We lazen het als {}."
_MIXED = (
    "Dit bestand bestaat uit delen in verschillende tekencoderingen. We lazen ze als UTF-8 en {}."
)
_TWICE = "Letters met accenten waren in dit bestand dubbel omgezet. We zetten ze terug."
_WHAT_TO_DO = (
    "Staan er verkeerde letters in de namen: open de lijst in het programma waar ze goed staat, "
    "bewaar ze daar als .xlsx of als “CSV UTF-8”, en lees dat bestand in."
)


@dataclass(frozen=True)
class Decoded:
    """The text of a file and, in Dutch, what is not certain about it.

    `warnings`: how it was read. `questions`: whether names are right as they were read; these are
    for the eyes of whoever imports the file alone.
    """

    text: str
    warnings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def decode(content: bytes) -> Decoded:
    """Decode the bytes of a .csv, whatever they are.

    UTF-16 and UTF-8, with or without byte order mark. Each line that is not UTF-8 is read as
    Windows-1252, Mac Roman or code page 850: the one that fits all of these lines together. UTF-8
    that was encoded twice is put back. Letters that were lost before stay U+FFFD.
    """
    utf_16 = _utf_16(content)
    if utf_16:
        return Decoded(content.decode(utf_16, "replace"))
    if content.isascii():
        return Decoded(content.decode("ascii"))

    # A byte that is no UTF-8 becomes half a surrogate pair, until its line is decoded otherwise.
    text = content.decode("utf-8", "surrogateescape").replace(_BYTE_ORDER_MARK, "")
    old = _decode_old_lines(_ACCIDENT.sub(_as_bytes, text))
    text, names = undo(old.text)
    twice = _asked(text.replace(_LOST_TWICE, LOST_LETTER), _TWICE, names)
    return Decoded(twice.text, old.warnings + twice.warnings, old.questions + twice.questions)


def _utf_16(content: bytes) -> str | None:
    """Return the kind of UTF-16 that the content is, if it is.

    Without a byte order mark it is known by the zero byte of its first letter: headings are ASCII.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if content[1:2] == b"\0":
        return "utf-16-le"
    if content[:1] == b"\0":
        return "utf-16-be"
    return None


def _decode_old_lines(text: str) -> Decoded:
    """Decode the lines with bytes that are no UTF-8, as the encoding that fits all of them.

    Files are glued together: one line in an old encoding must not spoil every `é`.
    """
    mac_lines = "\r" in text and "\n" not in text
    if mac_lines:
        text = text.replace("\r", "\n")
    old = list(islice(_OLD_LINES.finditer(text), LOOKED_AT))
    if not old:
        return Decoded(text)

    choice = choose(map(_bytes_of, old), mac_lines=mac_lines)
    decoded = _OLD_LINES.sub(lambda lines: choice.encoding.decode(_bytes_of(lines)), text)
    is_mixed = not _OLD_LINES.sub("", text).isascii()
    if choice.is_certain and not is_mixed:
        return Decoded(decoded)
    return _asked(decoded, _how_read(choice, is_mixed=is_mixed), choice.names)


def _bytes_of(lines: re.Match[str]) -> bytes:
    """Return the bytes that the file holds there."""
    return lines[0].encode("utf-8", "surrogateescape")


def _as_bytes(found: re.Match[str]) -> str:
    """Return the letter as bytes that are no UTF-8."""
    return found[0].encode().decode("ascii", "surrogateescape")


def _how_read(choice: Choice, *, is_mixed: bool) -> str:
    """Return how the lines were read that are no UTF-8; `is_mixed`: there are others."""
    told = _OLD
    if choice.encoding is WINDOWS:
        told = _UNSURE
    if is_mixed:
        told = _MIXED
    return told.format(choice.encoding.name)


def _asked(text: str, how_read: str, names: Iterable[str]) -> Decoded:
    """Return the text with a warning and a question, or without where no name is in doubt."""
    shown = ", ".join(islice(dict.fromkeys(names), _SHOWN))
    if not shown:
        return Decoded(text)
    return Decoded(text, (f"{how_read} {_WHAT_TO_DO}",), (f"Klopt dit: {shown}?",))
