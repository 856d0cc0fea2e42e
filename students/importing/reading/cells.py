"""The bytes of a file -> its headings and rows, all as plain text. Trusts nothing in the file.

Runs in a process of its own, without Django: see `reader` and `child`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

from .. import UnusableFile, limits
from ..findings import Findings
from ..limits import Limits
from .cleaning import clean
from .csv_lists import read_csv
from .joining import ONLY_NEEDED, TOO_MANY_CELLS, joined
from .kinds import ZIP, why_not_read
from .sheet_findings import findings_of, no_headings
from .sheets import HEADING_WITHIN, Cells, NumberedCells, Sheet, read_together, without_empty_end

# Excel allows 31 characters.
SHEET_NAME = 31

# Programs write a day some seconds before its midnight, or an hour or two: they round, or forget
# the time zone.
EARLY = timedelta(hours=2, minutes=1)
# Where Excel begins to count the days, shown as 0/01/1900: the value of a reference to nothing.
DAY_ZERO = date(1899, 12, 30)

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

    CSV: see `csv_lists` and `decoding`. Of an .xlsx all sheets with the needed headings. Those are
    within the first 5 rows. Cells come without invisible characters and double blanks.
    Raises UnusableFile for a file that is empty, too large, no table, or without a known heading.
    """
    if not content.strip():
        raise UnusableFile("Het bestand is leeg.")
    if len(content) > allowed.file_bytes:
        raise UnusableFile(f"Het bestand is te groot: hoogstens {allowed.file_bytes // 2**20} MB.")
    reason = why_not_read(content)
    if reason is not None:
        raise UnusableFile(reason)

    if content.startswith(ZIP):
        return _one_list(_workbook(content, allowed))
    return _csv_table(content, allowed)


def _workbook(content: bytes, allowed: Limits) -> list[Sheet]:
    """Return the sheets of an .xlsx file. Raises UnusableFile above the limits."""
    # Late, since loading openpyxl takes most of the time that the process needs to start, and most
    # lists are .csv (docs/decisions/0010).
    from .xlsx import workbook_sheets  # noqa: PLC0415

    tally = _Tally(allowed)
    sheets = []
    for sheet in workbook_sheets(content, allowed):
        name = clean(sheet.name)[:SHEET_NAME]
        rows = tally.filled(sheet.rows())
        sheets.append(Sheet(name, rows, sheet.is_hidden, sheet.hidden_rows, sheet.hidden_columns))

    return sheets


def _csv_table(content: bytes, allowed: Limits) -> FileCells:
    """Return the list of a .csv, with what is not certain about its text."""
    read = read_csv(content)
    sheet = Sheet("", _Tally(allowed).filled(enumerate(read.rows, start=1)))
    findings = Findings(read.cut_off, warnings=read.warnings, questions=read.questions)
    return replace(_one_list([sheet]), findings=findings)


def _one_list(sheets: list[Sheet]) -> FileCells:
    """Return the rows below the headings of all sheets that have them.

    Raises UnusableFile where no sheet has known headings, or nothing stands below them.
    """
    lists = read_together(sheets)
    if not lists:
        raise no_headings(sheets)

    headings, rows = joined(lists)
    if not rows:
        raise UnusableFile("Het bestand heeft kopjes, maar er staat geen enkele leerling onder.")
    return FileCells(headings, rows, findings_of(sheets, lists))


class _Tally:
    """Counts what the sheets of a file hold together."""

    def __init__(self, allowed: Limits) -> None:
        self._allowed = allowed
        self._rows_left = allowed.rows
        self._cells = 0
        self._text_bytes = 0

    def filled(self, rows: Iterable[NumberedRow]) -> list[NumberedCells]:
        """Return the rows of one sheet that are not empty, as clean text.

        Raises UnusableFile above the limits of the file.
        """
        # What stands above the pupils does not count.
        self._rows_left += HEADING_WITHIN
        filled: list[NumberedCells] = []
        number = 0
        for claimed_number, values in rows:
            # A workbook may claim any number; two rows with one number would become one pupil.
            number = max(claimed_number, number + 1)
            cells = tuple(_text(value) for value in islice(values, limits.COLUMNS))
            if not any(cells):
                continue
            # A column may have no heading, so the row of headings keeps its width.
            if number > HEADING_WITHIN:
                cells = without_empty_end(cells)

            filled.append((number, cells))
            self._count(cells)

        return filled

    def _count(self, cells: Cells) -> None:
        """Count a row. Raises UnusableFile where it is too much."""
        self._rows_left -= 1
        if self._rows_left < 0:
            raise UnusableFile(f"Het bestand telt meer dan {self._allowed.rows} rijen.")

        self._cells += len(cells)
        if self._cells > limits.CELLS:
            raise UnusableFile(TOO_MANY_CELLS)

        self._text_bytes += len("".join(cells).encode())
        if self._text_bytes > self._allowed.text_bytes:
            raise UnusableFile(f"Er staat te veel tekst in het bestand. {ONLY_NEEDED}")


def _text(value: object) -> str:
    """Return a cell as clean text: a day as 2010-11-07, a number as it is, without exponent."""
    if type(value) is str:
        return clean(value)
    if value is None:
        return ""

    if isinstance(value, datetime):
        return _day(value)
    if isinstance(value, time) and value == time(0):
        return "0"
    if isinstance(value, float):
        return _number(value)

    return clean(str(value))


def _day(moment: datetime) -> str:
    """Return the day that was meant, "0" for the day before the calendar of Excel begins."""
    try:
        day = (moment + EARLY).date()
    except OverflowError:
        # The last hours of the year 9999, which programs take for never.
        day = moment.date()

    if day == DAY_ZERO:
        return "0"
    return day.isoformat()


def _number(value: float) -> str:
    """Return a number in full: 7100101 for 7100101.0, 0.00001 for 1e-05."""
    if value.is_integer():
        return str(int(value))

    shortest = repr(value)
    if "e" in shortest:
        return f"{Decimal(shortest):f}"
    return shortest
