"""National numbers (rijksregister- of bisnummer): verified, hashed, and then forgotten.

The number itself is never kept: no exception, row, draft or log carries it. As soon as a file is
read, `hash_number` leaves of a number only what matching needs (docs/decisions/0011).
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from stdnum.be import bis, nn

from students.models import Student

from . import limits
from .damaged import is_error, is_shortened
from .identifiers import unpacked

DIGITS = 11
# Between the digits, also in groups of three: `12.030.441.162`.
_SIGNS = re.compile(r"[\s.,'\u2019\-/]")

# The damages of a cell: an error value or a formula without a result, and too few digits.
ERROR, SHORTENED = "error", "shortened"


class BirthDateDiffers(Exception):
    """The birth date inside the number is not the one of the row."""


@dataclass(frozen=True, slots=True)
class HashedNumber:
    """What is left of a number: whether it was valid, and its hash with each possible birth date.

    `born` is the birth date inside the number; `hashes` has a hash by birth date:
    {"2010-11-07": "3fa8…"}. `damage`: why the cell no longer holds the number that it had, "" where
    it does. A number may hold only a part of the date, or none (the date was
    unknown when it was given, or the numbers of that day had run out): then it is hashed with
    the first dates of its row that fit this part, at most limits.BIRTH_DATES.
    """

    valid: bool
    born: date | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    damage: str = ""


@dataclass(frozen=True)
class Identity:
    """Whom a row is about: `hash` is "" unless the number is valid and the birth date is known.

    `number_state`: AVAILABLE where official data may be shown, or else the reason why not.
    """

    hash: str
    number_state: Student.OfficialData
    birth_date: date | None


def hash_number(text: str, dates: Iterable[date]) -> HashedNumber:
    """Verify a national number as the file has it, and keep only its hashes.

    `dates`: those of its row, of which one may turn out to be the birth date, the likeliest first.
    They are looked at only for a number that does not hold the whole date itself.
    """
    if is_error(text):
        return HashedNumber(valid=False, damage=ERROR)
    if is_shortened(text):
        return HashedNumber(valid=False, damage=SHORTENED)

    number = repaired(text)
    if not is_valid(number):
        return HashedNumber(valid=False)

    born = nn.get_birth_date(number)
    possible = [born]
    if born is None:
        possible = _possible_birth_dates(number, dates)

    hashes = {}
    for day in possible:
        hashes[day.isoformat()] = _keyed_hash(number, day)

    return HashedNumber(valid=True, born=born, hashes=hashes)


def _possible_birth_dates(number: str, dates: Iterable[date]) -> list[date]:
    """Return the first limits.BIRTH_DATES different dates that fit what the number knows."""
    year = nn.get_birth_year(number)
    month = nn.get_birth_month(number)

    possible: list[date] = []
    for day in dates:
        if len(possible) == limits.BIRTH_DATES:
            break
        fits = year in (None, day.year) and month in (None, day.month)
        if fits and day not in possible:
            possible.append(day)

    return possible


def identify(number: HashedNumber | None, birth_date: date | None) -> Identity:
    """Match what is left of a number with the birth date of its row.

    A row without a birth date gets the one inside the number. Raises BirthDateDiffers where the
    row has another one than the number: either is a mistake (a brother's number, a typing error),
    and the hash of the two together would stay with the student, so neither is believed.
    """
    if number is None:
        return Identity("", Student.OfficialData.NUMBER_MISSING, birth_date)
    if not number.valid:
        return Identity("", Student.OfficialData.NUMBER_INVALID, birth_date)

    born = birth_date
    if born is None:
        born = number.born
    if born is None:
        return Identity("", Student.OfficialData.NOT_RECEIVED, None)

    found = number.hashes.get(born.isoformat())
    if found is None:
        raise BirthDateDiffers
    return Identity(found, Student.OfficialData.AVAILABLE, born)


def repaired(text: str) -> str:
    """Return the number without packaging and signs, with the zeros that Excel took off."""
    return _SIGNS.sub("", unpacked(text)).zfill(DIGITS)


def has_check_digits(number: str) -> bool:
    """Return whether these eleven digits end on the check digits of the first nine.

    Every valid number does. Many times quicker than `is_valid`, for texts full of numbers.
    """
    if len(number) != DIGITS or not number.isdecimal():
        return False

    start = int(number[:9])
    born_since_2000 = 2_000_000_000 + start
    return int(number[9:]) in (97 - start % 97, 97 - born_since_2000 % 97)


def is_valid(number: str) -> bool:
    """Return whether these eleven digits are a rijksregister- or bisnummer.

    Their check digits are right, and what they hold of a birth date is possible.
    """
    return bool(nn.is_valid(number) or bis.is_valid(number))


def _keyed_hash(number: str, born: date) -> str:
    """Return 64 hexadecimal digits: HMAC-SHA-256 with a key that can never be rotated."""
    message = f"{number}{born.isoformat()}".encode()
    return hmac.digest(settings.MATCHING_KEY.encode(), message, "sha256").hex()
