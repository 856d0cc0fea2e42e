"""The bytes of a .csv -> its rows. Loads no Django."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .. import UnusableFile, limits
from ..columns import count_known
from .decoding import decode
from .sheets import HEADING_WITHIN

DELIMITERS = (";", ",", "\t")

# Of a line that may be one cell.
_LINE = 10_000
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
# A hint for Excel, which takes it for no row. Some programs quote it, or fill up the row.
_HINT = re.compile(r'"?sep=([;,\t])"?[;,\t]*(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True)
class CsvList:
    """The rows, in order; whether the last line has no end; and what is not certain, in Dutch.

    `warnings` and `questions`: see `decoding.Decoded`.
    """

    rows: Iterator[list[str]]
    cut_off: bool
    warnings: tuple[str, ...]
    questions: tuple[str, ...]


def read_csv(content: bytes) -> CsvList:
    """Decode the bytes and find the delimiter: semicolon, comma or tab.

    Raises UnusableFile for what is no text, also while the rows are read.
    """
    decoded = decode(content)
    text = decoded.text
    if _BINARY.search(text):
        raise UnusableFile("Dit is geen leesbare tabel. Kies een .csv- of .xlsx-bestand.")

    cut_off = not text.endswith(("\n", "\r"))
    hint = _HINT.match(text)
    if hint:
        text = text[hint.end() :]

    delimiter = _delimiter(text, hint[1] if hint else DELIMITERS[0])
    rows = _rows(text, delimiter)
    return CsvList(rows, cut_off, decoded.warnings, decoded.questions)


def _delimiter(text: str, likely: str) -> str:
    """Return the delimiter that gives the most known headings in one of the first lines.

    `likely`: the one of equals.
    """
    best = likely
    most_known = 0
    for delimiter in (likely, *DELIMITERS):
        for line in islice(io.StringIO(text, newline=""), HEADING_WITHIN):
            known = count_known(_first_cells(line, delimiter))
            if known > most_known:
                best = delimiter
                most_known = known

    return best


def _first_cells(line: str, delimiter: str) -> list[str]:
    """Return about as much of a line as will be read of it: a line may be ten megabytes long."""
    cells = line.split(delimiter, limits.COLUMNS)[: limits.COLUMNS]
    return [cell[: limits.CELL] for cell in cells]


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of each row.

    Some programs quote each line once more, as one cell: `"1;Noémie;Claeys"`. Where the headings
    are such a cell, each row that is one is a line in itself.
    """
    if not _is_packed(text, delimiter):
        yield from _parsed(text, delimiter)
        return

    for row in _parsed(text, delimiter):
        if delimiter in row[0] and not any(row[1:]):
            yield from _parsed(row[0], delimiter)
        else:
            yield row


def _is_packed(text: str, delimiter: str) -> bool:
    """Return whether one of the first lines is one cell, with several known headings in it."""
    for line in islice(io.StringIO(text, newline=""), HEADING_WITHIN):
        if not line.startswith('"'):
            continue

        # Not strict: the line may be the first of several in one cell.
        cells = next(csv.reader([line[:_LINE]], delimiter=delimiter))
        headings = _first_cells(cells[0], delimiter)
        if count_known(headings) > 1 and not any(cells[1:]):
            return True

    return False


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of each row. Raises UnusableFile where the csv module gives up.

    Strict: a forgotten quotation mark must not quietly swallow the pupils after it.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from rows
    except csv.Error:
        raise UnusableFile(
            f"Het bestand is niet te lezen rond regel {rows.line_num}: "
            "een cel is te lang of een aanhalingsteken staat verkeerd."
        ) from None
