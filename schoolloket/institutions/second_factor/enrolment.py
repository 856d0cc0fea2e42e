"""The way to a first factor: a mailed link, so that a stolen password enrols nothing (R14).

The link holds a token of Django's kind: bound to what the manager has now, and so void as soon as a
factor is enrolled, lost, or the password or e-mail address changed. The session keeps it, and it is
verified again at each page and form of the enrolment.
"""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

from schoolloket.institutions.models import Manager

from .factors import factors_of

# Open to a session with a password alone, by URL name.
WAY_TO_A_FACTOR = {"second_factor_needed", "mail_enrolment_link", "form_token"}
# Open to it with a link.
PAGES = {"enrol", "mfa_activate_totp", "mfa_add_webauthn"}

SESSION_KEY = "enrolment_token"


class EnrolmentTokens(PasswordResetTokenGenerator):
    """Tokens that work for PASSWORD_RESET_TIMEOUT, and until the manager's sign-in data change."""

    key_salt = "institutions.enrolment"

    def _make_hash_value(self, user: Manager, timestamp: int) -> str:
        factors = sorted(factors_of(user).values_list("pk", flat=True))
        return f"{user.pk}{user.password}{user.email}{user.session_version}{factors}{timestamp}"


tokens = EnrolmentTokens()


def allow(request: HttpRequest, manager: Manager) -> None:
    """Let this session enrol: its manager came with a link that a mail brought just now."""
    request.session[SESSION_KEY] = tokens.make_token(manager)


def keep(request: HttpRequest, token: str) -> None:
    """Keep the token of the link in the session, out of the address."""
    request.session[SESSION_KEY] = token


def has_link(request: HttpRequest, manager: Manager) -> bool:
    """Whether this session came with a link of this manager that still works."""
    return tokens.check_token(manager, request.session.get(SESSION_KEY))


def refuse_without_link(request: HttpRequest) -> HttpResponseRedirect | None:
    """Send a session with a password alone, and without a link, to where one is mailed."""
    if has_link(request, request.user):  # type: ignore[arg-type]
        return None
    return redirect("second_factor_needed")
