"""Filters that put stored values in the words of the screen."""

from django import template

from accounts import timeline
from accounts.models import FieldChange, Status

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
