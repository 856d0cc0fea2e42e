"""UTF-8 that was read as another encoding and encoded again -> the text. Loads no Django.

Genuine text holds signs that look like it, such as the end of “MALMÖ”. So each run of such signs is
judged by the places where it stands, and the file by all of its runs together.
"""

import re
from collections import defaultdict
from contextlib import suppress
from itertools import islice
from operator import attrgetter

from .cleaning import clean
from .encodings import ENCODINGS, LOOKED_AT, WEIGHED, WORD, Encoding
from .letters import fit, is_name

_MISREAD_AS = (*ENCODINGS, Encoding("latin-1", "Latin-1"))
# Each byte of a letter that was misread is a letter or sign: found sooner than the whole.
_SUSPECT = re.compile(r"[^\x00-\x7f]{2}")

# A careless chain of programs encodes more than once too often.
_TIMES = 3
# Runs that are put back, about as many as a list may have cells: memory grows with them.
_PUT_BACK = 500_000
# Places that are looked at for names to show.
_NAMES_IN = 100
# Stands for the run itself among the letters around it.
_RUN = "\0"

_HEAD = re.compile(r"[^\x00-@]*\Z")
_TAIL = re.compile(r"[^\x00-@]*")


def undo(text: str) -> tuple[str, list[str]]:
    """Put back UTF-8 that was encoded again, maybe more than once, where the text then fits better.

    Also returns the first names that were put back.
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

    `gain`: how much better the text fits, all put back.
    """

    def __init__(self, text: str, encoding: Encoding) -> None:
        self._encoding = encoding
        self._pattern = re.compile(_misread_utf_8(encoding.letters))
        self._places = _different_places(text, self._pattern)

        self._around: dict[str, str] = defaultdict(str)
        for place in self._places:
            start, end = place.span()
            before = text[max(0, start - 2) : start]
            self._around[place[0]] += f"{before}{_RUN}{text[end : end + 1]} "

        self._right: dict[str, str] = {}
        self.gain = 0
        for run, around in self._around.items():
            self.gain += _fit_in(around, self._right_form(run)) - _fit_in(around, run)

    def put_back(self, text: str) -> str:
        """Return the text, or a part of it, as it was before it was misread."""
        return self._pattern.sub(self._put_back_one, text, count=_PUT_BACK)

    def names(self) -> list[str]:
        """Return the names around the first places, put back."""
        names = []
        for place in islice(self._places, _NAMES_IN):
            start, end = place.span()
            head = _HEAD.findall(place.string[max(0, start - WORD) : start])[0]
            tail = _TAIL.findall(place.string[end : end + WORD])[0]
            if self._put_back_one(place) != place[0]:
                names.append(clean(self.put_back(head + place[0] + tail)))

        return list(filter(is_name, names))

    def _put_back_one(self, place: re.Match[str]) -> str:
        return self._right_form(place[0])

    def _right_form(self, run: str) -> str:
        """Return the form of a run that was undone most, of those without a flaw; else the best.

        No list has more different runs than LOOKED_AT: what comes after so many stays.
        """
        if run not in self._right and len(self._right) < LOOKED_AT:
            around = self._around.get(run, _RUN)
            forms = reversed(_undone(run, self._encoding))
            self._right[run] = max(forms, key=lambda form: min(0, _fit_in(around, form)))
        return self._right.get(run, run)


def _fit_in(around: str, run: str) -> int:
    """Return how well a run, or a form of it, fits in the places where it stands."""
    return fit(around.replace(_RUN, run))


def _different_places(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return the first places of the pattern, one of each kind: by the letters around it."""
    places: dict[str, re.Match[str]] = {}
    for place in islice(pattern.finditer(text), LOOKED_AT):
        around = text[max(0, place.start() - 2) : place.end() + 1]
        places.setdefault(around, place)
        if len(places) == WEIGHED:
            break

    return list(places.values())


def _undone(misread: str, encoding: Encoding) -> list[str]:
    """Return the text and, if it is UTF-8 that was read as this encoding, what it was.

    That may have been misread as well.
    """
    forms = [misread]
    with suppress(UnicodeError):
        for _ in range(_TIMES):
            forms.append(encoding.encode(forms[-1]).decode())

    return forms


def _misread_utf_8(letters: str) -> str:
    """Return the pattern of letters of UTF-8 of two bytes or more, each byte read as a letter."""
    following = re.escape(letters[0x80:0xC0])
    two = re.escape(letters[0xC2:0xE0])
    three = re.escape(letters[0xE0:0xF0])
    four = re.escape(letters[0xF0:0xF5])
    letter = f"[{two}][{following}]|[{three}][{following}]{{2}}|[{four}][{following}]{{3}}"
    return f"(?:{letter}){{1,{WORD}}}"
