"""Forms of the list."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

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


class StatusForm(forms.Form):
    """The students whose LeerID is to be activated or deactivated."""

    student = IdListField(required=False)
    status = forms.TypedChoiceField(choices=StatusChange.choices, coerce=StatusChange)
    # The student whose page holds the button, to return to.
    page = forms.IntegerField(required=False, min_value=1, max_value=10**15)
