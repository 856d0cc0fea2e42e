"""The rows as a draft may keep them: all cells of the file, but no national number.

The manager may point out the columns, so the draft keeps every column. Any of them may hold a
national number, under any heading: each is hashed or hidden before anything is stored
(docs/decisions/0011).
"""

import base64
import json
import re
import zlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from .cells import FileCells
from .columns import find_columns
from .dates import as_date
from .national_numbers import DIGITS, HashedNumber, hash_number, is_valid, repaired

Cell = str | HashedNumber

# Replaces a national number inside a longer text.
HIDDEN = "(nummer)"

# Enough cells to tell a column of national numbers from one of telephone numbers.
SAMPLE = 40
# Excel takes the leading zeros: of a number that begins with 00, 01 or 02 at most three.
FEWEST_DIGITS = DIGITS - 3
_INSIDE_TEXT = re.compile(r"(?<!\d)\d{2}[. ]?\d{2}[. ]?\d{2}[-. ]?\d{3}[-. ]?\d{2}(?!\d)")


@dataclass(frozen=True)
class StoredCells:
    """The headings, and (row number, cells) for each row below them; `cut_off` as in FileCells."""

    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[Cell, ...]]]
    cut_off: bool = False

    def to_text(self) -> str:
        """Return everything as short ASCII text, to be sealed by the vault."""
        content = json.dumps([self.headings, self.rows, self.cut_off], default=_number_to_json)
        compressed = zlib.compress(content.encode(), 1)
        return base64.b64encode(compressed).decode()

    @classmethod
    def from_text(cls, text: str) -> "StoredCells":
        """Return what `to_text` made; an older version of the project may have made it."""
        content = zlib.decompress(base64.b64decode(text))
        headings, stored_rows, cut_off = json.loads(content)

        rows = []
        for number, stored_cells in stored_rows:
            cells = tuple(map(_cell_from_json, stored_cells))
            rows.append((number, cells))

        return cls(tuple(headings), rows, cut_off)


def _number_to_json(number: HashedNumber) -> dict[str, object]:
    """Return {"valid": true, "born": "2010-11-07" or null, "hashes": {...}}."""
    stored = asdict(number)
    if number.born:
        stored["born"] = number.born.isoformat()
    return stored


def _cell_from_json(stored: Any) -> Cell:
    """Return a text, or the number that `_number_to_json` wrote."""
    if isinstance(stored, str):
        return stored

    born = None
    if stored["born"]:
        born = date.fromisoformat(stored["born"])
    return HashedNumber(stored["valid"], born, stored["hashes"])


def without_numbers(file: FileCells) -> StoredCells:
    """Return the cells of a file, with every national number in them hashed or hidden.

    In a column of numbers each cell becomes a HashedNumber, with every date in its row as a
    possible birth date; in any other text a number is replaced by HIDDEN.
    """
    columns = _columns_of_numbers(file)
    rows = [(number, _without_numbers(cells, columns)) for number, cells in file.rows]
    return StoredCells(file.headings, rows, file.cut_off)


def _columns_of_numbers(file: FileCells) -> set[int]:
    """Return the columns of national numbers, by their heading or by what their cells look like."""
    columns = set()
    recognised = find_columns(file.headings).places
    if "national_number" in recognised:
        columns.add(recognised["national_number"])

    width = max(len(cells) for _, cells in file.rows)
    for place in range(width):
        sample = _sample(file, place)
        numbers = sum(map(_is_number, sample))
        if 2 * numbers > len(sample):
            columns.add(place)

    return columns


def _sample(file: FileCells, place: int) -> list[str]:
    """Return the first cells of a column that are not empty, at most SAMPLE of them."""
    sample: list[str] = []
    for _, cells in file.rows:
        if len(sample) == SAMPLE:
            break
        if place < len(cells) and cells[place]:
            sample.append(cells[place])

    return sample


def _is_number(text: str) -> bool:
    """Return whether this is a national number, with or without its leading zeros.

    A date may have as many digits, and the right check digits by accident.
    """
    digits = sum(map(str.isdigit, text))
    if not FEWEST_DIGITS <= digits <= DIGITS:
        return False

    if as_date(text):
        return False
    return is_valid(repaired(text))


def _without_numbers(cells: Sequence[str], columns: Collection[int]) -> tuple[Cell, ...]:
    """Hash the numbers in these columns of a row, and hide those inside the other texts."""
    kept: list[Cell] = list(cells)
    for place, cell in enumerate(cells):
        if not cell:
            continue

        if place in columns:
            dates = filter(None, map(as_date, cells))
            kept[place] = hash_number(cell, dates)
        elif len(cell) >= DIGITS:
            kept[place] = _INSIDE_TEXT.sub(_hidden, cell)

    return tuple(kept)


def _hidden(found: re.Match[str]) -> str:
    """Return HIDDEN for a national number; other digits stay."""
    if is_valid(repaired(found[0])):
        return HIDDEN
    return found[0]
