"""What the desk reads in the provider's claims: who it is, and of which schools the beheerder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schoolloket.institutions.models import Manager

from .deployment import sso
from .id_token import BadToken

# At most 255 ASCII characters (OpenID Connect Core, 2), of which the sign-in library keeps these.
SUBJECT = re.compile(r"[\x21-\x7e]{1,191}")
# `LeerID-beheerder:999912`; without a number it is for the organisation of `vo_orgcode`.
ROLE = re.compile(r"LeerID-beheerder(?::([0-9]{6}))?")
NAMELESS = "Zonder naam"


@dataclass(frozen=True)
class Claims:
    """Who signed in at the provider.

    `numbers`: of the institutions where the provider says that he or she is LeerID-beheerder.
    `authenticated_at`: in seconds since 1970, None where the provider does not tell.
    """

    subject: str
    name: str
    numbers: frozenset[str]
    nonce: str
    authenticated_at: float | None


def read(claims: dict[str, Any]) -> Claims:
    """Return what counts of a verified id_token's claims. Raises BadToken where one is unfit."""
    if not SUBJECT.fullmatch(claims["sub"]):
        raise BadToken("unfit subject")

    return Claims(
        subject=claims["sub"],
        name=_name(claims),
        numbers=_numbers(claims),
        nonce=str(claims["nonce"]),
        authenticated_at=_authenticated_at(claims),
    )


def _name(claims: dict[str, Any]) -> str:
    """Return the name on one line, as long as a manager's may be."""
    parts = [str(claims.get(part) or "") for part in ("given_name", "family_name")]
    name = " ".join(parts).strip() or str(claims.get("name") or "")
    printable = "".join(sign if sign.isprintable() else " " for sign in name)
    longest = Manager._meta.get_field("name").max_length
    return " ".join(printable.split())[:longest] or NAMELESS


def _numbers(claims: dict[str, Any]) -> frozenset[str]:
    organisation = str(claims.get("vo_orgcode", ""))
    roles = [ROLE.fullmatch(role) for role in _texts(claims.get(sso().role_claim))]
    numbers = {role[1] or organisation for role in roles if role}
    return frozenset(numbers)


def _texts(value: object) -> Iterable[str]:
    """Return a claim as texts: a provider may give one, or a list of them."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    return []


def _authenticated_at(claims: dict[str, Any]) -> float | None:
    moment = claims.get("auth_time")
    if moment is None:
        return None
    try:
        return float(moment)
    except (TypeError, ValueError) as error:
        raise BadToken("unfit auth_time") from error
