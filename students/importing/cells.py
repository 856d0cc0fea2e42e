"""The bytes of a file -> its headings and rows, all as plain text. Trusts nothing in the file.

Runs in a process of its own, without Django: see `reader` and `child`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from . import UnusableFile, limits
from .cleaning import clean
from .columns import count_known
from .csv_lists import HEADING_WITHIN, read_csv
from .findings import Findings
from .limits import Limits

ONLY_NEEDED = "Laat alleen de kolommen staan die nodig zijn en probeer opnieuw."

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
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

    CSV: see `csv_lists` and `decoding`. The heading row is within the first 5 rows. Cells come
    without invisible characters and double blanks. Raises UnusableFile for a file that is empty,
    too large, no table, or without a known heading.
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


def _csv_table(content: bytes, allowed: Limits) -> FileCells:
    """Return the list of a .csv, with what is not certain about its text."""
    read = read_csv(content)
    cells = _table(enumerate(read.rows, start=1), allowed, cut_off=read.cut_off)
    findings = replace(cells.findings, warnings=read.warnings, questions=read.questions)
    return replace(cells, findings=findings)


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
