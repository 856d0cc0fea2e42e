"""Rows of a list that are no pupils: repeated headings, totals, and lines around the list."""

import re

from .columns import Columns, meaning_of
from .national_numbers import HashedNumber
from .stored_cells import Cell

REPEATED_HEADINGS = "De rij herhaalt de kopjes: ze telt niet als leerling."
TOTAL = "De rij is een totaal of een regel bij de lijst: ze telt niet als leerling."
NAMES_NOBODY = "De rij noemt geen leerling: ze telt niet mee."

# What a line that is no pupil begins with.
_FIRST_WORDS = frozenset(
    {
        "totaal",
        "subtotaal",
        "eindtotaal",
        "total",
        "aantal",
        "som",
        "gemiddelde",
        "jongens",
        "meisjes",
        "pagina",
        "blz",
        "bladzijde",
        "afgedrukt",
        "afdruk",
        "geprint",
        "opgemaakt",
        "datum",
        "bron",
        "einde",
        "handtekening",
        "legende",
        "opmerking",
    }
)
_FIRST_WORD = re.compile(r"\W*([^\W\d_]+)")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def reason_left_out(cells: tuple[Cell, ...], columns: Columns) -> str:
    """Return why a row is no pupil, in Dutch; "" where it may be one.

    A row that may name a pupil is not left out: it is read, or it is a bad row, which ends nobody.
    """
    stamnummer = columns.text(cells, "stamnummer")
    first_name = columns.text(cells, "first_name") or columns.text(cells, "call_name")
    last_name = columns.text(cells, "last_name")
    has_name = bool(_LETTER.search(first_name) and _LETTER.search(last_name))
    if has_name and _DIGIT.search(stamnummer):
        return ""
    if _repeats_headings(cells, columns):
        return REPEATED_HEADINGS
    if has_name or _has_valid_number(cells):
        return ""

    filled = [cell for cell in cells if cell]
    texts = [cell for cell in filled if isinstance(cell, str)]
    is_number = stamnummer.isdecimal()
    if not is_number and texts and _begins_as_total(texts[0]):
        return TOTAL
    if not any(map(_LETTER_OR_DIGIT.search, texts)):
        return NAMES_NOBODY
    if len(filled) == 1 and not is_number:
        return NAMES_NOBODY

    names_nobody = not (stamnummer or first_name or last_name)
    if names_nobody and not columns.text(cells, "birth_date"):
        return NAMES_NOBODY
    return ""


def _repeats_headings(cells: tuple[Cell, ...], columns: Columns) -> bool:
    """Return whether at least two cells say what their own column is."""
    repeated = 0
    for name in columns.places:
        text = columns.text(cells, name)
        meaning = meaning_of(text)
        if meaning and meaning.field == name:
            repeated += 1
    return repeated >= 2


def _has_valid_number(cells: tuple[Cell, ...]) -> bool:
    return any(isinstance(cell, HashedNumber) and cell.valid for cell in cells)


def _begins_as_total(text: str) -> bool:
    found = _FIRST_WORD.match(text)
    return found is not None and found[1].casefold() in _FIRST_WORDS
