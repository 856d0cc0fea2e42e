"""School years: from 1 September to 31 August of the next year."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

# From this month on the desk works for the school year that comes: its list has arrived, or will.
PREPARED_FROM = 7
FIRST_MONTH = 9

_NAME = re.compile(r"(?P<begins>2\d{3})-(?P<ends>2\d{3})", re.ASCII)


@dataclass(frozen=True, order=True)
class SchoolYear:
    """The school year that begins on 1 September of the year `begins`."""

    begins: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the school year of a day."""
        if day.month >= FIRST_MONTH:
            return cls(day.year)
        return cls(day.year - 1)

    @classmethod
    def prepared_on(cls, day: date) -> Self:
        """Return the year that a school works for on a day: from 1 July on the coming one."""
        if day.month >= PREPARED_FROM:
            return cls(day.year)
        return cls(day.year - 1)

    @classmethod
    def named(cls, name: str) -> Self | None:
        """Return the year with this name, `2026-2027`, or None for any other text."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        year = cls(int(found["begins"]))
        if str(year) != name:
            return None
        return year

    def __str__(self) -> str:
        return f"{self.begins}-{self.begins + 1}"

    @property
    def first_day(self) -> date:
        """1 September."""
        return date(self.begins, FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        """31 August."""
        return date(self.begins + 1, 8, 31)

    @property
    def previous(self) -> "SchoolYear":
        return SchoolYear(self.begins - 1)

    def overlaps(self, starts_on: date, ends_on: date) -> bool:
        """Whether a period, both days inclusive, has a day in this school year."""
        return starts_on <= self.last_day and ends_on >= self.first_day
