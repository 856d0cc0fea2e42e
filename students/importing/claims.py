"""The numbers that an institution's files had for each name and birth date within a year (R11).

A child has one number. Several for one name and birth date are guesses, in one file or in many:
whoever guesses right would make a pupil of another school a pupil of this one. First names can be
made up, so many numbers for one last name and birth date are guesses as well.
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
# Numbers for one last name and birth date: of twins, triplets, and namesakes born on 1 January in
# some registers. Of the 997 numbers of a day a guesser gets no further than these.
MOST_OF_A_FAMILY = 8
# Every database takes this many values in one `IN (…)`.
HASHES_PER_QUERY = 10_000


def person_hash(first_name: str, last_name: str, birth_date: date) -> str:
    """Return 64 hexadecimal digits: HMAC-SHA-256 of a name and a birth date, for comparing only.

    It does not matter how the names are written (`fold_name`), or which of the two is the last.
    """
    names = sorted([fold_name(first_name), fold_name(last_name)])
    return _keyed_hash("person", *names, birth_date.isoformat())


def family_hashes(row: Row, birth_date: date) -> tuple[str, ...]:
    """Return such a hash for each last name by which the row could be recognised."""
    last_names = {fold_name(row.last_name), fold_name(row.official_last_name)}
    born = birth_date.isoformat()
    return tuple(_keyed_hash("family", name, born) for name in sorted(last_names - {""}))


def _keyed_hash(*parts: str) -> str:
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
    before. Reading takes one query for each 10,000 rows with a new number.

    `rows`: as the file has them, before any answer.
    """

    def __init__(self, rows: list[Row], existing: ExistingRecords) -> None:
        self._person_of: dict[int, str] = {}
        self._families_of: dict[int, tuple[str, ...]] = {}
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
            self._numbers[person].add(row.identity_hash)
            self._families_of[row.row] = family_hashes(row, row.birth_date)
            for family in self._families_of[row.row]:
                self._numbers[family].add(row.identity_hash)
            self._birth_dates.add(row.birth_date)

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

    def families_of(self, row: Row) -> tuple[str, ...]:
        """Return the hashes of the row's last names and birth date, none for a known number."""
        return self._families_of.get(row.row, ())

    def are_many_of_a_family(self, row: Row) -> bool:
        """Return whether the row's last name and birth date have more numbers than may be."""
        counts = [len(self._numbers[family]) for family in self.families_of(row)]
        return max(counts, default=0) > MOST_OF_A_FAMILY

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
