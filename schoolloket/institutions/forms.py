"""Forms of the sign-in that differ from the library's, and of what changes about a manager."""

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.http import HttpRequest

from schoolloket.core import background
from schoolloket.core.forms import Form

from . import actions
from .requests import ip_address_of


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for the mail with a new password. Whose address it is, is looked up after the answer."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **options: object) -> str:
        email: str = self.cleaned_data["email"]
        background.run(actions.request_reset, email=email, ip_address=ip_address_of(request))
        return email


class EmailForm(forms.Form):
    """Asks for the manager's new e-mail address."""

    email = forms.EmailField(label="Nieuw e-mailadres")


class ReasonForm(Form):
    """Asks why a second factor is erased."""

    reason = forms.CharField(
        label="Reden",
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": "Geef een reden: ze staat in het logboek en in de mails."},
        help_text="Bijvoorbeeld: telefoon verloren, gemeld aan het secretariaat.",
    )
