"""What the provider publishes of itself: its endpoints and its keys.

Kept for an hour, and where it does not answer for half a minute: a slow provider takes no threads
from the desk.
"""

from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache import cache
from requests import RequestException

from .deployment import sso

SECONDS_KEPT = 60 * 60
SECONDS_DOWN = 30
DOWN = "down"
ENDPOINTS = ["authorization_endpoint", "token_endpoint", "jwks_uri"]


class ProviderDown(OAuth2Error):  # type: ignore[misc]
    """The provider does not answer, or not as a provider of OpenID Connect."""


def configuration() -> dict[str, Any]:
    """Return what the provider says of itself (OpenID Connect Discovery 1.0). Raises ProviderDown.

    It has to name itself as SSO_ISSUER does, and its endpoints with as safe a scheme.
    """
    issuer = sso().issuer
    found = _document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderDown("the provider names another issuer")

    schemes = {urlsplit(str(found.get(name))).scheme for name in ENDPOINTS}
    if schemes != {urlsplit(issuer).scheme}:
        raise ProviderDown("an endpoint is missing, or not as safe as the issuer")
    return found


def signing_keys(*, anew: bool = False) -> dict[str | None, jwt.PyJWK]:
    """Return the provider's keys for signatures, by their ids. Raises ProviderDown.

    `anew`: ask the provider, whatever is kept: it may have a new key.
    """
    found = _document(configuration()["jwks_uri"], anew=anew)
    try:
        keys = jwt.PyJWKSet.from_dict(found).keys
    except (jwt.PyJWTError, AttributeError, TypeError) as error:
        raise ProviderDown("the provider publishes no keys") from error
    return {key.key_id: key for key in keys if key.public_key_use != "enc"}


def _document(url: str, *, anew: bool = False) -> dict[str, Any]:
    """Return the JSON document at this URL, or as the cache has it. Raises ProviderDown."""
    key = f"sso:{url}"
    kept = cache.get(key)
    if kept == DOWN:
        raise ProviderDown("the provider did not answer just now")
    if kept and not anew:
        return dict(kept)

    try:
        document = _fetch(url)
    except ProviderDown:
        cache.set(key, DOWN, SECONDS_DOWN)
        raise
    cache.set(key, document, SECONDS_KEPT)
    return document


def _fetch(url: str) -> dict[str, Any]:
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(url, allow_redirects=False)
            answer.raise_for_status()
            document = answer.json()
    except RequestException as error:
        raise ProviderDown(type(error).__name__) from error
    if not isinstance(document, dict):
        raise ProviderDown("the provider answers with something else")
    return document
