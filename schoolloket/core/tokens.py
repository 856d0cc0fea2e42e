"""Random tokens: a cookie, a mail or a sheet holds the token, the database only its hash."""

import hashlib
import secrets

from django.urls.converters import StringConverter


class TokenConverter(StringConverter):
    """A token in a path: only what `new` makes, so that a cookie can hold it."""

    regex = r"[0-9A-Za-z_-]+"


def new() -> str:
    """Return a new token of 256 bits, in characters that a URL and a cookie allow."""
    return secrets.token_urlsafe(32)


def new_printed_code() -> str:
    """Return a new code of 128 bits for a QR code: 22 characters that a URL allows.

    Shorter than other tokens, so that the modules of the QR code stay large. It gives access to
    nothing, and nobody can guess it (OWASP ASVS 5.0, 11.5.1).
    """
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """Return the token's SHA-256 in hexadecimal: 64 characters."""
    return hashlib.sha256(token.encode()).hexdigest()
