"""The organisation's own sign-in: any provider of OpenID Connect that the deployment names.

On top of the sign-in library's client, which sees to the state and PKCE: a nonce, an id_token whose
signature is verified, endpoints from the cache, and nothing kept of what the provider tells.
"""

import secrets
import time
from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from . import claims, discovery, id_token
from .deployment import sso

# The provider has to ask anew, whoever is still signed in there.
ASK_AGAIN = {"prompt": "login", "max_age": "0"}


class CodeExchange(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Exchanges the code of the provider for who signed in there."""

    @property
    def openid_config(self) -> dict[str, Any]:
        return discovery.configuration()

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the address on the desk's own host, whatever host the request names."""
        return f"{settings.DESK.url}{reverse('sso_callback')}"

    def get_access_token_data(self, *args: Any, **options: Any) -> dict[str, Any]:
        try:
            data: dict[str, Any] = super().get_access_token_data(*args, **options)
        except (KeyError, TypeError, ValueError) as error:
            # What the library does not expect of an answer.
            raise OAuth2Error("the answer with the token is malformed") from error
        return data

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Return the access token, which the desk never uses: the id_token tells all."""
        return SocialToken(token=data["access_token"])

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **options: Any
    ) -> SocialLogin:
        """Return who signed in, by subject alone: of an e-mail address nothing is read."""
        verified = id_token.verify(options["response"].get("id_token"))
        provider = self.get_provider()
        read = claims.read(verified)
        account = SocialAccount(provider=provider.sub_id, uid=read.subject, extra_data={})
        login = SocialLogin(provider=provider, account=account)
        login.claims = read
        return login


class OrganisationProvider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = CodeExchange

    def leave(
        self, request: HttpRequest, process: str, next_url: str | None, params: dict[str, str]
    ) -> HttpResponse:
        """Redirect to the provider, with a nonce that this session keeps for one way back."""
        nonce = secrets.token_urlsafe(32)
        try:
            answer: HttpResponse = self.redirect(
                request,
                process,
                next_url,
                auth_params=params | {"nonce": nonce},
                nonce=nonce,
                left_at=time.time(),
            )
        except (OAuth2Error, RequestException) as error:
            answer = render_authentication_error(request, self, exception=error)
        return answer


def organisation(request: HttpRequest) -> OrganisationProvider:
    """Return the provider that the deployment names. Raises Http404 where it names none."""
    # Its issuer is part of the key of every account: a subject is unique within one issuer only.
    app = SocialApp(
        provider="openid_connect",
        provider_id=sso().issuer,
        name=sso().name,
        client_id=sso().client_id,
        secret=sso().client_secret,
        settings={
            "server_url": sso().issuer,
            "oauth_pkce_enabled": True,
            "fetch_userinfo": False,
            "scope": sso().scopes,
        },
    )
    return OrganisationProvider(request, app=app)


def sign_in(request: HttpRequest, next_url: str | None) -> HttpResponse:
    """Lead to the provider's sign-in. Raises Http404 where there is no provider."""
    return organisation(request).leave(request, AuthProcess.LOGIN, next_url, {})


def prove_again(request: HttpRequest, next_url: str | None) -> HttpResponse:
    """Let the provider ask again who it is, and come back to the page `next_url`."""
    return organisation(request).leave(request, AuthProcess.REDIRECT, next_url, ASK_AGAIN)
