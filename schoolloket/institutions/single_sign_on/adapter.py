"""How the sign-in library treats somebody who comes from the organisation's own sign-in."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect, render

from schoolloket.core.exceptions import Refused
from schoolloket.institutions import access_log
from schoolloket.institutions.models import Manager
from schoolloket.institutions.requests import ip_address_of

from . import actions
from .deployment import sso
from .discovery import ProviderDown
from .id_token import LEEWAY_SECONDS, BadToken
from .provider import OrganisationProvider, organisation


class OrganisationAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Joins accounts by the provider's subject alone, and lets rights follow the claims (R13)."""

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> OrganisationProvider:
        return organisation(request)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Give the login its manager and that manager the rights of the claims, before it goes on.

        Raises BadToken, or ImmediateHttpResponse where there is no account for who signed in.
        """
        if sociallogin.claims.nonce != sociallogin.state["nonce"]:
            raise BadToken("another nonce")
        if sociallogin.state["process"] == AuthProcess.REDIRECT:
            _check_same_person(request, sociallogin)
        if not sociallogin.is_existing:
            _make_account(request, sociallogin)
        if not sociallogin.user.is_active:
            _note_failure(request, sociallogin.user)
            raise ImmediateHttpResponse(redirect("account_inactive"))

        actions.follow_claims(manager=sociallogin.user, numbers=sociallogin.claims.numbers)
        if sociallogin.state["process"] == AuthProcess.REDIRECT:
            record_authentication(request, request.user, "socialaccount", reauthenticated=True)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: OrganisationProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Lead back to the sign-in with a message. Raises ImmediateHttpResponse."""
        _note_failure(request, None)
        messages.error(request, _reason(error, exception))
        raise ImmediateHttpResponse(redirect("account_login"))


def _check_same_person(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Raise BadToken unless the manager of this session signed in anew, and just now."""
    if sociallogin.user != request.user:
        raise BadToken("another person")
    at = sociallogin.claims.authenticated_at
    if at is not None and at < sociallogin.state["left_at"] - LEEWAY_SECONDS:
        raise BadToken("not asked anew")


def _make_account(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Make a manager where the claims open a school. Raises ImmediateHttpResponse otherwise."""
    claims = sociallogin.claims
    try:
        sociallogin.account = actions.make_manager(
            subject=claims.subject, name=claims.name, numbers=claims.numbers
        )
    except Refused as refused:
        _note_failure(request, None)
        page = render(request, "single_sign_on/refused.html", {"reason": refused}, status=403)
        raise ImmediateHttpResponse(page) from refused
    sociallogin.user = sociallogin.account.user


def _note_failure(request: HttpRequest, manager: Manager | None) -> None:
    access_log.record_failure(manager=manager, email="", ip_address=ip_address_of(request))


def _reason(error: str | None, exception: Exception | None) -> str:
    name = sso().name
    if error == AuthError.CANCELLED:
        return f"De aanmelding via {name} is afgebroken."
    if isinstance(exception, ProviderDown):
        return f"{name} antwoordt nu niet. Probeer het over enkele minuten opnieuw."
    return f"De aanmelding via {name} is niet gelukt. Probeer het opnieuw."
