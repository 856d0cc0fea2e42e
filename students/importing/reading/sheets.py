"""The sheets of a file, where their headings are, and which of them are read as one list.

A .csv is one sheet without a name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..columns import BY_NAME, FIELDS, count_known, shared_meaning

HEADING_WITHIN = 5
NEEDED = {field.name for field in FIELDS if field.needed}

Cells = tuple[str, ...]
NumberedCells = tuple[int, Cells]


# Two sheets may hold the same: each is itself alone.
@dataclass(frozen=True, eq=False)
class Sheet:
    """The rows of a sheet that are not empty, as clean text, each with its number.

    `hidden_rows`: numbers; `hidden_columns`: places from 0.
    """

    name: str
    rows: list[NumberedCells]
    is_hidden: bool = False
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()


@dataclass(frozen=True, eq=False)
class ListSheet:
    """A sheet with headings that we know, and the rows below them."""

    sheet: Sheet
    headings: Cells
    rows: list[NumberedCells]

    @property
    def has_needed(self) -> bool:
        """Return whether all needed fields have a heading."""
        return self.fields >= NEEDED

    @property
    def fields(self) -> set[str]:
        """Return the names of the fields that have a heading."""
        return set(map(shared_meaning, self.headings)) & BY_NAME.keys()


def read_together(sheets: Sequence[Sheet]) -> list[ListSheet]:
    """Return the sheets whose rows are one list: the visible ones with all needed headings.

    Where none has them all, that is the sheet with the most headings that we know, the first of
    equals. There are none where no sheet has a known heading.
    """
    lists = []
    for sheet in sheets:
        if not sheet.is_hidden:
            lists += _with_headings(sheet)

    whole = [one for one in lists if one.has_needed and one.rows]
    if whole:
        return whole
    return sorted(lists, key=_known, reverse=True)[:1]


def _with_headings(sheet: Sheet) -> list[ListSheet]:
    """Return the rows below the one with the most known headings, the first of equals.

    Nothing where the first HEADING_WITHIN rows of the sheet have no known heading.
    """
    headings: Cells = ()
    heading_row = 0
    most_known = 0
    for number, cells in sheet.rows:
        if number > HEADING_WITHIN:
            break
        known = count_known(cells)
        if known > most_known:
            headings = cells
            heading_row = number
            most_known = known

    if most_known == 0:
        return []
    below = [(number, cells) for number, cells in sheet.rows if number > heading_row]
    return [ListSheet(sheet, headings, below)]


def _known(one: ListSheet) -> int:
    return count_known(one.headings)


def without_empty_end(cells: Cells) -> Cells:
    """Return the cells up to the last one that is not empty."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]
