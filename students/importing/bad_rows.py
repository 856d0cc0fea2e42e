"""The rows that are not imported, as an .xlsx file to correct and upload again."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
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
NO_FULL_LIST = (
    "Dit bestand bevat alleen rijen die vroeger niet werden ingelezen (het heeft een kolom "
    f"“{REASON}”): het is geen volledige lijst. Kies de volgende keer “Aanvulling”."
)

# What a reason begins with: it survives a way through Excel, and no other file has it.
_MARKER = re.compile(r"Rij \d+[^:]{0,200}: ")


def render(cells: StoredCells, problems: Iterable[Problem], *, made_at: datetime) -> bytes:
    """Return a workbook with the original cells of these rows and a column with the reason.

    A national number is not kept: its cell is empty, and the reason says so. A reason begins with
    the number of the row, by which the file is known when it comes back.
    """
    cells_of_row = dict(cells.rows)
    width = len(cells.headings)

    rows = []
    for problem in problems:
        row_cells = cells_of_row[problem.row]
        reason = f"Rij {problem.row}: {problem.reason}"
        if any(isinstance(cell, HashedNumber) for cell in row_cells):
            reason = f"{reason} {NUMBER_IS_GONE}"
        rows.append([*_texts(row_cells, width), reason])

    columns = dict.fromkeys(_unique(cells.headings), WIDTH)
    columns[REASON] = WIDTH_OF_REASON
    return workbook.render("Niet ingelezen", columns, rows, made_at=made_at)


def not_a_full_list(cells: StoredCells) -> StoredCells:
    """Return the cells; of such a workbook, mended or not, with a finding that it ends nobody."""
    if not _is_workbook_of_bad_rows(cells):
        return cells

    findings = cells.findings
    withholds = (*findings.withholds, NO_FULL_LIST)
    return replace(cells, findings=replace(findings, withholds=withholds))


def _is_workbook_of_bad_rows(cells: StoredCells) -> bool:
    """Return whether a row still has the reason why it was not imported."""
    for place, heading in enumerate(cells.headings):
        if heading != REASON:
            continue
        for _, row_cells in cells.rows:
            if place < len(row_cells) and _MARKER.match(str(row_cells[place])):
                return True

    return False


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
