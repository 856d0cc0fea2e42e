"""Stored values in the words of the screen; and what pages of a lower room show of LeerIDs."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from accounts import overview, timeline
from accounts.models import FieldChange, Status
from accounts.school_frame import Frame
from schoolloket.core.clock import today
from schoolloket.institutions.models import Institution

register = template.Library()


@register.filter
def status_label(status: str) -> str:
    """Return `Actief` for `actief`, the annotation of `accounts.overview`."""
    return Status(status).label


@register.filter
def old_value(change: FieldChange | timeline.ClassChange | timeline.DataChange) -> str:
    """Return the old value in a line of the history."""
    return timeline.label(change.field, change.old)


@register.filter
def new_value(change: FieldChange | timeline.ClassChange | timeline.DataChange) -> str:
    """Return the new value in a line of the history."""
    return timeline.label(change.field, change.new)


@register.inclusion_tag("accounts/includes/without_leerid.html")
def without_leerid(institution: Institution) -> dict[str, Any]:
    """Show how many pupils of each school year have no LeerID yet, with the way to them.

    Nothing where all have one.
    """
    day = today()
    students = reverse("students", args=[institution.number])

    years = []
    for year in Frame.of(institution, day).years:
        number = overview.count_without_leerid(institution, day, year)
        query = urlencode({"schooljaar": year, "status": Status.NONE})
        years.append((year, number, f"{students}?{query}"))
    return {"years": years}
