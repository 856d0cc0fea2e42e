"""A file -> its headings and rows, all as plain text. Knows no fields, trusts nothing."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import openpyxl
from django.conf import settings

from . import UnusableFile
from .columns import count_known

HEADING_WITHIN = 5
DELIMITERS = (";", ",", "\t")
MAX_COLUMNS = 200
MAX_CELL = 1_000
# A workbook may unpack to this many times the size that a file may have; a zip bomb wants more.
MAX_UNPACKED = 20

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The heading cells, and (row number as a spreadsheet counts, cells) for what is under them."""

    headings: Cells
    rows: list[tuple[int, Cells]]


def read(content: bytes) -> Table:
    """Read a .csv or .xlsx file; the content tells which, since names are often wrong.

    CSV: UTF-8 with or without BOM, UTF-16 or Windows-1252; semicolon, comma or tab. The heading
    row is within the first 5 rows. Cells come without control characters and double blanks.
    Raises UnusableFile for what is empty, too large, no table, or without a known heading.
    """
    if not content.strip():
        raise UnusableFile("Het bestand is leeg.")
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise UnusableFile(
            f"Het bestand is te groot: hoogstens {settings.IMPORT_MAX_BYTES // 2**20} MB."
        )
    if content.startswith(_OLD_EXCEL):
        raise UnusableFile(
            "Dit is een oud of met een wachtwoord beveiligd Excel-bestand. "
            "Bewaar het zonder wachtwoord als .xlsx of .csv en probeer opnieuw."
        )
    if content.startswith(b"PK"):
        return _table(_workbook_rows(content))
    return _csv_table(_decoded(content))


def _table(rows: list[Cells]) -> Table:
    first = rows[:HEADING_WITHIN]
    place = max(range(len(first)), key=lambda index: count_known(first[index]), default=0)
    if not first or count_known(first[place]) == 0:
        raise UnusableFile(
            "In de eerste 5 rijen van het bestand staan geen kopjes die we kennen, "
            "zoals “Stamnummer”, “Voornaam” en “Naam”."
        )
    below = [(number, row) for number, row in enumerate(rows, 1) if number > place + 1 and any(row)]
    if not below:
        raise UnusableFile("Het bestand heeft kopjes, maar er staat geen enkele leerling onder.")
    return Table(rows[place], below)


def _bounded(rows: Iterable[Iterable[object]]) -> list[Cells]:
    limit = settings.IMPORT_MAX_ROWS + HEADING_WITHIN
    cells = [_cells(row) for row in islice(rows, limit + 1)]
    if len(cells) > limit:
        raise UnusableFile(f"Het bestand telt meer dan {settings.IMPORT_MAX_ROWS} rijen.")
    return cells


def _cells(row: Iterable[object]) -> Cells:
    return tuple(_text(value) for value in islice(row, MAX_COLUMNS))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value))


def clean(text: str) -> str:
    """Return the text on one line, without control characters and double blanks."""
    return " ".join(_CONTROL.sub("", text[:MAX_CELL]).split())


# .csv -------------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    text = _decode(content)
    if _CONTROL.search(text):
        raise UnusableFile("Dit is geen leesbare tabel. Kies een .csv- of .xlsx-bestand.")
    return text


def _decode(content: bytes) -> str:
    for encoding in (*_utf_16(content), "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    # Windows-1252 leaves five bytes undefined; Latin-1 has a meaning for each.
    return content.decode("latin-1")


def _utf_16(content: bytes) -> tuple[str, ...]:
    """Without a byte order mark, the zeroes of the first letter (ASCII, a heading) tell."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if content[1:2] == b"\0":
        return ("utf-16-le",)
    return ("utf-16-be",) if content[:1] == b"\0" else ()


def _csv_table(text: str) -> Table:
    def known(delimiter: str) -> int:
        return max((count_known(row) for row in _first_rows(text, delimiter)), default=0)

    return _table(_bounded(_csv_rows(text, max(DELIMITERS, key=known))))


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


# .xlsx ------------------------------------------------------------------------------------------


def _workbook_rows(content: bytes) -> list[Cells]:
    _refuse_bomb(content)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        # The size that a sheet claims to have is often wrong.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        return _bounded(_trimmed(row) for row in rows)
    except UnusableFile:
        raise
    # A damaged workbook fails in as many ways as there are parts in it.
    except Exception:
        raise UnusableFile(_BROKEN_WORKBOOK) from None


_BROKEN_WORKBOOK = (
    "Dit Excel-bestand is beschadigd of geen werkblad. "
    "Open het in Excel, bewaar het opnieuw als .xlsx en probeer opnieuw."
)


def _trimmed(row: tuple[object, ...]) -> tuple[object, ...]:
    """The row without the empty cells at its end, which run up to MAX_COLUMNS."""
    length = len(row)
    while length and row[length - 1] is None:
        length -= 1
    return row[:length]


def _refuse_bomb(content: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile:
        raise UnusableFile(_BROKEN_WORKBOOK) from None
    if sum(part.file_size for part in parts) > MAX_UNPACKED * settings.IMPORT_MAX_BYTES:
        raise UnusableFile("Dit Excel-bestand is uitgepakt te groot. Bewaar het als .csv.")
