"""Days as a school counts them: in Europe/Brussels, the project's time zone."""

from calendar import monthrange
from datetime import date

from django.utils import timezone


def today() -> date:
    """Return today's date in Europe/Brussels."""
    return timezone.localdate()


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last day of a month that is shorter."""
    year, months_into_year = divmod(day.year * 12 + day.month - 1 - months, 12)
    month = months_into_year + 1
    _, last_day = monthrange(year, month)
    return date(year, month, min(day.day, last_day))
