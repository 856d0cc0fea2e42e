"""Who is who by national number (rijksregister- of bisnummer): verified, hashed, forgotten.

The number itself is never kept (product.md, Import): no exception, row, draft or log carries it.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from stdnum.be import bis, nn

from students.models import Student

DIGITS = 11


class BirthDateDiffers(Exception):
    """The birth date inside the number is not the one of the row."""


@dataclass(frozen=True)
class Identity:
    """What a number says: `hash` is "" unless it is valid and the birth date is known.

    `number` tells whether official data may be shown: AVAILABLE, or why not.
    """

    hash: str
    number: Student.OfficialData
    birth_date: date | None


def identify(text: str, birth_date: date | None) -> Identity:
    """Verify a national number as the file has it, and hash it together with the birth date.

    A valid number holds a birth date. When the row has another one, either the date or the number
    is a mistake (a brother's number, a typing error): since the hash made of them would stick to
    the student, neither is believed and BirthDateDiffers is raised, so that the school corrects
    it. A number may hold a part of the date only, or none (unknown when it was given, or the
    numbers of that day had run out): only what it does hold is compared. Without a birth date in
    the row the one in the number is used.
    """
    if not text:
        return Identity("", Student.OfficialData.NUMBER_MISSING, birth_date)
    number = _repaired(text)
    if not (nn.is_valid(number) or bis.is_valid(number)):
        return Identity("", Student.OfficialData.NUMBER_INVALID, birth_date)
    born = birth_date or nn.get_birth_date(number)
    if born is None:
        return Identity("", Student.OfficialData.NOT_RECEIVED, None)
    if not _fits(number, born):
        raise BirthDateDiffers
    return Identity(_keyed_hash(number, born), Student.OfficialData.AVAILABLE, born)


def _repaired(text: str) -> str:
    """The number without dots and dashes, with the leading zeros that Excel took from it."""
    return re.sub(r"[\s.\-/]", "", text).zfill(DIGITS)


def _fits(number: str, born: date) -> bool:
    whole = nn.get_birth_date(number)
    if whole:
        return bool(whole == born)
    known = ((nn.get_birth_year(number), born.year), (nn.get_birth_month(number), born.month))
    return all(inside is None or inside == outside for inside, outside in known)


def _keyed_hash(number: str, born: date) -> str:
    message = f"{number}{born.isoformat()}".encode()
    return hmac.new(settings.MATCHING_KEY.encode(), message, hashlib.sha256).hexdigest()
