"""How passwords are hashed, of pupils and of managers (R5)."""

import logging
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, identify_hasher

from schoolloket.core import pepper

logger = logging.getLogger(__name__)


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id without a pepper: it only verifies hashes from before there was one."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class PepperedArgon2idHasher(Argon2idHasher):
    """Argon2id over the HMAC of the password, with 19 MiB, two passes and one lane.

    About 30 ms a password, a minimum of the OWASP Password Storage Cheat Sheet (decision 35
    compares the others): in a renewal of a thousand pupils the hashing is the only slow part. The
    id of the key stands in the hash:
    `argon2k$k1$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
    """

    algorithm = "argon2k"

    def encode(self, password: str, salt: str) -> str:
        """Return the hash under the newest key."""
        key = pepper.newest()
        without_id = super().encode(pepper.keyed(password, key), salt)
        algorithm, argon2 = without_id.split("$", 1)
        return f"{algorithm}${key.id}${argon2}"

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the password is the one that was hashed.

        Under an unknown key no password is, which the log tells. It takes as long as any other
        answer, for sign-in must not show that this account exists.
        """
        key_id, without_id = _apart(encoded)
        try:
            key = pepper.key_of(key_id)
        except pepper.UnknownPepperKey:
            logger.error("A hash is under the pepper key %s, which PEPPER_KEYS lacks.", key_id)
            self.encode(password, self.salt())
            return False
        return super().verify(pepper.keyed(password, key), without_id)

    def decode(self, encoded: str) -> dict[str, Any]:
        """Return the parts of the hash by name, the id of its key among them."""
        key_id, without_id = _apart(encoded)
        return super().decode(without_id) | {"key_id": key_id}

    def must_update(self, encoded: str) -> bool:
        """Whether the hash is under an older key, or with other parameters than a new one."""
        key_id, _ = _apart(encoded)
        return key_id != pepper.newest().id or super().must_update(encoded)


def _apart(encoded: str) -> tuple[str, str]:
    """Return the id of the key, and the hash as it would be without that id."""
    algorithm, key_id, argon2 = encoded.split("$", 2)
    return key_id, f"{algorithm}${argon2}"


def is_outdated(encoded: str) -> bool:
    """Whether a password that proved right has to be hashed anew.

    Raises ValueError where no hasher of the settings made this hash.
    """
    newest = get_hasher()
    if identify_hasher(encoded).algorithm != newest.algorithm:
        return True
    return newest.must_update(encoded)
