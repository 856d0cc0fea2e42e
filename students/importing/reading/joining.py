"""The rows of several sheets under the headings of the first one."""

from collections import defaultdict, deque
from collections.abc import Sequence

from .. import UnusableFile, limits
from ..columns import find_columns, shared_meaning
from ..findings import ROWS_OF_A_SHEET
from .sheets import Cells, ListSheet, NumberedCells, without_empty_end

ONLY_NEEDED = "Laat alleen de kolommen staan die nodig zijn en probeer opnieuw."
TOO_MANY_CELLS = f"Het bestand telt te veel cellen. {ONLY_NEEDED}"

# The place of each column of a sheet in the joined list; None for one beyond limits.COLUMNS.
Places = list[int | None]


def joined(lists: Sequence[ListSheet]) -> tuple[Cells, list[NumberedCells]]:
    """Return the headings and the rows of all these sheets, which are numbered as `findings` says.

    Columns with the same meaning are one; those that the sheets before it do not have come after
    theirs. Raises UnusableFile above limits.CELLS.
    """
    if len(lists) == 1:
        return lists[0].headings, lists[0].rows

    all_headings: list[str] = []
    all_places = []
    for one in lists:
        all_places.append(_find_places(one.headings, all_headings))

    rows: list[NumberedCells] = []
    count = 0
    for index, (one, places) in enumerate(zip(lists, all_places, strict=True)):
        for number, cells in one.rows:
            if number > ROWS_OF_A_SHEET:
                raise UnusableFile("Een blad van het bestand telt meer rijen dan Excel aankan.")

            placed = _placed(cells, places, len(all_headings))
            rows.append((index * ROWS_OF_A_SHEET + number, placed))
            # A row may become as wide as all sheets together.
            count += len(placed)
            if count > limits.CELLS:
                raise UnusableFile(TOO_MANY_CELLS)

    return tuple(all_headings), rows


def _find_places(headings: Cells, all_headings: list[str]) -> Places:
    """Return where the columns of a sheet go. Adds the headings that are new to `all_headings`.

    First the column of each field, since a sheet may have two of which one is preferred; then the
    others, the second one with a heading to the second.
    """
    places: Places = [None] * len(headings)
    place_of_field = find_columns(tuple(all_headings)).places
    for field, place in find_columns(headings).places.items():
        places[place] = place_of_field.get(field)

    free: dict[str, deque[int]] = defaultdict(deque)
    for place, heading in enumerate(all_headings):
        if place not in places:
            free[shared_meaning(heading)].append(place)

    for place, heading in enumerate(headings):
        if places[place] is not None:
            continue
        same = free[shared_meaning(heading)]
        if same:
            places[place] = same.popleft()
        elif len(all_headings) < limits.COLUMNS:
            places[place] = len(all_headings)
            all_headings.append(heading)

    return places


def _placed(cells: Cells, places: Places, width: int) -> Cells:
    """Return the cells of a row in the columns of the joined list, which has this width.

    Cells beyond the headings of their sheet stay beyond all headings.
    """
    placed = [""] * width
    for cell, place in zip(cells, places, strict=False):
        if place is not None:
            placed[place] = cell

    beyond = cells[len(places) :]
    return without_empty_end((*placed, *beyond))
