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

DIGITS = 11


class BirthDateDiffers(Exception):
    """The birth date inside the number is not the one of the row."""


@dataclass(frozen=True)
class HashedNumber:
    """What is left of a number: whether it was valid, and its hash with each possible birth date.

    `born` is the birth date inside the number; `hashes` has a hash by birth date:
    {"2010-11-07": "3fa8…"}. A number may hold only a part of the date, or none (the date was
    unknown when it was given, or the numbers of that day had run out): then it is hashed with
    every date of its row that fits this part.
    """

    valid: bool
    born: date | None = None
    hashes: dict[str, str] = field(default_factory=dict)


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

    `dates`: those of its row, of which one may turn out to be the birth date. They matter only for
    a number that does not hold the whole date itself.
    """
    number = repaired(text)
    if not is_valid(number):
        return HashedNumber(valid=False)

    born = nn.get_birth_date(number)
    possible = [born]
    if born is None:
        possible = [day for day in dates if _fits(number, day)]

    hashes = {}
    for day in possible:
        hashes[day.isoformat()] = _keyed_hash(number, day)

    return HashedNumber(valid=True, born=born, hashes=hashes)


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
    """Return the number without dots and dashes, with the leading zeros that Excel took off."""
    return re.sub(r"[\s.\-/]", "", text).zfill(DIGITS)


def is_valid(number: str) -> bool:
    """Return whether these eleven digits are a rijksregister- or bisnummer.

    Their check digits are right, and what they hold of a birth date is possible.
    """
    return bool(nn.is_valid(number) or bis.is_valid(number))


def _fits(number: str, day: date) -> bool:
    """Return whether this may be the birth date, as far as the number knows it."""
    year = nn.get_birth_year(number)
    if year not in (None, day.year):
        return False

    month = nn.get_birth_month(number)
    return month in (None, day.month)


def _keyed_hash(number: str, born: date) -> str:
    """Return 64 hexadecimal digits: HMAC-SHA-256 with a key that can never be rotated."""
    message = f"{number}{born.isoformat()}".encode()
    return hmac.digest(settings.MATCHING_KEY.encode(), message, "sha256").hex()
