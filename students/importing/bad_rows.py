"""The rows that are not imported, as an .xlsx to mend and upload again."""

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


def render(table: StoredCells, problems: Iterable[Problem], *, made_at: datetime) -> bytes:
    """Return the original cells of these rows and a column with the reason.

    A national number is not kept: its cell is empty, and the reason says so.
    """
    cells = dict(table.rows)
    rows = [_row(cells[p.row], p.reason, len(table.headings)) for p in problems]
    columns = dict.fromkeys(_unique(table.headings), WIDTH) | {REASON: WIDTH_OF_REASON}
    return workbook.render("Niet ingelezen", columns, rows, made_at=made_at)


def _unique(headings: Iterable[str]) -> Iterator[str]:
    """The headings, those that are empty or stand there twice told apart."""
    seen: Counter[str] = Counter([REASON])
    for heading in headings:
        name = heading or "Zonder kopje"
        seen[name] += 1
        yield f"{name} ({seen[name]})" if seen[name] > 1 else name


def _row(cells: tuple[Cell, ...], reason: str, width: int) -> list[str]:
    shown = [cell if isinstance(cell, str) else "" for cell in cells[:width]]
    shown += [""] * (width - len(shown))
    gone = any(isinstance(cell, HashedNumber) for cell in cells)
    return [*shown, f"{reason} {NUMBER_IS_GONE}" if gone else reason]
