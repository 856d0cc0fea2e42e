"""Cells -> rows. What holds for a whole column is found out first, then each row is read."""

from datetime import date

from . import UnusableFile
from .columns import Columns
from .dates import Order, orders_of
from .findings import row_number
from .identifiers import unpacked
from .no_pupils import reason_left_out
from .row_reader import Conventions, RowReader
from .rows import ParsedFile
from .sexes import words_of
from .stored_cells import StoredCells

DATES = ("birth_date", "starts_on", "ends_on")
MIXED_DATES = (
    "In de kolom “{heading}” staan datums als dag/maand/jaar en andere als maand/dag/jaar, zodat "
    "we niet weten welke dag bedoeld is. Zet ze allemaal als dag/maand/jaar en probeer opnieuw."
)
MONTH_FIRST = (
    "De datums in de kolom {headings} staan als maand/dag/jaar: zo lezen we ze allemaal. "
    "Kijk er enkele na."
)


def parse(cells: StoredCells, columns: Columns, institution_number: str, today: date) -> ParsedFile:
    """Turn the cells into rows for the institution with this number, of six digits.

    `today` decides about birth dates, and about the school year of a list without
    begin dates. Raises UnusableFile where the columns have problems, such as a missing one, and
    where the order of day and month in its dates is not one.
    """
    if columns.problems:
        raise UnusableFile(" ".join(columns.problems))

    orders = orders_of(_dates(cells, columns))
    for name, order in orders.items():
        if order is Order.MIXED:
            raise UnusableFile(MIXED_DATES.format(heading=columns.taken[name]))
    warnings = [*cells.findings.warnings, *columns.warnings]
    month_first = [name for name, order in orders.items() if order is Order.MONTH_FIRST]
    if month_first:
        headings = " en ".join(f"“{columns.taken[name]}”" for name in month_first)
        warnings.append(MONTH_FIRST.format(headings=headings))

    sexes = words_of({columns.text(row_cells, "sex") for _, row_cells in cells.rows})
    conventions = Conventions(columns, institution_number, today, orders, sexes)
    rows = []
    left_out = {}
    for number, row_cells in cells.rows:
        shown = row_number(number, cells.findings.sheets)
        reason = reason_left_out(row_cells, columns)
        if reason:
            left_out[shown] = reason
        else:
            rows.append(RowReader(shown, row_cells, conventions).read())

    return ParsedFile(columns, rows, cells.findings, left_out, tuple(warnings))


def _dates(cells: StoredCells, columns: Columns) -> dict[str, set[str]]:
    """Return the different cells of each column of dates, without their packaging."""
    dates = {}
    for name in DATES:
        if name in columns.places:
            texts = {columns.text(row_cells, name) for _, row_cells in cells.rows}
            dates[name] = set(map(unpacked, texts))
    return dates
