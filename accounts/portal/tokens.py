"""Random tokens: a cookie or a mail holds the token, the database only its hash."""

import hashlib
import secrets


def new() -> str:
    """Return a new token of 256 bits, in characters that a URL and a cookie allow."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return the token's SHA-256 in hexadecimal: 64 characters."""
    return hashlib.sha256(token.encode()).hexdigest()
