"""What a manager ticks in the list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .status import Change

UNREADABLE = "De selectie is onleesbaar. Er is niets gewijzigd."


class IdListField(forms.MultipleChoiceField):
    """Posted ids; whether they exist is asked of the database, scoped to the institution."""

    def clean(self, value: Any) -> list[int]:
        texts = value or []
        if not all(text.isascii() and text.isdecimal() and len(text) < 16 for text in texts):
            raise ValidationError(UNREADABLE)
        return [int(text) for text in texts]


class StatusForm(forms.Form):
    """The students whose LeerID is to be activated or deactivated."""

    student = IdListField(required=False)
    status = forms.TypedChoiceField(choices=Change.choices, coerce=Change)
    # The student whose page asked for it, to lead back to.
    page = forms.IntegerField(required=False, min_value=1, max_value=10**15)
