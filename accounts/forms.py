"""Forms of the list."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from students.school_years import SchoolYear

from .status import StatusChange

UNREADABLE = "De selectie is onleesbaar. Er is niets gewijzigd."
# An id that fits in 64 bits, and in a number of JavaScript.
ID = re.compile("[0-9]{1,15}")


class IdListField(forms.MultipleChoiceField):
    """Posted ids. Whether they exist in the institution is left to the query that uses them."""

    def clean(self, value: Any) -> list[int]:
        """Return the ids in the order in which they were posted; none where nothing was posted.

        Raises ValidationError where one is no id.
        """
        if not value:
            return []

        ids = []
        for text in value:
            if not ID.fullmatch(text):
                raise ValidationError(UNREADABLE)
            ids.append(int(text))
        return ids


class SchoolYearField(forms.CharField):
    """The name of a school year: `2026-2027`."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> SchoolYear | None:
        """Return the school year, or None for any other text: then the page chooses one."""
        return SchoolYear.named(super().clean(value))


class SelectedForm(forms.Form):
    """The students ticked in the list, and the school year that it shows."""

    student = IdListField(required=False)
    schooljaar = SchoolYearField()


class StatusForm(SelectedForm):
    """The students whose LeerID is to be activated or deactivated."""

    status = forms.TypedChoiceField(choices=StatusChange.choices, coerce=StatusChange)
    # The student whose page holds the button, to return to.
    page = forms.IntegerField(required=False, min_value=1, max_value=10**15)
