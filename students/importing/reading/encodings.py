"""Encodings of a byte a letter, and the choice between them. Loads no Django.

The evidence is in the words with letters that are not ASCII: how well these fit in names, as each
encoding reads them (`letters`).
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice

from .cleaning import clean
from .letters import FLAW, fit, is_name

# Different words that are weighed, and places that are looked at: all of the longest list.
WEIGHED = 5_000
LOOKED_AT = 100_000
# Letters around a sign that belong to its word.
WORD = 20

# Another encoding is believed where it fits better than Windows-1252 by this much, and nobody is
# asked where Windows-1252 fits better by that much.
_BELIEVED = 3
_CERTAIN = 2
# Lines that end as on old Macs speak for their encoding.
_MAC_LINES = 3

_BYTES_OF_WORD = re.compile(rb"[\x80-\xff][A-Za-z\x80-\xff]{0,%d}" % WORD)
_ASCII_HEAD = re.compile(rb"[A-Za-z]*\Z")


class Encoding:
    """An encoding of a byte a letter, in which every byte has a meaning.

    `letters`: the letter of each byte.
    """

    def __init__(self, codec: str, name: str) -> None:
        self.name = name
        self.letters = "".join(_letter(number, codec) for number in range(256))
        self._bytes = codecs.charmap_build(self.letters)

    def decode(self, content: bytes) -> str:
        """Return the text."""
        return codecs.charmap_decode(content, "strict", self.letters)[0]

    def encode(self, text: str) -> bytes:
        """Return the bytes. Raises UnicodeEncodeError for a letter that has none."""
        return codecs.charmap_encode(text, "strict", self._bytes)[0]


def _letter(number: int, codec: str) -> str:
    """Return the letter of a byte: of Latin-1 where the codec leaves it open, as programs do."""
    byte = bytes([number])
    return byte.decode(codec, "ignore") or byte.decode("latin-1")


WINDOWS = Encoding("cp1252", "Windows-1252")
MAC = Encoding("mac-roman", "Mac Roman")
DOS = Encoding("cp850", "codepagina 850")
ENCODINGS = (WINDOWS, MAC, DOS)


@dataclass(frozen=True)
class Choice:
    """The encoding that fits, and the names as it reads them, those that are most in doubt first.

    Only Windows-1252 is ever certain.
    """

    encoding: Encoding
    names: list[str]
    is_certain: bool


def choose(parts: Iterable[bytes], *, mac_lines: bool) -> Choice:
    """Choose the encoding that fits all of these parts of a file together.

    `mac_lines`: the file has the ends of lines of old Macs.
    """
    words = _words(parts)
    together = b" ".join(words)
    fits = {encoding: fit(encoding.decode(together)) for encoding in ENCODINGS}
    if mac_lines:
        fits[MAC] += _MAC_LINES

    other = max((MAC, DOS), key=fits.__getitem__)
    lead = fits[WINDOWS] - fits[other]
    chosen = other if lead <= -_BELIEVED else WINDOWS
    # Parts of the file may be another's.
    is_certain = lead >= _CERTAIN and not any(map(_is_of_another, words))

    read = map(chosen.decode, sorted(words, key=_doubt, reverse=True))
    return Choice(chosen, list(filter(is_name, map(clean, read))), is_certain)


def _words(parts: Iterable[bytes]) -> list[bytes]:
    """Return the first different words that are not ASCII, in their order."""
    words: dict[bytes, None] = {}
    found_in = chain.from_iterable(map(_BYTES_OF_WORD.finditer, parts))
    for found in islice(found_in, LOOKED_AT):
        head = found.string[max(0, found.start() - WORD) : found.start()]
        words[_ASCII_HEAD.findall(head)[0] + found[0]] = None

    return list(words)[:WEIGHED]


def _doubt(word: bytes) -> int:
    """Return by how much another encoding fits the word better than Windows-1252."""
    return _other_fit(word) - fit(WINDOWS.decode(word))


def _is_of_another(word: bytes) -> bool:
    """Return whether the word has a flaw in Windows-1252 and is a name in another encoding."""
    return fit(WINDOWS.decode(word)) <= FLAW and _other_fit(word) > 0


def _other_fit(word: bytes) -> int:
    """Return how well the word fits in the better one of the other encodings."""
    return max(fit(MAC.decode(word)), fit(DOS.decode(word)))
