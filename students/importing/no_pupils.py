"""Rows of a list that are no pupils: repeated headings, totals, and lines around the list."""

import re

from .columns import Columns, meaning_of
from .national_numbers import HashedNumber
from .stored_cells import Cell

REPEATED_HEADINGS = "De rij herhaalt de kopjes: ze telt niet als leerling."
TOTAL = "De rij is een totaal of een regel bij de lijst: ze telt niet als leerling."
NAMES_NOBODY = "De rij noemt geen leerling: ze telt niet mee."

# What a line that is no pupil begins with.
_TOTAL = re.compile(
    r"\W*(?:(?:sub|eind)?totaal|total|aantal|som|gemiddelde|jongens|meisjes|pagina|bladzijde|blz"
    r"|afgedrukt|afdruk|geprint|opgemaakt|datum|bron|einde|handtekening|legende|opmerking)\b",
    re.IGNORECASE,
)
# A stamnummer has a digit in it, a name a letter, and a pupil either.
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
# What is a pupil's own, beside a national number.
_OWN = ("stamnummer", "first_name", "call_name", "last_name", "birth_date")


def reason_left_out(cells: tuple[Cell, ...], columns: Columns) -> str:
    """Return why a row is no pupil, in Dutch; "" where it may be one.

    A row that may name a pupil is not left out: it is read, or it is a bad row, which ends nobody.
    """
    stamnummer = columns.text(cells, "stamnummer")
    first_name = columns.text(cells, "first_name") or columns.text(cells, "call_name")
    last_name = columns.text(cells, "last_name")
    has_name = _LETTER.search(first_name) and _LETTER.search(last_name)
    if has_name and _DIGIT.search(stamnummer):
        return ""
    if _count_repeated_headings(cells, columns) > 1:
        return REPEATED_HEADINGS
    if has_name or _has_valid_number(cells):
        return ""
    return _reason_without_name(cells, columns, stamnummer)


def _reason_without_name(cells: tuple[Cell, ...], columns: Columns, stamnummer: str) -> str:
    """Return why a row without a whole name is no pupil; a stamnummer alone is a pupil's."""
    filled = list(filter(None, cells))
    said = " ".join(cell for cell in filled if isinstance(cell, str))
    if not _LETTER_OR_DIGIT.search(said):
        return NAMES_NOBODY
    if stamnummer.isdecimal():
        return ""
    if _TOTAL.match(said):
        return TOTAL

    own = [columns.text(cells, name) for name in _OWN]
    if len(filled) == 1 or not any(own):
        return NAMES_NOBODY
    return ""


def _count_repeated_headings(cells: tuple[Cell, ...], columns: Columns) -> int:
    """Return how many cells say what their own column is."""
    meanings = {name: meaning_of(columns.text(cells, name)) for name in columns.places}
    return sum(meaning is not None and meaning.field == name for name, meaning in meanings.items())


def _has_valid_number(cells: tuple[Cell, ...]) -> bool:
    return any(isinstance(cell, HashedNumber) and cell.valid for cell in cells)
