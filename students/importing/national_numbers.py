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

    `born` is the birth date inside the number, `hashes` {"2010-11-07": "3fa8…"}. A number may hold
    a part of the date only, or none (unknown when it was given, or the numbers of that day had run
    out): then it is hashed with every date of its row that this part allows.
    """

    valid: bool
    born: date | None = None
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """What a number says: `hash` is "" unless it is valid and the birth date is known.

    `number` tells whether official data may be shown: AVAILABLE, or why not.
    """

    hash: str
    number: Student.OfficialData
    birth_date: date | None


def hash_number(text: str, dates: Iterable[date]) -> HashedNumber:
    """Verify a national number as the file has it, and keep hashes only.

    `dates`: those of its row, of which one may turn out to be the birth date.
    """
    number = repaired(text)
    if not is_valid(number):
        return HashedNumber(valid=False)
    born = nn.get_birth_date(number)
    days = [born] if born else [day for day in dates if _fits(number, day)]
    return HashedNumber(True, born, {day.isoformat(): _keyed_hash(number, day) for day in days})


def identify(number: HashedNumber | None, birth_date: date | None) -> Identity:
    """Match what is left of a number with the birth date of its row.

    A valid number holds a birth date. When the row has another one, either the date or the number
    is a mistake (a brother's number, a typing error): since the hash made of them would stick to
    the student, neither is believed and BirthDateDiffers is raised, so that the school corrects
    it. Without a birth date in the row the one in the number is used.
    """
    if number is None:
        return Identity("", Student.OfficialData.NUMBER_MISSING, birth_date)
    if not number.valid:
        return Identity("", Student.OfficialData.NUMBER_INVALID, birth_date)
    born = birth_date or number.born
    if born is None:
        return Identity("", Student.OfficialData.NOT_RECEIVED, None)
    found = number.hashes.get(born.isoformat())
    if found is None:
        raise BirthDateDiffers
    return Identity(found, Student.OfficialData.AVAILABLE, born)


def repaired(text: str) -> str:
    """The number without dots and dashes, with the leading zeros that Excel took from it."""
    return re.sub(r"[\s.\-/]", "", text).zfill(DIGITS)


def is_valid(number: str) -> bool:
    """Whether these eleven digits are a rijksregister- or bisnummer."""
    return bool(nn.is_valid(number) or bis.is_valid(number))


def _fits(number: str, born: date) -> bool:
    known = ((nn.get_birth_year(number), born.year), (nn.get_birth_month(number), born.month))
    return all(inside is None or inside == outside for inside, outside in known)


def _keyed_hash(number: str, born: date) -> str:
    message = f"{number}{born.isoformat()}".encode()
    return hmac.digest(settings.MATCHING_KEY.encode(), message, "sha256").hex()
