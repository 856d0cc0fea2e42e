"""The bytes of a file -> its headings and rows, all as plain text. Knows no fields, trusts nothing.

Runs in a process of its own, without Django: see `read` and `child`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from . import UnusableFile
from .columns import count_known

HEADING_WITHIN = 5
DELIMITERS = (";", ",", "\t")
MAX_COLUMNS = 200
MAX_CELL = 1_000

# What no name needs: control characters, and those that turn the direction of what follows.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PDF = b"%PDF"

Cells = tuple[str, ...]
NumberedRows = Iterable[tuple[int, Iterable[object]]]


@dataclass(frozen=True)
class Limits:
    """How much a file may hold: bytes, rows that are not empty."""

    file_bytes: int
    rows: int

    @property
    def characters(self) -> int:
        """Of all cells together: a workbook may name one long text a million times."""
        return 3 * self.file_bytes


@dataclass(frozen=True)
class FileCells:
    """The heading cells, and (row number as a spreadsheet counts, cells) for what is under them.

    `cut_off`: the file stops in the middle of a line, as one does that was not copied whole.
    """

    headings: Cells
    rows: list[tuple[int, Cells]]
    cut_off: bool = False


def read_cells(content: bytes, limits: Limits) -> FileCells:
    """Read a .csv or .xlsx file; the content tells which, since names are often wrong.

    CSV: UTF-8 with or without BOM, UTF-16 or Windows-1252; semicolon, comma or tab. The heading
    row is within the first 5 rows. Cells come without control characters and double blanks.
    Raises UnusableFile for what is empty, too large, no table, or without a known heading.
    """
    if not content.strip():
        raise UnusableFile("Het bestand is leeg.")
    if len(content) > limits.file_bytes:
        raise UnusableFile(f"Het bestand is te groot: hoogstens {limits.file_bytes // 2**20} MB.")
    if content.startswith(_OLD_EXCEL):
        raise UnusableFile(
            "Dit is een oud of met een wachtwoord beveiligd Excel-bestand. "
            "Bewaar het zonder wachtwoord als .xlsx of .csv en probeer opnieuw."
        )
    if content.startswith(b"PK"):
        # Half of the time that the process needs to start, and most lists are .csv.
        from .xlsx import workbook_rows  # noqa: PLC0415

        return _table(workbook_rows(content, limits), limits)
    return _csv_table(_decoded(content), limits)


def _table(rows: NumberedRows, limits: Limits, *, cut_off: bool = False) -> FileCells:
    filled = _filled(rows, limits)
    first = [(count_known(cells), number) for number, cells in filled if number <= HEADING_WITHIN]
    known, place = max(first, key=lambda found: (found[0], -found[1]), default=(0, 0))
    if not known:
        raise UnusableFile(
            "In de eerste 5 rijen van het bestand staan geen kopjes die we kennen, "
            "zoals “Stamnummer”, “Voornaam” en “Naam”."
        )
    below = [(number, cells) for number, cells in filled if number > place]
    if not below:
        raise UnusableFile("Het bestand heeft kopjes, maar er staat geen enkele leerling onder.")
    return FileCells(dict(filled)[place], below, cut_off)


def _filled(rows: NumberedRows, limits: Limits) -> list[tuple[int, Cells]]:
    """The rows that are not empty, as clean text, within the limits."""
    filled: list[tuple[int, Cells]] = []
    room = limits.characters
    last = 0
    for claimed, row in rows:
        # A workbook may claim any number; two rows of one number would be one pupil.
        last = number = max(claimed, last + 1)
        cells = tuple(_text(value) for value in islice(row, MAX_COLUMNS))
        if not any(cells):
            continue
        filled.append((number, cells))
        room -= sum(map(len, cells))
        if len(filled) > limits.rows + HEADING_WITHIN:
            raise UnusableFile(f"Het bestand telt meer dan {limits.rows} rijen.")
        if room < 0:
            raise UnusableFile(
                "Er staat te veel tekst in het bestand. Laat alleen de kolommen staan die nodig "
                "zijn en probeer opnieuw."
            )
    return filled


def _text(value: object) -> str:
    if type(value) is str:
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value))


def clean(text: str) -> str:
    """Return the text on one line, without hidden characters and double blanks."""
    return " ".join(_HIDDEN.sub("", text[:MAX_CELL]).split())


# .csv -------------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    text = _decode(content)
    if content.startswith(_PDF) or _BINARY.search(text):
        raise UnusableFile("Dit is geen leesbare tabel. Kies een .csv- of .xlsx-bestand.")
    return text


def _decode(content: bytes) -> str:
    for encoding in (*_utf_16(content), "utf-8-sig"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    # Line by line, since files are glued together: one old line must not spoil every `é`.
    return "".join(map(_decode_line, content.splitlines(keepends=True)))


def _decode_line(line: bytes) -> str:
    # Windows-1252 leaves five bytes undefined; Latin-1 has a meaning for each.
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _utf_16(content: bytes) -> tuple[str, ...]:
    """Without a byte order mark, the zeroes of the first letter (ASCII, a heading) tell."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if content[1:2] == b"\0":
        return ("utf-16-le",)
    return ("utf-16-be",) if content[:1] == b"\0" else ()


def _csv_table(text: str, limits: Limits) -> FileCells:
    def known(delimiter: str) -> int:
        return max((count_known(row) for row in _first_rows(text, delimiter)), default=0)

    rows = _csv_rows(text, max(DELIMITERS, key=known))
    return _table(enumerate(rows, start=1), limits, cut_off=not text.endswith(("\n", "\r")))


def _first_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = islice(io.StringIO(text, newline=""), HEADING_WITHIN)
    return (line.split(delimiter) for line in lines)


def _csv_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    # Strict: a forgotten quotation mark must not quietly swallow the pupils after it.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from rows
    except csv.Error:
        raise UnusableFile(
            f"Het bestand is niet te lezen rond regel {rows.line_num}: "
            "een cel is te lang of een aanhalingsteken staat verkeerd."
        ) from None
