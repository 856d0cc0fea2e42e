"""Bytes -> text, by evidence, since no .csv says how it was written. Loads no Django.

The evidence is in the words with letters that are not ASCII: which letters they are, whether upper
and lower case fit, and whether signs stand inside the words (docs/decisions/0043).
"""

import codecs
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter, itemgetter, sub

from .cleaning import LOST_LETTER, clean

# Different words of a file that are weighed, and that a warning shows.
_WEIGHED = 5_000
_SHOWN = 5
# Places that are looked at: all of the longest list.
_LOOKED_AT = 100_000
# Letters around a sign that belong to its word.
_WORD = 20

# How well letters fit: those of names in Western Europe, any other, the apostrophe of D'Hondt, and
# a flaw: a letter or sign where no name has it.
_HOW_USUAL = (
    (frozenset("éèëïöüçšžÉËÏÖÜÇ"), 4),
    (frozenset("áàâäåæêîíñóôøúûÁÄÅÑÔØŠŽ"), 3),
    (frozenset("ãÂÃÊÈÍÎÓÚ"), 2),
    (frozenset("œŒÕ"), 0),
)
_RARE = 1
_APOSTROPHE = 6
_FLAW = -3
# Another encoding is believed where it fits better than Windows-1252 by this much, and nobody is
# asked where Windows-1252 fits better by that much.
_BELIEVED = 3
_CERTAIN = 2
# Lines that end as on old Macs speak for their encoding.
_MAC_LINES = 3
# A careless chain of programs encodes more than once too often.
_TIMES = 3

# Letters of Icelandic, or none of names at all.
_STRANGE_LETTERS = frozenset("ƒªºµþðÞÐ")
_TREMAS = frozenset("ëïËÏ")
_VOWELS = frozenset("aeiouyAEIOUY")
_APOSTROPHES = frozenset("\u2018\u2019\u00b4")
_BEFORE_WORDS = frozenset("\u2018\u2019\u00b4\u2039“„«¿¡")
_AFTER_WORDS = frozenset("\u2019\u00b4\u203a”»…°")

_BYTES_OF_WORD = re.compile(rb"[\x80-\xff][A-Za-z\x80-\xff]{0,%d}" % _WORD)
_ASCII_HEAD = re.compile(rb"[A-Za-z]*\Z")
_HEAD = re.compile(r"[^\W\d_]*\Z")
_NAME = re.compile("[^\\W\\d_]+(?:[\u2019'-][^\\W\\d_]+)*")
_TAIL = re.compile(r"[^\W\d_]*")
# Lines with bytes that are no UTF-8, many at a time.
_OLD_LINES = re.compile("^(?:[^\n\udc80-\udcff]*[\udc80-\udcff][^\n]*\n*){1,1000}", re.MULTILINE)
# Two bytes that are UTF-8 by accident, as Mac Roman's apostrophe and É are: one letter of Armenian,
# Hebrew or Arabic in front of a Latin one.
_ACCIDENT = re.compile("[\u0530-\u07bf](?<![^\x00-\x7f].)(?=[A-Za-z])")
_BYTE_ORDER_MARK = "\ufeff"
_LOST_TWICE = "ï¿½"

_WHAT_TO_DO = (
    "Zo niet: open de lijst in het programma waar ze goed staat, bewaar ze daar als .xlsx of als "
    "“CSV UTF-8”, en lees dat bestand in."
)
_OLD = "Dit bestand is niet in de gewone tekencodering bewaard. We lazen het als {}."
_UNSURE = "Het is niet zeker in welke tekencodering dit bestand bewaard is. We lazen het als {}."
_MIXED = (
    "Dit bestand bestaat uit delen in verschillende tekencoderingen. We lazen ze als UTF-8 en {}."
)
_TWICE = "Letters met accenten waren in dit bestand dubbel omgezet. We zetten ze terug."


@dataclass(frozen=True)
class Decoded:
    """The text of a file and, in Dutch, what is not certain about it."""

    text: str
    warnings: tuple[str, ...] = ()


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
    text = _ACCIDENT.sub(_as_bytes, text)
    text, warnings = _decode_old_lines(text)
    text, names = _undo(text)
    return Decoded(text.replace(_LOST_TWICE, LOST_LETTER), warnings + _ask(_TWICE, names))


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


