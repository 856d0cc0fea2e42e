"""How the fields of all forms are drawn."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Draw each field with `templates/forms/field.html`: `{{ form.email.as_field_group }}`."""

    field_template_name = "forms/field.html"


class Form(forms.Form):
    """A form whose labels end without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})


class ShownPasswordInput(forms.PasswordInput):
    """A field for a password with a button beside it that shows what was typed."""

    template_name = "forms/shown_password.html"
