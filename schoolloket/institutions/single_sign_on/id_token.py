"""The id_token: whether the provider made it, for this desk, and now.

After OpenID Connect Core 1.0, 3.1.3.7. The nonce is compared by `adapter`.
"""

from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

from . import discovery
from .deployment import sso

# With a key that only the provider has: never `none`, and no secret that the desk shares.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
# For a clock that is a little off.
LEEWAY_SECONDS = 30
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class BadToken(OAuth2Error):  # type: ignore[misc]
    """The id_token is no proof that somebody signed in just now, for this desk."""


def verify(token: object) -> dict[str, Any]:
    """Return the claims of the token. Raises BadToken, or ProviderDown where it gives no keys."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,  # type: ignore[arg-type]
            key=_key_of(token).key,
            algorithms=ALGORITHMS,
            issuer=sso().issuer,
            audience=sso().client_id,
            leeway=LEEWAY_SECONDS,
            options={"require": NEEDED},
        )
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise BadToken(type(error).__name__) from error

    _check_authorized_party(claims)
    return claims


def _key_of(token: Any) -> jwt.PyJWK:
    """Return the provider's key that the token names. Raises BadToken where there is none."""
    name = jwt.get_unverified_header(token).get("kid")
    key = discovery.signing_keys().get(name)
    if key is None:
        key = discovery.signing_keys(anew=True).get(name)
    if key is None:
        raise BadToken("unknown key")
    return key


def _check_authorized_party(claims: dict[str, Any]) -> None:
    """Refuse a token that is for several programs, unless it was made for this one."""
    ours = sso().client_id
    party = claims.get("azp", claims["aud"])
    if party not in (ours, [ours]):
        raise BadToken("another authorized party")
