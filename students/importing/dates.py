"""Dates as administration packages and spreadsheets write them.

A column has one order of day and month for all its dates (`orders_of`).
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from operator import itemgetter

from students.school_years import SchoolYear

_SERIAL_ZERO = datetime(1899, 12, 30)
# Programs write the midnight of another time zone, or some seconds before it.
EARLY = timedelta(hours=2, minutes=1)

_TIME = (
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d(?:[.,]\d+)?)?(?: ?(?P<half>[AP])M)?"
    r"(?:Z|[+-]\d\d:?\d\d)?)?"
)
_SLASHED = re.compile(
    rf"(?P<first>\d{{1,2}})[/.-](?P<second>\d{{1,2}})[/.-](?P<year>\d{{4}}){_TIME}", re.ASCII
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[/.-](?P<month>\d{{1,2}})[/.-](?P<day>\d{{1,2}}){_TIME}", re.ASCII
)
# Four digits are a year: as a serial number they would be a day before 1928.
_SERIAL = re.compile(r"(?P<days>\d{5})(?:[.,](?P<part>\d{1,15}))?", re.ASCII)
# `2010-11-06T22:00:00.000000+00:00`
LONGEST = 32

# What a program writes for no date at all, and Excel's day zero, of a cell that refers to an empty
# one: `0`, `00:00:00`, `0/01/1900`.
_NOTHING = re.compile(r"[0\s/.:-]+|0?0/0?1/1900|1900-0?1-0?0|1899-12-3[01]|3[01]/12/1899", re.ASCII)
# As an end date these mean nothing either.
ZERO_DAYS = frozenset({date(1900, 1, 1), date(1904, 1, 1)})
# From this year on an end date means that there is none; also alone, or as a serial number.
_END_OF_TIME = re.compile(
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-])?(?:2099|2[1-9]\d\d|[3-9]\d{3})(?:[/.-]\d{1,2}[/.-]\d{1,2})?"
    r"(?:[ T][\d:.]+Z?)?|[1-9]\d{6}",
    re.ASCII,
)


class Order(Enum):
    """How a column writes its days; MIXED: in both ways, so that nobody can tell."""

    DAY_FIRST = "dag/maand/jaar"
    MONTH_FIRST = "maand/dag/jaar"
    MIXED = "gemengd"


# Of days that can be read in one way only, so few among as many others are typing errors.
_TYPING_ERRORS = 20


def orders_of(columns: Mapping[str, Collection[str]]) -> dict[str, Order]:
    """Return the order of day and month in each column of dates.

    `columns`: the cells by field, empty ones and others among them. Decisive are those that can be
    read in one way only. A column without any, or with one that may be a typing error, is written
    as the others are: the month first only where no other says otherwise.
    """
    votes = {name: _decisive(texts) for name, texts in columns.items()}
    day_first = sum(map(itemgetter(0), votes.values()))
    month_first = sum(map(itemgetter(1), votes.values()))
    usual = Order.DAY_FIRST
    if month_first and not day_first:
        usual = Order.MONTH_FIRST

    return {name: _order(*votes[name], usual) for name in columns}


def _decisive(texts: Collection[str]) -> tuple[int, int]:
    """Return how many cells can be read with the day first only, and with the month first only."""
    days = set(filter(partial(as_date, order=Order.DAY_FIRST), texts))
    months = set(filter(partial(as_date, order=Order.MONTH_FIRST), texts))
    return len(days - months), len(months - days)


def _order(day_first: int, month_first: int, usual: Order) -> Order:
    """Return the order of a column with so many cells that can be read in one order only."""
    if _TYPING_ERRORS * month_first < day_first:
        return Order.DAY_FIRST
    if _TYPING_ERRORS * day_first < month_first and month_first > 1:
        return Order.MONTH_FIRST
    if day_first == 0:
        return usual
    return Order.MIXED


def as_date(text: str, order: Order = Order.DAY_FIRST) -> date | None:
    """Read `7/11/2010`, `07-11-2010`, `2010-11-07` or the serial number of a spreadsheet.

    A time is left out, but for one within two hours before midnight: that is the next day. Returns
    None for any other text, for a day that does not exist, and for a year before 1900 or after
    2100.
    """
    if len(text) > LONGEST:
        return None
    return _read(text, order)


# A list of twenty thousand pupils has some thousands of dates.
@lru_cache(maxsize=10_000)
def _read(text: str, order: Order) -> date | None:
    """Read a text that is short enough to be a date, and to be remembered."""
    try:
        moment = _moment(text, order)
        if moment is None:
            return None
        day = (moment + EARLY).date()
    except (ValueError, OverflowError):
        return None

    if not 1900 <= day.year <= 2100:
        return None
    return day


def _moment(text: str, order: Order) -> datetime | None:
    """Return what the text says, with its time. Raises ValueError for what does not exist."""
    found = _SLASHED.fullmatch(text)
    if found:
        day, month = found["first"], found["second"]
        if order is Order.MONTH_FIRST:
            day, month = month, day
        return _at(found, month, day)

    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _at(found, found["month"], found["day"])

    found = _SERIAL.fullmatch(text)
    if found:
        part = float(f"0.{found['part'] or 0}")
        return _SERIAL_ZERO + timedelta(days=int(found["days"]) + part)
    return None


def _at(found: re.Match[str], month: str, day: str) -> datetime:
    """Return the day with the time that was found. Raises ValueError where there is none such."""
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour %= 12
    if found["half"] == "P":
        hour += 12
    return datetime(int(found["year"]), int(month), int(day), hour, int(found["minute"] or 0))


def is_nothing(text: str) -> bool:
    """Return whether a cell in a column of dates is as good as empty: `0`, `00:00:00`, `-`."""
    return bool(_NOTHING.fullmatch(text))


def is_end_of_time(text: str) -> bool:
    """Return whether a cell says that there is no end: `31/12/9999`, `2999`."""
    return bool(_END_OF_TIME.fullmatch(text))


def age_on(birth_date: date, day: date) -> int:
    """Return how many years old somebody is on a day."""
    years = day.year - birth_date.year
    if (day.month, day.day) < (birth_date.month, birth_date.day):
        years -= 1
    return years


def year_of(starts_on: date, today: date) -> int:
    """Return the school year of an enrolment: this one for all that began before today."""
    return SchoolYear.of(max(starts_on, today)).begins
