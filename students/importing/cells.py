"""The bytes of a file -> its headings and rows, all as plain text. Trusts nothing in the file.

Runs in a process of its own, without Django: see `reader` and `child`.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from . import UnusableFile, limits
from .columns import count_known
from .findings import Findings
from .limits import Limits

HEADING_WITHIN = 5
ONLY_NEEDED = "Laat alleen de kolommen staan die nodig zijn en probeer opnieuw."
DELIMITERS = (";", ",", "\t")

# No name needs these: control characters, and those that turn the direction of the text.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PDF = b"%PDF"
_ZIP = b"PK"

Cells = tuple[str, ...]
NumberedRow = tuple[int, Iterable[object]]


@dataclass(frozen=True)
class FileCells:
    """The heading cells, and (row number, cells) for each row below them.

    The row number is as a spreadsheet counts; of several sheets see `findings.row_number`.
    """

    headings: Cells
    rows: list[tuple[int, Cells]]
    findings: Findings = field(default_factory=Findings)


def read_cells(content: bytes, allowed: Limits) -> FileCells:
    """Read a .csv or .xlsx file; the content decides which, since file names are often wrong.

    CSV: UTF-8 with or without BOM, UTF-16 or Windows-1252; semicolon, comma or tab. The heading
    row is within the first 5 rows. Cells come without control characters and double blanks.
    Raises UnusableFile for a file that is empty, too large, no table, or without a known heading.
    """
    if not content.strip():
        raise UnusableFile("Het bestand is leeg.")
    if len(content) > allowed.file_bytes:
        raise UnusableFile(f"Het bestand is te groot: hoogstens {allowed.file_bytes // 2**20} MB.")
    if content.startswith(_OLD_EXCEL):
        raise UnusableFile(
            "Dit is een oud of met een wachtwoord beveiligd Excel-bestand. "
            "Bewaar het zonder wachtwoord als .xlsx of .csv en probeer opnieuw."
        )

    if content.startswith(_ZIP):
        # Late, since loading openpyxl takes most of the time that the process needs to start,
        # and most lists are .csv (docs/decisions/0010).
        from .xlsx import workbook_rows  # noqa: PLC0415

        return _table(workbook_rows(content, allowed), allowed)

    return _csv_table(content, allowed)


def _table(rows: Iterable[NumberedRow], allowed: Limits, *, cut_off: bool = False) -> FileCells:
    """Return the rows below the one with the most known headings, the first of equals.

    Raises UnusableFile where there is no such row, or nothing below it.
    """
    filled = _filled_rows(rows, allowed)

    headings: Cells = ()
    heading_row = 0
    most_known = 0
    for number, cells in filled:
        if number > HEADING_WITHIN:
            break
        known = count_known(cells)
        if known > most_known:
            headings = cells
            heading_row = number
            most_known = known

    if most_known == 0:
        raise UnusableFile(
            "In de eerste 5 rijen van het bestand staan geen kopjes die we kennen, "
            "zoals “Stamnummer”, “Voornaam” en “Naam”."
        )

    below = [(number, cells) for number, cells in filled if number > heading_row]
    if not below:
        raise UnusableFile("Het bestand heeft kopjes, maar er staat geen enkele leerling onder.")
    return FileCells(headings, below, Findings(cut_off=cut_off))


def _filled_rows(rows: Iterable[NumberedRow], allowed: Limits) -> list[tuple[int, Cells]]:
    """Return the rows that are not empty, as clean text. Raises UnusableFile above the limits."""
    filled: list[tuple[int, Cells]] = []
    count = 0
    text_bytes = 0
    number = 0
    for claimed_number, values in rows:
        # A workbook may claim any number; two rows with one number would become one pupil.
        number = max(claimed_number, number + 1)
        cells = tuple(_text(value) for value in islice(values, limits.COLUMNS))
        if not any(cells):
            continue
        # A column may have no heading, so the row of headings keeps its width.
        if number > HEADING_WITHIN:
            cells = _without_empty_end(cells)

        filled.append((number, cells))
        if len(filled) > allowed.rows + HEADING_WITHIN:
            raise UnusableFile(f"Het bestand telt meer dan {allowed.rows} rijen.")

        count += len(cells)
        if count > limits.CELLS:
            raise UnusableFile(f"Het bestand telt te veel cellen. {ONLY_NEEDED}")

        text_bytes += len("".join(cells).encode())
        if text_bytes > allowed.text_bytes:
            raise UnusableFile(f"Er staat te veel tekst in het bestand. {ONLY_NEEDED}")

    return filled


def _without_empty_end(cells: Cells) -> Cells:
    """Return the cells up to the last one that is not empty."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]


def _text(value: object) -> str:
    """Return a cell as clean text: a day as 2010-11-07, a whole number without decimals."""
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
    """Return the text on one line, without hidden characters and double blanks.

    What is beyond its first limits.CELL characters is left out.
    """
    return " ".join(_HIDDEN.sub("", text[: limits.CELL]).split())


# .csv -------------------------------------------------------------------------------------------


def _csv_table(content: bytes, allowed: Limits) -> FileCells:
    """Decode the bytes and find the delimiter. Raises UnusableFile for what is no text."""
    text = _decode(content)
    if content.startswith(_PDF) or _BINARY.search(text):
        raise UnusableFile("Dit is geen leesbare tabel. Kies een .csv- of .xlsx-bestand.")

    rows = _csv_rows(text, _delimiter(text))
    cut_off = not text.endswith(("\n", "\r"))
    return _table(enumerate(rows, start=1), allowed, cut_off=cut_off)


def _decode(content: bytes) -> str:
    """Decode as UTF-16 or UTF-8, or else line by line.

    Files are glued together: one line in an old encoding must not spoil every `é`.
    """
    try:
        return content.decode(_likely_encoding(content))
    except UnicodeDecodeError:
        lines = content.splitlines(keepends=True)
        return "".join(map(_decode_line, lines))


def _likely_encoding(content: bytes) -> str:
    """Return the encoding to try for the file as a whole.

    UTF-16 without a byte order mark is known by the zero byte of its first letter: headings are
    ASCII.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if content[1:2] == b"\0":
        return "utf-16-le"
    if content[:1] == b"\0":
        return "utf-16-be"
    return "utf-8-sig"


def _decode_line(line: bytes) -> str:
    """Decode as UTF-8 or Windows-1252, or else as Latin-1, which has a meaning for every byte."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue

    return line.decode("latin-1")


def _delimiter(text: str) -> str:
    """Return the delimiter that gives the most known headings in one of the first lines."""
    best = DELIMITERS[0]
    most_known = 0
    for delimiter in DELIMITERS:
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


def _csv_rows(text: str, delimiter: str) -> Iterator[list[str]]:
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
