"""The pepper: keys from outside the database, without which no hash in it verifies a password (R5).

The keys are those of PEPPER_KEYS, newest first: the first one hashes, all of them verify. As NIST
SP 800-63B, 5.1.1.2 advises: a keyed hash, its key of at least 112 bits and stored apart.
"""

import hmac
from dataclasses import dataclass, field

from django.conf import settings


@dataclass(frozen=True)
class PepperKey:
    """A key, and the id that stands in front of every hash made with it.

    Its repr shows the id alone, so that no page, log or command prints the key.
    """

    id: str
    secret: bytes = field(repr=False)


class UnknownPepperKey(KeyError):
    """The id of a key that PEPPER_KEYS does not hold."""


def newest() -> PepperKey:
    """Return the key for new hashes."""
    keys: list[PepperKey] = settings.PEPPER_KEYS
    return keys[0]


def key_of(key_id: str) -> PepperKey:
    """Return the key with this id. Raises UnknownPepperKey."""
    for key in settings.PEPPER_KEYS:
        if key.id == key_id:
            return key
    raise UnknownPepperKey(key_id)


def keyed(password: str, key: PepperKey) -> str:
    """Return the HMAC-SHA-256 (RFC 2104) of the password, in 64 hexadecimal digits."""
    return hmac.digest(key.secret, password.encode(), "sha256").hex()
