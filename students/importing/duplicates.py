"""The same pupil more than once in one file, and the same number twice."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TypeVar

from schoolloket.core.text import fold

from .plan import Problem
from .rows import Row

# A file may repeat one number ten thousand times.
OTHERS_NAMED = 5

T = TypeVar("T")


@dataclass(frozen=True)
class CountedRows:
    """The rows that count, and a remark about each of the others."""

    rows: list[Row]
    remarks: list[Problem]


def count_once(rows: list[Row]) -> CountedRows:
    """Keep one row of each pupil: the one with the latest begin date, the last of equal rows.

    All rows are kept where they may be about two pupils, or where two different ones are the
    latest: nobody can tell which one counts.
    """
    stamnummers = []
    for row in rows:
        if not row.other_school:
            stamnummers.append((row.stamnummer, row))

    remarks = []
    for group in _groups(stamnummers):
        if _is_one_pupil(group):
            remarks += _remarks(group)
    remarks.sort(key=attrgetter("row"))

    do_not_count = {remark.row for remark in remarks}
    counted = [row for row in rows if row.row not in do_not_count]
    return CountedRows(counted, remarks)


def _is_one_pupil(group: list[Row]) -> bool:
    """Return whether these rows with one stamnummer are about one pupil, without any doubt."""
    hashes = set()
    birth_dates = set()
    names = set()
    for row in group:
        if row.problems or row.birth_date_differs:
            return False
        hashes.add(row.identity_hash)
        birth_dates.add(row.birth_date)
        names.add(fold(row.name))

    if "" not in hashes:
        return len(hashes) == 1

    # Some rows lack a number: then the names and the known birth dates have to agree too.
    hashes.discard("")
    birth_dates.discard(None)
    if len(hashes) > 1 or len(birth_dates) > 1:
        return False

    return len(names) == 1


def _remarks(group: list[Row]) -> list[Problem]:
    """Return a remark about each row of one pupil but the latest.

    There is none where two different rows are the latest, since then all of them are kept.
    """
    latest_start = max(row.period[0] for row in group)
    earlier = []
    latest = []
    for row in group:
        starts_on, _ = row.period
        if starts_on < latest_start:
            earlier.append(row)
        else:
            latest.append(row)

    *same, counting = latest
    for row in same:
        if replace(row, row=counting.row) != counting:
            return []

    remarks = []
    for row in earlier:
        reason = (
            f"Dezelfde leerling staat ook op rij {counting.row}, met een latere begindatum: "
            "die rij telt, deze niet."
        )
        remarks.append(Problem(row.row, reason))
    for row in same:
        reason = f"Deze rij is dezelfde als rij {counting.row}: ze telt één keer."
        remarks.append(Problem(row.row, reason))

    return remarks


def repeated_numbers(rows: list[Row]) -> list[Problem]:
    """Refuse all rows with the same stamnummer or the same national number.

    Not all but the first: nobody knows which one is right. Rows of another school do not count,
    since that school has stamnummers of its own.
    """
    stamnummers = []
    national_numbers = []
    for row in rows:
        if not row.other_school:
            stamnummers.append((row.stamnummer, row.row))
            national_numbers.append((row.identity_hash, row.row))

    refused = _refused("stamnummer", stamnummers)
    refused += _refused("rijksregister- of bisnummer", national_numbers)
    return refused


def _refused(label: str, numbers: list[tuple[str, int]]) -> list[Problem]:
    """Return a problem for each row whose number another row has too.

    `label`: what the number is, in Dutch; `numbers`: (number, row number).
    """
    refused = []
    for row, others in repeated(numbers):
        reason = f"Hetzelfde {label} staat ook op rij {others}. Laat er één staan."
        refused.append(Problem(row, reason))

    return refused


def repeated(keys: Iterable[tuple[Hashable, int]]) -> list[tuple[int, str]]:
    """Return each row whose key another row has too, with those rows: [(4, "9"), (9, "4")].

    `keys`: (key, row number). An empty key is no key. At most OTHERS_NAMED rows are named: "9, 12".
    """
    found = []
    for rows in _groups(keys):
        for row in rows:
            found.append((row, others_named(row, rows)))
    return found


def others_named(row: int, rows: list[int]) -> str:
    """Return the other rows as text, at most OTHERS_NAMED of them."""
    others = []
    for other in rows[: OTHERS_NAMED + 2]:
        if other != row:
            others.append(str(other))

    named = ", ".join(others[:OTHERS_NAMED])
    if len(others) > OTHERS_NAMED:
        return f"{named} …"
    return named


def _groups(keys: Iterable[tuple[Hashable, T]]) -> list[list[T]]:
    """Return what has the same key, in groups of two or more; an empty key is no key.

    `keys`: (key, what has it).
    """
    by_key: dict[Hashable, list[T]] = defaultdict(list)
    for key, item in keys:
        if key:
            by_key[key].append(item)

    return [group for group in by_key.values() if len(group) > 1]
