"""The rows as a draft may keep them: all cells of the file, but no national number.

The manager may point out the columns, so the draft keeps every column. Any of them may hold a
national number, under any heading: each is hashed or hidden before anything is stored
(docs/decisions/0011). Hashes are made in two columns at most, so that a small file of numbers does
not become a large draft (docs/decisions/0038).
"""

import base64
import io
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from . import limits
from .columns import find_columns
from .dates import as_date
from .findings import Findings, findings_from_json
from .national_numbers import (
    DIGITS,
    HashedNumber,
    has_check_digits,
    hash_number,
    is_valid,
    repaired,
)
from .reading.cells import FileCells
from .reading.sheets import Cells

Cell = str | HashedNumber

# Replaces a national number inside a longer text, and the cells of a third column of them.
HIDDEN = "(nummer)"

# Enough cells to tell a column of national numbers from one of telephone numbers.
SAMPLE = 40
# Excel takes the leading zeros: of a number that begins with 00, 01 or 02 at most three.
FEWEST_DIGITS = DIGITS - 3
# `10 . 11 . 07 - 001 . 23`: no number is written in more characters.
LONGEST_NUMBER = 30
_INSIDE_TEXT = re.compile(r"(?<!\d)\d{2}[. ]?\d{2}[. ]?\d{2}[-. ]?\d{3}[-. ]?\d{2}(?!\d)")


@dataclass(frozen=True)
class StoredCells:
    """The headings, and (row number, cells) for each row below them, as in FileCells.

    `hidden`: the columns of numbers, by place, of which nothing is kept, since those before them
    are as many as are hashed.
    """

    headings: tuple[str, ...]
    rows: list[tuple[int, tuple[Cell, ...]]]
    findings: Findings = field(default_factory=Findings)
    hidden: tuple[int, ...] = ()

    @property
    def hidden_headings(self) -> list[str]:
        """Return what stands above the hidden columns, to show."""
        heading_of = dict(enumerate(self.headings))
        return [heading_of.get(place) or f"kolom {place + 1}" for place in self.hidden]

    def to_text(self) -> str:
        """Return everything as short ASCII text, to be sealed by the vault."""
        # The list that is empty held the rows in an older version.
        head = [self.headings, [], asdict(self.findings), self.hidden]
        compressor = zlib.compressobj(1)
        parts = []
        # A line at a time, so that the whole never stands beside its cells as one text.
        for line in (head, *self.rows):
            text = json.dumps(line, default=_number_to_json, ensure_ascii=False)
            parts.append(compressor.compress(text.encode() + b"\n"))
        parts.append(compressor.flush())
        return base64.b64encode(b"".join(parts)).decode()

    @classmethod
    def from_text(cls, text: str) -> "StoredCells":
        """Return what `to_text` made; an older version of the project may have made it."""
        content = zlib.decompress(base64.b64decode(text))
        lines = map(json.loads, io.BytesIO(content))
        headings, old_rows, findings, *hidden = next(lines)

        rows = []
        for number, stored_cells in chain(old_rows, lines):
            cells = tuple(map(_cell_from_json, stored_cells))
            rows.append((number, cells))

        return cls(tuple(headings), rows, findings_from_json(findings), *map(tuple, hidden))


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
    return HashedNumber(stored["valid"], born, stored["hashes"], stored.get("damage", ""))


def without_numbers(file: FileCells) -> StoredCells:
    """Return the cells of a file, with every national number in them hashed or hidden.

    In a column of numbers each cell becomes a HashedNumber, with the dates of its row as possible
    birth dates, the column of that name first. That holds for limits.NUMBER_COLUMNS columns: in
    the others each cell becomes HIDDEN. So does a number in any other text.
    """
    recognised = find_columns(file.headings).places
    columns = _columns_of_numbers(file, recognised.get("national_number"))
    hashed = set(columns[: limits.NUMBER_COLUMNS])
    hidden = columns[limits.NUMBER_COLUMNS :]

    cleaner = _Cleaner(hashed, set(hidden), recognised.get("birth_date"))
    rows = [(number, cleaner.without_numbers(cells)) for number, cells in file.rows]
    return StoredCells(file.headings, rows, file.findings, tuple(sorted(hidden)))


def _columns_of_numbers(file: FileCells, recognised: int | None) -> list[int]:
    """Return the columns of national numbers: the one with that heading first, then by place.

    The others are known by what their cells look like.
    """
    columns = []
    if recognised is not None:
        columns.append(recognised)

    for place, sample in sorted(_samples(file).items()):
        numbers = sum(map(_is_number, sample))
        if 2 * numbers > len(sample) and place != recognised:
            columns.append(place)

    return columns


def _samples(file: FileCells) -> dict[int, list[str]]:
    """Return the first cells of each column that are not empty, at most SAMPLE of them.

    Each cell of the file is looked at once.
    """
    samples: dict[int, list[str]] = defaultdict(list)
    for _, cells in file.rows:
        for place, cell in enumerate(cells):
            if cell and len(samples[place]) < SAMPLE:
                samples[place].append(cell)

    return samples


def _is_number(text: str) -> bool:
    """Return whether this is a national number, with or without its leading zeros.

    A date may have as many digits, and the right check digits by accident.
    """
    if len(text) > LONGEST_NUMBER:
        return False
    digits = sum(map(str.isdigit, text))
    if not FEWEST_DIGITS <= digits <= DIGITS:
        return False

    if as_date(text):
        return False
    return is_valid(repaired(text))


@dataclass(frozen=True)
class _Cleaner:
    """Takes the numbers out of rows: by place, the columns to hash, to hide, and of birth dates."""

    hashed: set[int]
    hidden: set[int]
    birth_dates: int | None

    def without_numbers(self, cells: Cells) -> tuple[Cell, ...]:
        """Hash or hide the cells in the columns of numbers, and hide numbers in other texts."""
        kept: list[Cell] = list(cells)
        for place, cell in enumerate(cells):
            if not cell:
                continue

            if place in self.hashed:
                kept[place] = hash_number(cell, self._dates(cells))
            elif place in self.hidden:
                kept[place] = HIDDEN
            elif len(cell) >= DIGITS:
                kept[place] = _INSIDE_TEXT.sub(_hidden, cell)

        return tuple(kept)

    def _dates(self, cells: Cells) -> Iterator[date]:
        """Yield the dates of a row, the one in the column of birth dates first."""
        if self.birth_dates is not None:
            yield from filter(None, map(as_date, cells[self.birth_dates : self.birth_dates + 1]))
        yield from filter(None, map(as_date, cells))


def _hidden(found: re.Match[str]) -> str:
    """Return HIDDEN for what may be a national number; other digits stay."""
    if has_check_digits(repaired(found[0])):
        return HIDDEN
    return found[0]
