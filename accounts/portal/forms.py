"""What pupils type or touch."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from accounts.models import Account
from schoolloket.core.forms import Form, ShownPasswordInput

from .password_validation import SHORTEST, validate_own_password

# What the page asks for: `?wijze=`.
PICTURES = "afbeeldingen"
WORDS = "woord"

# The canonical text of a picture password: the slugs of its pictures joined so.
JOINT = "-"

LARGE = {"class": "form-control form-control-lg"}
USERNAME = LARGE | {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
SECRET = {"class": "form-control form-control-lg secret-field"}


class PasswordField(forms.CharField):
    """What somebody typed as a password, the same on every keyboard.

    Without blanks at its ends, which tablets add; composed as NFKC (NIST SP 800-63B, 5.1.1.2).
    """

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out `maxlength`: a password that is too long is refused, not cut off unseen."""
        return {}


class SignInForm(Form):
    """A username and a password: typed, or the pictures in the order in which they were chosen."""

    username = forms.CharField(
        label="Gebruikersnaam",
        max_length=200,
        error_messages={"required": "Vul je gebruikersnaam in. Die staat op je blad."},
        widget=forms.TextInput(attrs=USERNAME),
    )
    password = PasswordField(
        label="Wachtwoord",
        max_length=200,
        # Not of those who choose pictures.
        required=False,
        widget=ShownPasswordInput(
            attrs=SECRET
            | {
                "autocomplete": "current-password",
                "autocapitalize": "none",
                "spellcheck": "false",
                "maxlength": 200,
                "required": True,
            }
        ),
    )
    picture = forms.Field(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pictures: list[str] = self.data.getlist("picture") if self.is_bound else []  # type: ignore[attr-defined]

    @property
    def proof(self) -> str:
        """What is verified: the pictures where some were chosen, else what was typed."""
        return JOINT.join(self.pictures[:4])[:200] or self.cleaned_data["password"]

    def clean(self) -> None:
        # Nothing at all is no guess: it is told at once, and not counted.
        if "password" in self.cleaned_data and not self.proof:
            asked = "Kies je vier afbeeldingen." if self._on_grid else "Vul je wachtwoord in."
            self.add_error("password", asked)

    @property
    def _on_grid(self) -> bool:
        return self.data.get("wijze") == PICTURES


class OwnPasswordForm(Form):
    password = PasswordField(
        label="Nieuw wachtwoord",
        max_length=500,
        help_text=(
            f"Minstens {SHORTEST} tekens, en niet je naam. Een paar woorden na elkaar onthoud je "
            "goed, bijvoorbeeld een zin over je hobby."
        ),
        widget=ShownPasswordInput(
            attrs=SECRET
            | {
                "autocomplete": "new-password",
                "minlength": SHORTEST,
                # The id of the meter that shows how strong it is.
                "data-strength": "strength",
            }
        ),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_own_password(password, self.account)
        if self.is_old(password):
            raise ValidationError("Dat is je oude wachtwoord. Kies een ander.")
        return password

    def is_old(self, password: str) -> bool:
        return check_password(password, self.account.password)


class ChangePasswordForm(OwnPasswordForm):
    """A new password for a pupil who has one: the old one proves who it is."""

    field_order = ["old", "password"]
    old = PasswordField(
        label="Je wachtwoord van nu",
        max_length=500,
        widget=forms.PasswordInput(attrs=SECRET | {"autocomplete": "current-password"}),
    )

    def is_old(self, password: str) -> bool:
        # Not compared with the account: that would answer guesses which no limit counts.
        return password == self.cleaned_data.get("old")


class EmailForm(Form):
    email = forms.EmailField(
        label="E-mailadres",
        max_length=254,
        error_messages={"invalid": "Dit is geen e-mailadres. Kijk het na, bv. naam@voorbeeld.be."},
        widget=forms.EmailInput(attrs=LARGE | {"autocomplete": "email"}),
    )


class ForgottenForm(Form):
    username = forms.CharField(
        label="Gebruikersnaam", max_length=200, widget=forms.TextInput(attrs=USERNAME)
    )


def refuse(form: forms.Form, field: str | None, reason: str) -> None:
    """Show a reason that an action found."""
    form.add_error(field, ValidationError(reason))
