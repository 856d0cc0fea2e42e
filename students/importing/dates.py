"""Dates as administration packages and spreadsheets write them, and school years."""

import re
from datetime import date, timedelta
from functools import lru_cache

_SERIAL_ZERO = date(1899, 12, 30)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 0?0:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T]00:00(?::00)?)?")
_SERIAL = re.compile(r"\d{4,5}", re.ASCII)


# `07/11/2010 00:00:00`
LONGEST = 19


def as_date(text: str) -> date | None:
    """Read `7/11/2010`, `07-11-2010`, `2010-11-07` or the serial number of a spreadsheet.

    Returns None for any other text, for a day that does not exist, and for a year before 1900 or
    after 2100.
    """
    if len(text) > LONGEST:
        return None
    return _read(text)


# A list of twenty thousand pupils has some thousands of dates.
@lru_cache(maxsize=10_000)
def _read(text: str) -> date | None:
    """Read a text that is short enough to be a date, and to be remembered."""
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:
        day, month, year = day_first.groups()
        return _checked(year, month, day)

    year_first = _YEAR_FIRST.fullmatch(text)
    if year_first:
        year, month, day = year_first.groups()
        return _checked(year, month, day)

    if _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(text))
    return None


def _checked(year: str, month: str, day: str) -> date | None:
    """Return the day if it exists and is of a time in which a pupil or a school year may be."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None

    if not 1900 <= found.year <= 2100:
        return None
    return found


def school_year(day: date) -> int:
    """Return the year in which the school year of this day began; it runs from 1 September."""
    if day.month >= 9:
        return day.year
    return day.year - 1


def year_of(starts_on: date, today: date) -> int:
    """Return the school year of an enrolment: this one for all that began before today."""
    return school_year(max(starts_on, today))


def end_of_year(day: date) -> date:
    """Return the last day, 31 August, of the school year of this day."""
    return date(school_year(day) + 1, 8, 31)


def list_year(today: date) -> int:
    """Return the school year of a list without begin dates: in July and August the coming one."""
    if today.month >= 7:
        return today.year
    return today.year - 1
