"""What day it is for a school: the calendar of Europe/Brussels (the project's time zone)."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Return today's date in Europe/Brussels."""
    return timezone.localdate()
