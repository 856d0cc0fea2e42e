"""Until when a batch can be downloaded, in words that stay true after a download too (R4)."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from schoolloket.core import clock

from .models import Batch


def sentence(batch: Batch) -> str:
    """Return the sentence about a saved batch that can be downloaded now.

    A page is not made anew after a download, so the sentence says before one what holds after it.
    """
    end = _moment(batch.expires_at)
    lapse = _lapse()
    if batch.first_downloaded_at is None:
        return f"Downloaden kan tot {end}; na een download nog hoogstens {lapse}."
    if batch.expires_at == batch.latest_end:
        return f"Opnieuw downloaden kan tot {end}."

    latest = _moment(batch.latest_end)
    return (
        f"Opnieuw downloaden kan tot {end}; na elke download weer {lapse}, hoogstens tot {latest}."
    )


def _lapse() -> str:
    """The time after a download: `een uur`, unless the operator set another."""
    minutes = settings.PRINTABLE_MINUTES_AFTER_DOWNLOAD
    if minutes == 60:
        return "een uur"
    return f"{minutes} minuten"


def _moment(at: datetime) -> str:
    """`11:05` today, `24 november 10:00` on another day."""
    local = timezone.localtime(at)
    if local.date() == clock.today():
        return date_format(local, "H:i")
    return date_format(local, "j F H:i")
