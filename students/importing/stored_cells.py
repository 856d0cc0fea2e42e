"""The rows as a draft may keep them: all cells as the file has them, but no national number.

A manager may point out which column is which, so every column is kept for as long as the draft
is. A national number may therefore stand in any of them, under any heading: each is forgotten
before anything is stored.
"""

import base64
import json
import re
import zlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any

from .cells import FileCells
from .columns import find_columns
from .dates import as_date
from .national_numbers import DIGITS, HashedNumber, hash_number, is_valid, repaired

Cell = str | HashedNumber

# Stands in a text where a national number stood.
HIDDEN = "(nummer)"

# Enough to tell a column of national numbers from one of telephone numbers.
SAMPLE = 40
# Excel takes the leading zeros: of a number that begins with 00, 01 or 02 at most three.
FEWEST_DIGITS = DIGITS - 3
_INSIDE_TEXT = re.compile(r"(?<!\d)\d{2}[. ]?\d{2}[. ]?\d{2}[-. ]?\d{3}[-. ]?\d{2}(?!\d)")


@dataclass(frozen=True)
class StoredCells:
    """Headings, and (row number as a spreadsheet counts, cells); `cut_off` as in FileCells."""

    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[Cell, ...]]]
    cut_off: bool = False

    def to_text(self) -> str:
        """Everything as short ASCII text, to be sealed."""
        content = json.dumps([self.headings, self.rows, self.cut_off], default=_stored).encode()
        return base64.b64encode(zlib.compress(content, 1)).decode()

    @classmethod
    def from_text(cls, text: str) -> "StoredCells":
        headings, rows, cut_off = json.loads(zlib.decompress(base64.b64decode(text)))
        cells = [(number, tuple(map(_cell, row))) for number, row in rows]
        return cls(tuple(headings), cells, cut_off)


def _stored(number: HashedNumber) -> dict[str, object]:
    return asdict(number) | {"born": number.born and number.born.isoformat()}


def _cell(stored: Any) -> Cell:
    if isinstance(stored, str):
        return stored
    born = stored["born"] and date.fromisoformat(stored["born"])
    return HashedNumber(stored["valid"], born, stored["hashes"])


def without_numbers(texts: FileCells) -> StoredCells:
    """Return the rows with every national number in them forgotten."""
    named = find_columns(texts.headings).places.get("national_number")
    width = max(len(cells) for _, cells in texts.rows)
    columns = {place for place in range(width) if place == named or _is_of_numbers(texts, place)}
    rows = [(number, _forgetful(cells, columns)) for number, cells in texts.rows]
    return StoredCells(texts.headings, rows, texts.cut_off)


def _is_of_numbers(texts: FileCells, place: int) -> bool:
    """Whether most cells of a column are national numbers, whatever its heading says."""
    column = (cells[place] for _, cells in texts.rows if place < len(cells))
    sample = list(islice(filter(None, column), SAMPLE))
    return 2 * sum(map(_is_number, sample)) > len(sample)


def _is_number(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return FEWEST_DIGITS <= digits <= DIGITS and not as_date(text) and is_valid(repaired(text))


def _forgetful(cells: Sequence[str], columns: Collection[int]) -> tuple[Cell, ...]:
    kept: list[Cell] = list(cells)
    for place, cell in enumerate(cells):
        if place in columns:
            kept[place] = hash_number(cell, filter(None, map(as_date, cells))) if cell else ""
        elif len(cell) >= DIGITS:
            kept[place] = _INSIDE_TEXT.sub(_hidden, cell)
    return tuple(kept)


def _hidden(found: re.Match[str]) -> str:
    return HIDDEN if is_valid(repaired(found[0])) else found[0]
