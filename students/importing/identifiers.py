"""Stamnummers and other numbers as spreadsheets pack them, and as they were.

Packaging goes without a word, since nothing is lost with it. Names are never unpacked: the
apostrophe of `'t Jampens` is part of the name.
"""

import re
from collections import defaultdict
from collections.abc import Collection

# `="0000001"`, `'0000001`: what keeps a spreadsheet from making a number of it.
_QUOTE = "[\"'`\u2018\u2019\u00b4]"
_QUOTED = re.compile(rf"=?{_QUOTE}+(?P<inside>.+?){_QUOTE}*|=(?P<number>\d.*)")
# `7100101.0` and `7.100.101,00`, of a program that computes with it.
_DECIMALS = re.compile(r"(\d+|\d{1,3}(?:[.,' \u2019]\d{3})+)[.,]0{1,2}", re.ASCII)
# `7.100.101`, as people read it.
_GROUPED = re.compile(r"\d{1,3}([.,' \u2019])\d{3}(?:\1\d{3})*", re.ASCII)
_SHORTEST_GROUPED = 4
_WITH_ZEROS = re.compile(r"0\d+", re.ASCII)


def unpacked(text: str) -> str:
    """Return the number inside its packaging: `="0000001"`, `'0000001`, `7100101.0`."""
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        text = (quoted["inside"] or quoted["number"]).strip()

    decimals = _DECIMALS.fullmatch(text)
    if decimals:
        return decimals[1]
    return text


class Stamnummers:
    """The stamnummers of a file, each as the school has it: with its zeros, and without groups.

    `of_the_file`: as they are there; `known`: those that the school has or had. The zeros that a
    spreadsheet took off are those of a known stamnummer, or else as many as the known ones have, or
    those of the file where the school has none yet.
    """

    def __init__(self, of_the_file: Collection[str], known: Collection[str]) -> None:
        self._of_the_file = set(of_the_file)
        self._known = known
        # Mostly there are none, or a few new pupils.
        self._strange = self._of_the_file.difference(known)
        if not self._strange:
            return

        self._are_grouped = _are_grouped(self._of_the_file) and not any(map(_is_grouped, known))
        self._length = _length_with_zeros(known or self._of_the_file)
        self._alike: dict[str, list[str]] = defaultdict(list)
        for number in known:
            self._alike[number.lstrip("0")].append(number)

    def as_kept(self, stamnummer: str) -> str:
        """Return the stamnummer as the school has it; as it is where that is not certain."""
        if stamnummer not in self._strange:
            return stamnummer

        kept = stamnummer
        digits = re.sub(r"\D", "", stamnummer)
        if _is_grouped(stamnummer) and (self._are_grouped or digits in self._known):
            kept = digits
        if kept.isdecimal():
            kept = self._with_zeros(kept)

        if kept in self._of_the_file:
            # Where both stand in the file they are of two pupils.
            return stamnummer
        return kept

    def _with_zeros(self, digits: str) -> str:
        """Return the number with the zeros that it has here."""
        alike = self._alike[digits.lstrip("0")]
        if len(alike) == 1:
            return alike[0]
        if alike:
            return digits
        return digits.zfill(self._length)


def _is_grouped(text: str) -> bool:
    return bool(_GROUPED.fullmatch(text))


def _are_grouped(numbers: Collection[str]) -> bool:
    """Return whether all numbers are in groups of three, but for those too short to have groups."""
    plain = [number for number in numbers if not _is_grouped(number)]
    return len(plain) < len(numbers) and max(map(len, plain), default=0) < _SHORTEST_GROUPED


def _length_with_zeros(numbers: Collection[str]) -> int:
    """Return how long the numbers are, as those that begin with a zero tell; 0 where none does."""
    with_zeros = {len(number) for number in numbers if _WITH_ZEROS.fullmatch(number)}
    longest = max(map(len, filter(str.isdecimal, numbers)), default=0)
    if with_zeros == {longest}:
        return longest
    return 0
