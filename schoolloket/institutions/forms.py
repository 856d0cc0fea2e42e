"""Forms of the sign-in that differ from the library's."""

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.http import HttpRequest

from schoolloket.core import background

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