def _ask(what: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the warning with the words that decided, or none where no word did."""
    shown = ", ".join(islice(dict.fromkeys(words), _SHOWN))
    if not shown:
        return ()
    return (f"{what} Klopt dit: {shown}? {_WHAT_TO_DO}",)


# How well text fits ------------------------------------------------------------------------------


def _fit(text: str) -> int:
    """Return how much the letters that are not ASCII look like those of names, the more the better.

    Less than 0: some stand where no name has them.
    """
    if text.isascii():
        return 0

    around = f"  {text} "
    total = 0
    for place, character in enumerate(text, start=2):
        if not character.isascii():
            total += _fit_of(character, around[place - 2 : place], around[place + 1])
    return total


def _fit_of(character: str, before: str, after: str) -> int:
    """Return how well a character fits behind the two before it and in front of the one after."""
    touches_ascii = _is_ascii_letter(before[1]) or _is_ascii_letter(after)
    if not character.isalpha():
        return _fit_of_sign(character, before, after)
    if character in _STRANGE_LETTERS:
        return -1
    if not _is_latin(character):
        return _FLAW if touches_ascii else 0

    if character.isupper():
        return _fit_of_capital(character, before, after)
    if after.isupper():
        return _FLAW if before[1].islower() else 0
    if before[0].isupper() and before[1].isupper():
        # `ANDRé`: some keyboards have no capitals with accents.
        return 0
    if not before[1].isalpha():
        return _RARE
    return _how_usual(character, before[1])


def _fit_of_capital(letter: str, before: str, after: str) -> int:
    """Return how well a capital fits: not behind a lower-case letter, nor as the second of a word.

    The second of a word in capitals is fine.
    """
    if before[1].islower() or (before[1].isalpha() and after.islower()):
        return _FLAW
    return _how_usual(letter, before[1])


def _how_usual(letter: str, before: str) -> int:
    """Return how usual a letter is in names; with a trema, behind a vowel."""
    if letter in _TREMAS and before not in _VOWELS:
        return 0
    for letters, fit in _HOW_USUAL:
        if letter in letters:
            return fit
    return _RARE


def _fit_of_sign(sign: str, before: str, after: str) -> int:
    """Return how well a sign fits: beside a word, or an apostrophe inside it."""
    in_front = not before[1].isalpha()
    behind = not after.isalpha()
    if sign.isspace() or (in_front and behind):
        return 0
    if (in_front and sign in _BEFORE_WORDS) or (behind and sign in _AFTER_WORDS):
        return 0
    if sign not in _APOSTROPHES or in_front or behind:
        return _FLAW

    # D'Hondt, D'haene, N'diaye; Sa'id might hold a letter that was read wrongly.
    if after.isupper() or after == "h":
        return _APOSTROPHE
    if after in _VOWELS:
        return -1
    return 0 if before[0] == " " else _FLAW


def _is_ascii_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _is_latin(letter: str) -> bool:
    return letter < "\u0370" or "\u1e00" <= letter <= "\u1eff"


# A byte a letter --------------------------------------------------------------------------------


class _Encoding:
    """An encoding of a byte a letter, in which every byte has a meaning."""

    def __init__(self, codec: str, name: str) -> None:
        self.name = name
        # Latin-1 where the encoding leaves a byte open, as programs do.
        letters = [_letter(number, codec) for number in range(256)]
        self.letters = "".join(letters)
        self._bytes = codecs.charmap_build(self.letters)
        self.misread = re.compile(_misread_utf_8(self.letters))

    def decode(self, content: bytes) -> str:
        """Return the text."""
        return codecs.charmap_decode(content, "strict", self.letters)[0]

    def undone(self, misread: str) -> list[str]:
        """Return the text and, if it is UTF-8 that was read as this encoding, what it was.

        That may have been misread as well.
        """
        forms = [misread]
        for _ in range(_TIMES):
            with suppress(UnicodeError):
                content = codecs.charmap_encode(forms[-1], "strict", self._bytes)[0]
                forms.append(content.decode())

        return forms


def _letter(number: int, codec: str) -> str:
    byte = bytes([number])
    return byte.decode(codec, "ignore") or byte.decode("latin-1")


def _misread_utf_8(letters: str) -> str:
    """Return the pattern of letters of UTF-8 of two bytes or more, each byte read as a letter."""
    following = re.escape(letters[0x80:0xC0])
    two = re.escape(letters[0xC2:0xE0])
    three = re.escape(letters[0xE0:0xF0])
    four = re.escape(letters[0xF0:0xF5])
    letter = f"[{two}][{following}]|[{three}][{following}]{{2}}|[{four}][{following}]{{3}}"
    return f"(?:{letter}){{1,{_WORD}}}"


def _pair(tables: Iterable[str]) -> str:
    """Return the pattern of the first two bytes of any of these letters."""
    first = ""
    following = ""
    for letters in tables:
        first += letters[0xC2:0xF5]
        following += letters[0x80:0xC0]
    return f"[{re.escape(first)}][{re.escape(following)}]"


_WINDOWS = _Encoding("cp1252", "Windows-1252")
_MAC = _Encoding("mac-roman", "Mac Roman")
_DOS = _Encoding("cp850", "codepagina 850")
_ENCODINGS = (_WINDOWS, _MAC, _DOS)
_MISREAD_AS = (*_ENCODINGS, _Encoding("latin-1", "Latin-1"))
# The first two bytes of all of these, found sooner than the whole.
_SUSPECT = re.compile(_pair(encoding.letters for encoding in _MISREAD_AS))


def _decode_old_lines(text: str) -> tuple[str, tuple[str, ...]]:
    """Decode the lines with bytes that are no UTF-8, as the encoding that fits all of them.

    Files are glued together: one line in an old encoding must not spoil every `é`. Also returns the
    warning about it.
    """
    mac_lines = "\r" in text and "\n" not in text
    if mac_lines:
        text = text.replace("\r", "\n")
    old = list(islice(_OLD_LINES.finditer(text), _LOOKED_AT))
    if not old:
        return text, ()

    words = _words(_bytes_of(lines) for lines in old)
    choice = _choose(words, mac_lines=mac_lines)
    decoded = _OLD_LINES.sub(lambda lines: choice.encoding.decode(_bytes_of(lines)), text)

    is_mixed = not _OLD_LINES.sub("", text).isascii()
    return decoded, _ask_about(choice, is_mixed=is_mixed)


def _bytes_of(lines: re.Match[str]) -> bytes:
    """Return the bytes that the file holds there."""
    return lines[0].encode("utf-8", "surrogateescape")


def _as_bytes(found: re.Match[str]) -> str:
    """Return the letter as bytes that are no UTF-8."""
    return found[0].encode().decode("ascii", "surrogateescape")


def _ask_about(choice: "_Choice", *, is_mixed: bool) -> tuple[str, ...]:
    """Return the warning about the encoding; for what is Windows-1252 throughout there is none."""
    words = choice.shown()
    if is_mixed:
        return _ask(_MIXED.format(choice.encoding.name), words)
    if choice.encoding is not _WINDOWS:
        return _ask(_OLD.format(choice.encoding.name), words)
    if choice.is_certain:
        return ()
    return _ask(_UNSURE.format(choice.encoding.name), words)


def _words(parts: Iterable[bytes]) -> list[bytes]:
    """Return the first different words that are not ASCII, in their order."""
    words: dict[bytes, None] = {}
    found_in = chain.from_iterable(map(_BYTES_OF_WORD.finditer, parts))
    for found in islice(found_in, _LOOKED_AT):
        head = found.string[max(0, found.start() - _WORD) : found.start()]
        words[_ASCII_HEAD.findall(head)[0] + found[0]] = None

    return list(words)[:_WEIGHED]


@dataclass(frozen=True)
class _Choice:
    """The encoding that fits, and the words that say so, or that leave it in doubt, first."""

    encoding: _Encoding
    words: list[bytes]
    is_certain: bool = False

    def shown(self) -> Iterator[str]:
        """Yield the words as they are read, without those that are signs or figures."""
        for word in self.words:
            text = clean(self.encoding.decode(word))
            if any(map(str.isalpha, text)) and not any(map(str.isnumeric, text)):
                yield text


def _choose(words: list[bytes], *, mac_lines: bool) -> _Choice:
    """Choose the encoding of these words. Only Windows-1252 is ever certain."""
    fits = {encoding: [_fit(encoding.decode(word)) for word in words] for encoding in _ENCODINGS}
    totals = {encoding: sum(fits[encoding]) for encoding in _ENCODINGS}
    if mac_lines:
        totals[_MAC] += _MAC_LINES

    other = max((_MAC, _DOS), key=totals.__getitem__)
    lead = totals[_WINDOWS] - totals[other]
    gains = list(map(sub, fits[other], fits[_WINDOWS]))
    by_gain = sorted(zip(gains, words, strict=True), key=itemgetter(0), reverse=True)
    ordered = [word for gain, word in by_gain]
    if lead <= -_BELIEVED:
        return _Choice(other, ordered)

    # Parts of the file may be another's.
    strangers = [word for word in words if _is_of_another(word)]
    if strangers:
        return _Choice(_WINDOWS, strangers)
    return _Choice(_WINDOWS, ordered, is_certain=lead >= _CERTAIN)


def _is_of_another(word: bytes) -> bool:
    """Return whether the word has a flaw in Windows-1252 and is a name in another encoding."""
    if _fit(_WINDOWS.decode(word)) > _FLAW:
        return False
    return _fit(_MAC.decode(word)) > 0 or _fit(_DOS.decode(word)) > 0


# UTF-8 that was encoded twice -------------------------------------------------------------------


def _undo(text: str) -> tuple[str, list[str]]:
    """Put back UTF-8 that was read as another encoding and encoded again, maybe more than once.

    Also returns names that were put back.
    """
    if not _SUSPECT.search(text):
        return text, []

    misreadings = [_Misreading(text, encoding) for encoding in _MISREAD_AS]
    likely = max(misreadings, key=attrgetter("gain"))
    if likely.gain <= 0:
        return text, []
    return likely.put_back(text), likely.names()


class _Misreading:
    """What of a text may be UTF-8 that was read as this encoding.

    Genuine text holds some as well, such as the end of “MALMÖ”, so each run of such signs is judged
    by the places where it stands. `gain`: how much better the text fits, all put back.
    """

    def __init__(self, text: str, encoding: _Encoding) -> None:
        self._encoding = encoding
        self._places = _different_places(text, encoding)
        fits: dict[str, Counter[str]] = defaultdict(Counter)
        for place in self._places:
            before = text[max(0, place.start() - 2) : place.start()]
            after = text[place.end() : place.end() + 1]
            for form in encoding.undone(place[0]):
                fits[place[0]][form] += _fit(before + form + after)

        self.gain = 0
        self._right: dict[str, str] = {}
        for run, of_forms in fits.items():
            right = _most_undone(of_forms)
            self._right[run] = right
            self.gain += of_forms[right] - of_forms[run]

    def put_back(self, text: str) -> str:
        """Return the text, or a part of it, as it was before it was misread."""
        return self._encoding.misread.sub(self._as_it_was, text)

    def _as_it_was(self, place: re.Match[str]) -> str:
        run = place[0]
        if run not in self._right:
            forms = self._encoding.undone(run)
            return _most_undone({form: _fit(form) for form in forms})
        return self._right[run]

    def names(self) -> list[str]:
        """Return the names around the first places, put back."""
        names = []
        for place in islice(self._places, _WORD * _SHOWN):
            if self._as_it_was(place) != place[0]:
                names.extend(self._names_at(place))
        return names

    def _names_at(self, place: re.Match[str]) -> list[str]:
        """Return the name around the place, unless that is none."""
        start, end = place.span()
        head = self.put_back(place.string[max(0, start - _WORD) : start])
        tail = self.put_back(place.string[end : end + _WORD])
        word = _HEAD.findall(head)[0] + self._as_it_was(place) + _TAIL.findall(tail)[0]
        return [name for name in _NAME.findall(clean(word)) if not name.isascii()]


def _most_undone(fits: Mapping[str, int]) -> str:
    """Return the form that was undone most, the last, of those without a flaw; else the best."""
    for form in reversed(list(fits)):
        if fits[form] >= 0:
            return form
    return max(reversed(list(fits)), key=fits.__getitem__)


def _different_places(text: str, encoding: _Encoding) -> list[re.Match[str]]:
    """Return the first places of what may be UTF-8 read as this encoding, one of each kind."""
    places: dict[str, re.Match[str]] = {}
    for place in islice(encoding.misread.finditer(text), _LOOKED_AT):
        around = text[max(0, place.start() - 2) : place.end() + 1]
        places.setdefault(around, place)

    return list(places.values())[:_WEIGHED]
