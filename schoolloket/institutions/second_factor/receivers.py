"""Notes every change and use of a factor, which the sign-in library makes by itself (R14)."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from schoolloket.institutions import access_log
from schoolloket.institutions.models import AccessEvent, Manager
from schoolloket.institutions.requests import author_of, ip_address_of

from . import actions
from .forms import forget_secret

Kind = AccessEvent.Kind


@receiver(signals.authenticator_added)
def note_added(
    request: HttpRequest, user: Manager, authenticator: Authenticator, **signal: Any
) -> None:
    """Let the session go on as one that gave the factor, with a key of its own."""
    forget_secret(request)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return

    record_authentication(
        request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
    )
    request.session.cycle_key()
    actions.note_factor(
        Kind.FACTOR_ADDED, manager=user, factor=authenticator, by=author_of(request)
    )


@receiver(signals.authenticator_removed)
def note_removed(
    request: HttpRequest, user: Manager, authenticator: Authenticator, **signal: Any
) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    actions.note_factor(
        Kind.FACTOR_REMOVED, manager=user, factor=authenticator, by=author_of(request)
    )


@receiver(signals.authenticator_reset)
def note_new_codes(
    request: HttpRequest, user: Manager, authenticator: Authenticator, **signal: Any
) -> None:
    actions.note_factor(
        Kind.CODES_RENEWED, manager=user, factor=authenticator, by=author_of(request)
    )


@receiver(signals.authentication_failed)
def note_failure(request: HttpRequest, user: Manager, **signal: Any) -> None:
    """Note a wrong code; the manager hears of many: somebody else knows the password."""
    failures = access_log.record_failure(
        manager=user,
        email=user.email or "",
        ip_address=ip_address_of(request),
        kind=Kind.CODE_FAILED,
    )
    actions.warn_of_guesses(manager=user, failures=failures)
