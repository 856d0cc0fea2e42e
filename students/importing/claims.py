"""The numbers that an institution's files had for each name and birth date within a year (R11).

A child has one number. Several for one name and birth date are guesses, in one file or in many:
whoever guesses right would make a pupil of another school a pupil of this one. So are many for one
last name and birth date, since a pupil is recognised under any first name (`recognition`).
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone

from schoolloket.core.text import fold_name
from students.models import NumberClaim

from .duplicates import others_named
from .existing import ExistingRecords, ExistingStudent
from .rows import Row

COUNTED = timedelta(days=365)
# Twice as many as quadruplets have, for namesakes whom a register has born on 1 January. Of the 997
# numbers of a birth date a guesser gets no further than these.
MOST_OF_A_LAST_NAME = 8
# Every database takes this many values in one `IN (…)`.
HASHES_PER_QUERY = 10_000


def person_hash(first_name: str, last_name: str, birth_date: date) -> str:
    """Return 64 hexadecimal digits: HMAC-SHA-256 of a name and a birth date, for comparing only.

    It does not matter how the names are written (`fold_name`), or which of the two is the last.
    """
    names = sorted([fold_name(first_name), fold_name(last_name)])
    return _keyed("person", *names, birth_date.isoformat())


def last_name_hashes(row: Row) -> tuple[str, ...]:
    """Return an HMAC-SHA-256, as of `person_hash`, for each last name of a row with its birth date.

    The official one too: a pupil is recognised under either. None without a birth date.
    """
    if row.birth_date is None:
        return ()

    # Mostly one and the same: folding takes most of the time.
    names = set(map(fold_name, {row.last_name, row.official_last_name}))
    born = row.birth_date.isoformat()
    return tuple(_keyed("last name", name, born) for name in sorted(names - {""}))


def _keyed(*parts: str) -> str:
    """Return the HMAC-SHA-256 of the parts in hexadecimal; the first says what they are."""
    message = "/".join(parts).encode()
    return hmac.digest(settings.MATCHING_KEY.encode(), message, "sha256").hex()


def oldest_counted(now: datetime) -> datetime:
    """Return the moment before which a claim is too old to count."""
    return now - COUNTED


def in_slices(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield the different values, in order, HASHES_PER_QUERY at a time."""
    left = iter(sorted(set(values)))
    while part := list(islice(left, HASHES_PER_QUERY)):
        yield part


class Claims:
    """Which numbers are known for the name and birth date of each row with a number that is new.

    Those of the other rows, those of the school's own pupils, and those that its files claimed
    before; for a last name with the birth date, those of the rows and of earlier files. Reading
    takes one query for each 10,000 names.

    `rows`: as the file has them, before any answer.
    """

    def __init__(self, rows: list[Row], existing: ExistingRecords) -> None:
        self._person_of: dict[int, str] = {}
        self._last_names_of: dict[int, tuple[str, ...]] = {}
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._numbers: dict[str, set[str]] = defaultdict(set)

        self._take_rows(rows, existing)
        self._take_own_pupils(existing)
        self._take_earlier_claims(existing)

    def _take_rows(self, rows: list[Row], existing: ExistingRecords) -> None:
        """Count the numbers of the file that no pupil of the school has."""
        self._birth_dates = set()
        for row in rows:
            if not row.identity_hash or row.identity_hash in existing.by_hash:
                continue
            if row.birth_date is None:
                continue  # never: a number without a birth date has no hash

            person = person_hash(row.first_name, row.last_name, row.birth_date)
            self._person_of[row.row] = person
            self._rows[person].append(row.row)
            self._birth_dates.add(row.birth_date)
            self._last_names_of[row.row] = last_name_hashes(row)
            for name in (person, *self._last_names_of[row.row]):
                self._numbers[name].add(row.identity_hash)

    def _take_own_pupils(self, existing: ExistingRecords) -> None:
        """Count the numbers of the school's own pupils."""
        for enrolment in existing.enrolments:
            student = enrolment.student
            if student.birth_date not in self._birth_dates or not student.identity_hash:
                continue
            person = person_hash(enrolment.first_name, enrolment.last_name, student.birth_date)
            if person in self._numbers:
                self._numbers[person].add(student.identity_hash)

    def _take_earlier_claims(self, existing: ExistingRecords) -> None:
        """Count the numbers that the school's files had before, within a year."""
        claims = NumberClaim.objects.filter(
            institution=existing.institution, at__gte=oldest_counted(timezone.now())
        )
        for people in in_slices(self._numbers):
            claimed = claims.filter(person_hash__in=people)
            for person, number in claimed.values_list("person_hash", "identity_hash"):
                self._numbers[person].add(number)

    def person_of(self, row: Row) -> str:
        """Return the hash of the row's name and birth date, "" where its number is not new."""
        return self._person_of.get(row.row, "")

    def last_names_of(self, row: Row) -> tuple[str, ...]:
        """Return the hashes of the row's last names, none where its number is not new."""
        return self._last_names_of.get(row.row, ())

    def has_many_of_last_name(self, row: Row) -> bool:
        """Return whether a last name of the row has more numbers than children may have."""
        counts = [len(self._numbers[name]) for name in self.last_names_of(row)]
        return max(counts, default=0) > MOST_OF_A_LAST_NAME

    def has_others(self, row: Row, student: ExistingStudent | None) -> bool:
        """Return whether the row's name and birth date have other numbers than the row's.

        That of the student whose stamnummer the row has is replaced by the row's: a bis number
        became a national number. It counts for the next replacement.
        """
        numbers = self._numbers.get(self.person_of(row), set())
        right: set[str | None] = {row.identity_hash}
        if student and student.birth_date == row.birth_date:
            right.add(student.identity_hash)
        return len(numbers) > len(numbers & right)

    def others_named(self, row: Row) -> str:
        """Return the other rows of the file with this name and birth date: "3, 4", or ""."""
        return others_named(row.row, self._rows.get(self.person_of(row), []))
