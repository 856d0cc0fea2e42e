"""What pupils type or touch."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.models import Account
from accounts.pictures import BY_SLUG, PASSWORD_LENGTH, SEPARATOR, Picture
from schoolloket.core.forms import Form, ShownPasswordInput

from .password_validation import SHORTEST, validate_own_password

# How a pupil signs in: `?wijze=`.
PICTURES = "afbeeldingen"
WORDS = "woord"

# The longest username, and the longest password at a sign-in.
LONGEST_INPUT = 200

# Of a pupil who is signed in, and proves it again.
WRONG_PASSWORD = "Dat is niet je wachtwoord. Na veel pogingen moet je even wachten."  # noqa: S105

LARGE = {"class": "form-control form-control-lg"}
USERNAME = LARGE | {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
SECRET = {"class": "form-control form-control-lg secret-field"}


class PasswordField(forms.CharField):
    """A password as somebody typed it, the same on every keyboard.

    Without blanks at its ends, which tablets add; composed as NFKC (NIST SP 800-63B, 5.1.1.2).
    """

    def to_python(self, value: Any) -> str:
        """Return what was typed in that form; an empty text where nothing was."""
        typed = super().to_python(value)
        return unicodedata.normalize("NFKC", typed or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out `maxlength`: a password that is too long is refused, not cut off unseen."""
        return {}


class SignInForm(Form):
    """A username and a password: typed, or the pictures in the order in which they were chosen."""

    username = forms.CharField(
        label="Gebruikersnaam",
        max_length=LONGEST_INPUT,
        error_messages={"required": "Vul je gebruikersnaam in. Die staat op je blad."},
        widget=forms.TextInput(attrs=USERNAME),
    )
    password = PasswordField(
        label="Wachtwoord",
        max_length=LONGEST_INPUT,
        # Pupils with a picture password type none.
        required=False,
        widget=ShownPasswordInput(
            attrs=SECRET
            | {
                "autocomplete": "current-password",
                "autocapitalize": "none",
                "spellcheck": "false",
                "maxlength": LONGEST_INPUT,
                "required": True,
            }
        ),
    )
    picture = forms.Field(required=False)

    @property
    def slugs(self) -> list[str]:
        """The slugs of the chosen pictures in order, as posted: any number of any text."""
        slugs: list[str] = self.data.getlist("picture")  # type: ignore[attr-defined]
        return slugs

    @property
    def submitted_password(self) -> str:
        """The password to verify: the pictures where some were chosen, else what was typed."""
        # Not `canonical`: the slugs that were posted may be none of the grid's.
        pictures = SEPARATOR.join(self.slugs[:PASSWORD_LENGTH])
        if pictures:
            return pictures[:LONGEST_INPUT]

        password: str = self.cleaned_data["password"]
        return password

    def clean(self) -> None:
        """Refuse a form without a password here, where it does not count as a failed attempt."""
        if "password" not in self.cleaned_data:
            # Refused already, for its length.
            return
        if self.submitted_password:
            return

        if self.data.get("wijze") == PICTURES:
            self.add_error("password", "Kies je vier afbeeldingen.")
        else:
            self.add_error("password", "Vul je wachtwoord in.")


def chosen_pictures(posted: QueryDict) -> list[Picture]:
    """Return the pictures chosen so far, in order: those posted, with one added or taken back.

    Without JavaScript each touch of the grid posts the form. Leaves out slugs that are not on the
    grid, a picture that was chosen before, and pictures beyond the length of a password (R7).
    """
    pictures: list[Picture] = []
    for slug in [*posted.getlist("picture"), *posted.getlist("add")]:
        picture = BY_SLUG.get(slug)
        if picture and picture not in pictures:
            pictures.append(picture)

    if "back" in posted:
        pictures = pictures[:-1]
    return pictures[:PASSWORD_LENGTH]


class OwnPasswordForm(Form):
    """An own password in the place of a temporary or forgotten one."""

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
        """Raise ValidationError where the password is easy to guess, or is the old one."""
        password: str = self.cleaned_data["password"]
        validate_own_password(password, self.account)

        if self.is_old(password):
            raise ValidationError("Dat is je oude wachtwoord. Kies een ander.")
        return password

    def is_old(self, password: str) -> bool:
        """Whether the pupil has this password already."""
        return check_password(password, self.account.password)


class ChangePasswordForm(OwnPasswordForm):
    """A new password for a pupil who has an own one and proves to know it."""

    field_order = ["old", "password"]
    old = PasswordField(
        label="Je wachtwoord van nu",
        max_length=500,
        widget=forms.PasswordInput(attrs=SECRET | {"autocomplete": "current-password"}),
    )

    def is_old(self, password: str) -> bool:
        """Whether the new password is what was typed as the old one.

        Not compared with the account: that would answer guesses which no limit counts.
        """
        return password == self.cleaned_data.get("old")


class UncutEmailField(forms.EmailField):
    """An e-mail address that is refused where it is too long, not cut off unseen."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out `maxlength`."""
        return {}


class EmailForm(Form):
    """The e-mail address to link (R8)."""

    email = UncutEmailField(
        label="E-mailadres",
        max_length=254,
        error_messages={"invalid": "Dit is geen e-mailadres. Kijk het na, bv. naam@voorbeeld.be."},
        widget=forms.EmailInput(attrs=LARGE | {"autocomplete": "email"}),
    )


class ProvenEmailForm(EmailForm):
    """The same, of a pupil who has to prove again to be the one who signed in."""

    password = PasswordField(
        label="Je wachtwoord van nu",
        max_length=500,
        error_messages={"required": "Vul je wachtwoord in. Zo koppelt niemand anders een adres."},
        widget=forms.PasswordInput(attrs=SECRET | {"autocomplete": "current-password"}),
    )


class ForgottenForm(Form):
    """The username of a pupil who forgot the password; any is valid, so none is revealed."""

    username = forms.CharField(
        label="Gebruikersnaam",
        max_length=LONGEST_INPUT,
        widget=forms.TextInput(attrs=USERNAME),
    )
