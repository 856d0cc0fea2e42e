"""The rows that are not imported, as an .xlsx file to correct and upload again."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from schoolloket.core import workbook

from .national_numbers import HashedNumber
from .plan import Problem
from .stored_cells import Cell, StoredCells

REASON = "Reden"
NUMBER_IS_GONE = (
    "Het rijksregister- of bisnummer bewaren we niet, ook hier niet: vul het opnieuw in."
)
WIDTH, WIDTH_OF_REASON = 18, 80


def render(cells: StoredCells, problems: Iterable[Problem], *, made_at: datetime) -> bytes:
    """Return a workbook with the original cells of these rows and a column with the reason.

    A national number is not kept: its cell is empty, and the reason says so.
    """
    cells_of_row = dict(cells.rows)
    width = len(cells.headings)

    rows = []
    for problem in problems:
        row_cells = cells_of_row[problem.row]
        reason = problem.reason
        if any(isinstance(cell, HashedNumber) for cell in row_cells):
            reason = f"{reason} {NUMBER_IS_GONE}"
        rows.append([*_texts(row_cells, width), reason])

    columns = dict.fromkeys(_unique(cells.headings), WIDTH)
    columns[REASON] = WIDTH_OF_REASON
    return workbook.render("Niet ingelezen", columns, rows, made_at=made_at)


def _unique(headings: Iterable[str]) -> Iterator[str]:
    """Yield the headings; empty and repeated ones get a name and a number of their own."""
    seen: Counter[str] = Counter([REASON])
    for heading in headings:
        name = heading
        if not heading:
            name = "Zonder kopje"

        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"
        yield name


def _texts(cells: tuple[Cell, ...], width: int) -> list[str]:
    """Return the cells under the headings as text, "" for a national number."""
    texts = [""] * width
    for place, cell in enumerate(cells[:width]):
        if not isinstance(cell, HashedNumber):
            texts[place] = cell

    return texts
