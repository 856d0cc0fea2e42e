"""Rows of a list that are no pupils: repeated headings, totals, and lines around the list."""

import re
from functools import cached_property

from .columns import Columns, meaning_of
from .national_numbers import HashedNumber
from .stored_cells import Cell

REPEATED_HEADINGS = "De rij herhaalt de kopjes: ze telt niet als leerling."
TOTAL = "De rij is een totaal of een regel bij de lijst: ze telt niet als leerling."
NAMES_NOBODY = "De rij noemt geen leerling: ze telt niet mee."

# What a line that is no pupil begins with.
_FIRST_WORDS = frozenset(
    {
        *("totaal", "subtotaal", "eindtotaal", "total", "aantal", "som", "gemiddelde"),
        *("jongens", "meisjes", "pagina", "blz", "bladzijde", "afgedrukt", "afdruk", "geprint"),
        *("opgemaakt", "datum", "bron", "einde", "handtekening", "legende", "opmerking"),
    }
)
_FIRST_WORD = re.compile(r"\W*([^\W\d_]+)")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def reason_left_out(cells: tuple[Cell, ...], columns: Columns) -> str:
    """Return why a row is no pupil, in Dutch; "" where it may be one.

    A row that may name a pupil is not left out: it is read, or it is a bad row, which ends nobody.
    """
    line = _Line(cells, columns)
    if line.has_name and line.has_stamnummer:
        return ""
    if line.repeats_headings:
        return REPEATED_HEADINGS
    if line.has_name or line.has_number:
        return ""
    if line.begins_as_total:
        return TOTAL
    if line.is_empty or line.has_nothing_of_a_pupil:
        return NAMES_NOBODY
    return ""


class _Line:
    """A row, as far as it may name a pupil."""

    def __init__(self, cells: tuple[Cell, ...], columns: Columns) -> None:
        self._cells = cells
        self._columns = columns
        self._stamnummer = columns.text(cells, "stamnummer")

    @property
    def has_stamnummer(self) -> bool:
        """Whether it has a stamnummer with a digit in it."""
        return any(map(str.isdigit, self._stamnummer))

    @cached_property
    def has_name(self) -> bool:
        """Whether it has a first and a last name, of letters."""
        return all(map(_LETTER.search, self._names))

    @cached_property
    def _names(self) -> tuple[str, str]:
        first_name = self._columns.text(self._cells, "first_name")
        call_name = self._columns.text(self._cells, "call_name")
        return first_name or call_name, self._columns.text(self._cells, "last_name")

    @property
    def has_number(self) -> bool:
        """Whether it has a valid national number."""
        numbers = [cell for cell in self._cells if isinstance(cell, HashedNumber)]
        return any(number.valid for number in numbers)

    @property
    def repeats_headings(self) -> bool:
        """Whether at least two cells say what their own column is."""
        repeated = 0
        for name in self._columns.places:
            meaning = meaning_of(self._columns.text(self._cells, name))
            if meaning is not None:
                repeated += meaning.field == name
        return repeated >= 2

    @property
    def begins_as_total(self) -> bool:
        """Whether it begins with a word such as `Totaal`, and not with a stamnummer."""
        found = _FIRST_WORD.match(" ".join(self._texts))
        if found is None or self._stamnummer.isdecimal():
            return False
        return found[1].casefold() in _FIRST_WORDS

    @property
    def is_empty(self) -> bool:
        """Whether there is no letter or digit in it, as in a line of dashes."""
        return not any(map(_LETTER_OR_DIGIT.search, self._texts))

    @property
    def has_nothing_of_a_pupil(self) -> bool:
        """Whether it has a single cell, or nothing that is a pupil's own.

        A stamnummer alone is a pupil's.
        """
        if self._stamnummer.isdecimal():
            return False
        if sum(map(bool, self._cells)) == 1:
            return True
        birth_date = self._columns.text(self._cells, "birth_date")
        return not any((self._stamnummer, *self._names, birth_date))

    @cached_property
    def _texts(self) -> list[str]:
        """The cells that are not empty, but for hashed numbers."""
        return [cell for cell in self._cells if isinstance(cell, str) and cell]
