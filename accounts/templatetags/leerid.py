"""Filters that put stored values in the words of the screen."""

from django import template

from accounts import timeline
from accounts.models import FieldChange, Status

register = template.Library()


@register.filter
def status_label(status: str) -> str:
    return Status(status).label


@register.filter
def old_value(change: FieldChange) -> str:
    return timeline.label(change.field, change.old)


@register.filter
def new_value(change: FieldChange) -> str:
    return timeline.label(change.field, change.new)
