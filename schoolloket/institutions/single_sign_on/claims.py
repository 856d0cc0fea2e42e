"""What the desk reads in the provider's claims: who it is, and of which schools the beheerder."""

import re
from dataclasses import dataclass
from typing import Any

from schoolloket.institutions.models import Manager

from .deployment import sso
from .id_token import BadToken

# At most 255 ASCII characters (OpenID Connect Core, 2), of which the sign-in library keeps these.
SUBJECT = re.compile(r"[\x21-\x7e]{1,191}")
ROLE = re.compile(r"LeerID-beheerder:([0-9]{6})")
# Control characters, those that turn the direction of a line, and halves of a character.
NOT_IN_A_NAME = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
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
    name = _joined(claims.get("given_name"), claims.get("family_name"))
    if not name:
        name = _joined(claims.get("name"))

    one_line = " ".join(NOT_IN_A_NAME.sub(" ", name).split())
    longest = Manager._meta.get_field("name").max_length
    return one_line[:longest] or NAMELESS


def _joined(*parts: object) -> str:
    """Return the parts that are there, with a blank between them."""
    return " ".join(map(str, filter(None, parts)))


def _numbers(claims: dict[str, Any]) -> frozenset[str]:
    """Return the numbers of the schools that the roles name; a provider may give one or a list."""
    organisation = claims.get("vo_orgcode")
    roles = claims.get(sso().role_claim)
    if not isinstance(roles, list):
        roles = [roles]

    numbers = set()
    for role in roles:
        # A role without a number is for the organisation for which somebody signed in.
        found = ROLE.fullmatch(f"{role}") or ROLE.fullmatch(f"{role}:{organisation}")
        if found:
            numbers.add(found[1])
    return frozenset(numbers)


def _authenticated_at(claims: dict[str, Any]) -> float | None:
    moment = claims.get("auth_time")
    if moment is None:
        return None
    try:
        return float(moment)
    except (TypeError, ValueError) as error:
        raise BadToken("unfit auth_time") from error
