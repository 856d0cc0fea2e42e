"""Text without what nobody sees: of cells, and of the names of files. Loads no Django.

Two names that look the same become the same, so that no list "changes" what the eye cannot find.
"""

import re
import unicodedata
from itertools import groupby, islice

from .. import limits

# What no letter needs and no screen shows: control characters; the category Cf, such as soft
# hyphens, joiners and what turns the direction of the text; and whatever else Unicode calls
# ignorable by default, such as variation selectors and the fillers of Hangul.
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Which letter these were, only the program knows that wrote them: private use, half a surrogate
# pair, and what is no character at all.
_LOST = re.compile(
    "[\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U000fffff\U00100000-\U0010ffff]"
)
LOST_LETTER = "\ufffd"
_BRAILLE_BLANK = "\u2800"

# Accents on one letter. Vietnamese has two; sorting thousands of them takes the square of it.
_ACCENTS = 10


def clean(text: str) -> str:
    """Return the text on one line, in NFC, without invisible characters and double blanks.

    What is beyond its first limits.CELL characters is left out. A character that has a meaning
    for one program only becomes U+FFFD, as a letter that was lost before: never nothing.
    """
    text = text[: limits.CELL]
    if not text.isascii():
        text = _composed(_visible(text))
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)

    return " ".join(text.split())


def _visible(text: str) -> str:
    """Return the text without invisible characters."""
    text = _INVISIBLE.sub("", text).replace(_BRAILLE_BLANK, " ")
    if text.isprintable():
        return text
    return _LOST.sub(LOST_LETTER, text)


def _composed(text: str) -> str:
    """Return the text in NFC, which may be longer: up to limits.CELL characters of it."""
    if unicodedata.is_normalized("NFC", text):
        return text

    kept: list[str] = []
    for is_accent, characters in groupby(text, _is_accent):
        kept.extend(islice(characters, _ACCENTS if is_accent else None))
    return unicodedata.normalize("NFC", "".join(kept))[: limits.CELL]


def _is_accent(character: str) -> bool:
    return unicodedata.combining(character) > 0
