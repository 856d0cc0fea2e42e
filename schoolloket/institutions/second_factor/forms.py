"""Forms of the second factor: as the library's, but guesses are limited and codes work once."""

from datetime import timedelta
from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from schoolloket.core import vault
from schoolloket.institutions.attempts import Attempt, attempt_of
from schoolloket.institutions.models import Manager, Tally

SESSION_KEY = "totp_secret"
# A code is accepted in its own half minute, the one before and the one after.
CODE_LIVES = timedelta(minutes=2)


def code_field() -> forms.CharField:
    """Return a field for the code of an app, which a telephone offers to fill in."""
    return forms.CharField(
        label="Code",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


def refuse_used(manager: Manager, code: str) -> None:
    """Count the use of a code of the app. Raises ValidationError where it was used before."""
    digits = normalize_user_code(code)
    uses = Tally.objects.add("code", str(manager.pk), digits, within=CODE_LIVES, now=timezone.now())
    if uses > 1:
        raise get_adapter().validation_error("incorrect_code")


class LimitedCodeForm(BaseAuthenticateForm):  # type: ignore[misc]
    """Counts each attempt before the code is verified, as the sign-in does for passwords."""

    code = code_field()

    def clean_code(self) -> str:
        """Raises ValidationError where the code is wrong, used or unreadable, or has to wait."""
        attempt = _code_attempt(self.user)
        if not attempt.count(timezone.now()):
            raise _wait()

        try:
            code: str = super().clean_code()
        except vault.VaultLocked as error:
            raise ValidationError(
                "Je tweede stap kan nu niet nagekeken worden. Verwittig wie het loket beheert."
            ) from error
        if self.authenticator.type == Authenticator.Type.TOTP:
            refuse_used(self.user, code)
        attempt.take_back()
        return code


class CodeForm(LimitedCodeForm, AuthenticateForm):  # type: ignore[misc]
    """Asks for a code at the sign-in, after the password."""


class FreshCodeForm(LimitedCodeForm, ReauthenticateForm):  # type: ignore[misc]
    """Asks for a code again, before a change of rights or factors."""


def _code_attempt(manager: Manager) -> Attempt:
    """Return the attempt of this request at the second step of this manager's sign-in."""
    return attempt_of(context.request, manager.email or str(manager.pk), manager, step="code")


def _wait() -> ValidationError:
    return ValidationError(
        "Even geduld: te veel pogingen na elkaar. Probeer het over een kwartier."
    )


class EnrolAppForm(forms.Form):
    """Asks for the first code of an authenticator app; as the library's form, with our limits."""

    code = code_field()

    def __init__(self, *args: Any, user: Manager, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        session = context.request.session
        if not self.is_bound or SESSION_KEY not in session:
            session[SESSION_KEY] = totp.generate_totp_secret()
        self.secret = session[SESSION_KEY]

    def clean_code(self) -> str:
        """Raises ValidationError where the code is not one of this secret, or has to wait."""
        attempt = _code_attempt(self.user)
        if not attempt.count(timezone.now()):
            raise _wait()

        code: str = self.cleaned_data["code"]
        if not totp.validate_totp_code(self.secret, code):
            raise ValidationError(
                "Deze code klopt niet. Staat de klok van je telefoon juist? "
                "Typ de zes cijfers die de app nu toont."
            )
        refuse_used(self.user, code)
        attempt.take_back()
        return code


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Asks for the name of a passkey, which signs in alone: the device verifies its user."""

    name = forms.CharField(label="Naam van de toegangssleutel", required=False, max_length=60)


def forget_secret(request: HttpRequest) -> None:
    """Forget the secret of an enrolment that is done."""
    request.session.pop(SESSION_KEY, None)
