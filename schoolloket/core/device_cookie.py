"""What a browser remembers of itself as a device, for a year, in a cookie that it cannot change."""

from typing import Any

from django.core import signing

LASTS_SECONDS = 365 * 24 * 3600


def signed(value: dict[str, Any], salt: str) -> str:
    """Return the text of the cookie, signed by us. `salt`: which of our cookies it is."""
    return signing.dumps(value, salt=salt, compress=True)


def value_of(cookie: str, salt: str) -> dict[str, Any] | None:
    """Return what was signed; None for a text that is not signed by us or older than a year."""
    try:
        value: dict[str, Any] = signing.loads(cookie, salt=salt, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return None
    return value
