"""The same pupil more than once in one file, and the same number twice."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date
from itertools import islice

from schoolloket.core.text import fold

from .rows import Row

# A file may repeat one number ten thousand times.
OTHERS_NAMED = 5


def repeated(pairs: Iterable[tuple[Hashable, int]]) -> list[tuple[int, str]]:
    """Each row whose key is not its own, with the other rows: [(4, "9"), (9, "4")]."""
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for key, row in pairs:
        if key:
            rows[key].append(row)
    return [(row, _others(row, same)) for same in rows.values() if len(same) > 1 for row in same]


def _others(row: int, same: list[int]) -> str:
    others = list(islice((other for other in same if other != row), OTHERS_NAMED + 1))
    more = " …" if len(others) > OTHERS_NAMED else ""
    return ", ".join(map(str, others[:OTHERS_NAMED])) + more


def latest(rows: Iterable[Row]) -> dict[int, tuple[int, bool]]:
    """The rows that do not count, since a later enrolment of the same pupil does.

    Returns by row number the row that counts, and whether it begins later or is just the same:
    {4: (9, True)}. Rows that may be of two pupils, or of which nobody can tell the later one, are
    not among them.
    """
    same_stamnummer: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.stamnummer:
            same_stamnummer[row.stamnummer].append(row)
    overtaken: dict[int, tuple[int, bool]] = {}
    for group in same_stamnummer.values():
        if len(group) > 1 and _of_one_pupil(group):
            overtaken |= _overtaken(group)
    return overtaken


def _of_one_pupil(group: list[Row]) -> bool:
    if any(row.problems or row.birth_date_differs for row in group):
        return False
    hashes = {row.identity_hash for row in group}
    if "" not in hashes:
        return len(hashes) == 1
    born = {row.birth_date for row in group} - {None}
    names = {fold(row.name) for row in group}
    return len(hashes) < 3 and len(born) < 2 and len(names) == 1


def _overtaken(group: list[Row]) -> dict[int, tuple[int, bool]]:
    start = max(_start(row) for row in group)
    last = [row for row in group if _start(row) == start]
    if any(replace(row, row=0) != replace(last[0], row=0) for row in last):
        return {}
    counts = last[-1]
    return {row.row: (counts.row, _start(row) < start) for row in group if row is not counts}


def _start(row: Row) -> date:
    return row.period[0]
