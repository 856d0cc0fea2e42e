"""Managers' sessions: the cookie holds the key, the database only its hash, and the data encrypted.

The setting SESSION_ENGINE names this module. Who reads the table, in a backup for example, opens
no desk with it, and finds no token of a mailed link or secret of a second factor. For WSGI: of
Django's methods those for asyncio are not adapted.
"""

import base64
import hashlib
import hmac
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

# What a session remembers: when its manager signed in, in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"
# And when the manager made the last request that counted.
SEEN_AT = "seen"


def _digest(key: str) -> str:
    """Return the key's SHA-256 in hexadecimal, cut to the 40 characters of Django's column.

    160 bits, about as many as the key has.
    """
    return hashlib.sha256(key.encode()).hexdigest()[:40]


@cache
def _cipher(secret_key: str) -> Fernet:
    """Return the cipher of sessions: its key comes from SECRET_KEY, so a vault that is locked, or
    gets other keys, signs nobody out.
    """
    key = hmac.digest(secret_key.encode(), b"institutions.sessions", "sha256")
    return Fernet(base64.urlsafe_b64encode(key))


class SessionStore(db.SessionStore):
    """Django's sessions in the database, found by the hash of their key."""

    def load(self) -> dict[str, Any]:
        running = self.model.objects.filter(expire_date__gt=timezone.now())
        session = running.filter(session_key=_digest(self.session_key or "")).first()
        if session is None:
            self._session_key = None
            return {}
        return self.decode(session.session_data)

    def encode(self, session_dict: dict[str, Any]) -> str:
        return _cipher(settings.SECRET_KEY).encrypt(super().encode(session_dict).encode()).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the data; none, and so nobody is signed in, where the key is another by now."""
        try:
            opened = _cipher(settings.SECRET_KEY).decrypt(session_data)
        except InvalidToken:
            return {}
        return super().decode(opened.decode())

    def exists(self, session_key: str) -> bool:
        return super().exists(_digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session = super().create_model_instance(data)
        session.session_key = _digest(session.session_key)
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(_digest(key))
