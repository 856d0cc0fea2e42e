"""The same pupil more than once in one file, and the same number twice."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from itertools import filterfalse
from operator import attrgetter
from typing import TypeVar

from schoolloket.core.text import fold

from .plan import Problem
from .rows import Row

# A file may repeat one number ten thousand times.
OTHERS_NAMED = 5

STAMNUMMER_REPEATED = "Hetzelfde stamnummer staat ook op rij {others}. Laat er één staan."
NATIONAL_NUMBER_REPEATED = (
    "Hetzelfde rijksregister- of bisnummer staat ook op rij {others}. Laat er één staan."
)

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
    own = filterfalse(attrgetter("other_school"), rows)
    remarks = []
    for group in _groups((row.stamnummer, row) for row in own):
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
    different = max(len(hashes), len(birth_dates), len(names))
    return different == 1


def _remarks(group: list[Row]) -> list[Problem]:
    """Return a remark about each row of one pupil but the latest.

    There is none where two different rows are the latest, since then all of them are kept.
    """
    # In the order of the file where the begin dates are equal: of those the last one counts.
    *others, counting = sorted(group, key=attrgetter("starts_on"))
    remarks = []
    for row in others:
        if row.starts_on != counting.starts_on:
            reason = (
                f"Dezelfde leerling staat ook op rij {counting.row}, met een latere begindatum: "
                "die rij telt, deze niet."
            )
        elif replace(row, row=counting.row) == counting:
            reason = f"Deze rij is dezelfde als rij {counting.row}: ze telt één keer."
        else:
            return []
        remarks.append(Problem(row.row, reason))

    return remarks


def repeated_numbers(rows: list[Row]) -> list[Problem]:
    """Refuse all rows with the same stamnummer or the same national number.

    Not all but the first: nobody knows which one is right. Rows of another school do not count,
    since that school has stamnummers of its own.
    """
    own = list(filterfalse(attrgetter("other_school"), rows))
    stamnummers = map(attrgetter("stamnummer", "row"), own)
    national_numbers = map(attrgetter("identity_hash", "row"), own)

    refused = repeated(stamnummers, STAMNUMMER_REPEATED)
    refused += repeated(national_numbers, NATIONAL_NUMBER_REPEATED)
    return refused


def repeated(keys: Iterable[tuple[Hashable, int]], reason: str) -> list[Problem]:
    """Return a problem for each row whose key another row has too.

    `keys`: (key, row number). An empty key is no key. `reason`: in Dutch, with a place {others} for
    those rows: "9, 12".
    """
    refused = []
    for rows in _groups(keys):
        for row in rows:
            others = others_named(row, rows)
            refused.append(Problem(row, reason.format(others=others)))

    return refused


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
