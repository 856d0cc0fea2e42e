"""The same pupil more than once in one file, and the same number twice."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from schoolloket.core.text import fold

from .plan import Problem
from .rows import Row

# A file may repeat one number ten thousand times.
OTHERS_NAMED = 5


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
    by_stamnummer: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.stamnummer and not row.other_school:
            by_stamnummer[row.stamnummer].append(row)

    remarks: dict[int, Problem] = {}
    for group in by_stamnummer.values():
        if len(group) > 1 and _is_one_pupil(group):
            for remark in _remarks(group):
                remarks[remark.row] = remark

    counted = [row for row in rows if row.row not in remarks]
    return CountedRows(counted, [remarks[number] for number in sorted(remarks)])


def _is_one_pupil(group: list[Row]) -> bool:
    for row in group:
        if row.problems or row.birth_date_differs:
            return False
    hashes = {row.identity_hash for row in group}
    if "" not in hashes:
        return len(hashes) == 1
    # Some rows lack a number: then names and birth dates have to agree too.
    with_number = hashes - {""}
    birth_dates = {row.birth_date for row in group} - {None}
    names = {fold(row.name) for row in group}
    return len(with_number) <= 1 and len(birth_dates) <= 1 and len(names) == 1


def _remarks(group: list[Row]) -> list[Problem]:
    """Return a remark about each row of one pupil but the latest."""
    latest_start = max(_start(row) for row in group)
    latest = [row for row in group if _start(row) == latest_start]
    counting = latest[-1]
    for row in latest:
        if replace(row, row=counting.row) != counting:
            return []
    remarks = []
    for row in group:
        if row is counting:
            continue
        reason = f"Deze rij is dezelfde als rij {counting.row}: ze telt één keer."
        if _start(row) < latest_start:
            reason = (
                f"Dezelfde leerling staat ook op rij {counting.row}, met een latere begindatum: "
                "die rij telt, deze niet."
            )
        remarks.append(Problem(row.row, reason))
    return remarks


def _start(row: Row) -> date:
    return row.period[0]


def repeated_numbers(rows: list[Row]) -> list[Problem]:
    """Refuse all rows with the same stamnummer or the same national number.

    Not all but the first: nobody knows which one is right.
    """
    own = [row for row in rows if not row.other_school]
    by_label = {
        "stamnummer": [(row.stamnummer, row.row) for row in own],
        "rijksregister- of bisnummer": [(row.identity_hash, row.row) for row in own],
    }
    refused = []
    for label, numbers in by_label.items():
        for row, others in repeated(numbers):
            reason = f"Hetzelfde {label} staat ook op rij {others}. Laat er één staan."
            refused.append(Problem(row, reason))
    return refused


def repeated(keys: Iterable[tuple[Hashable, int]]) -> list[tuple[int, str]]:
    """Return each row whose key another row has too, with those rows: [(4, "9"), (9, "4")].

    `keys`: (key, row number); an empty key is no key.
    """
    rows_by_key: dict[Hashable, list[int]] = defaultdict(list)
    for key, row in keys:
        if key:
            rows_by_key[key].append(row)
    found = []
    for rows in rows_by_key.values():
        if len(rows) > 1:
            found += [(row, _others(row, rows)) for row in rows]
    return found


def _others(row: int, rows: list[int]) -> str:
    """Return the other rows as text, at most OTHERS_NAMED of them."""
    some = rows[: OTHERS_NAMED + 2]
    others = [str(other) for other in some if other != row]
    named = ", ".join(others[:OTHERS_NAMED])
    if len(others) > OTHERS_NAMED:
        return f"{named} …"
    return named
