"""Read the settings that a deployment gives in its environment; docs/operations.md lists them."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}


def required(name: str) -> str:
    """Return the variable's value.

    Raises ImproperlyConfigured, naming the variable, where it is missing or empty.
    """
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"The environment variable {name} is missing; see docs/operations.md."
        )
    return value


def text(name: str, default: str) -> str:
    """Return the variable's value, or the default where it is missing or empty."""
    return os.environ.get(name) or default


def flag(name: str) -> bool:
    """Return whether the variable is switched on (`1`, `true`, `yes`)."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes"}


def number(name: str, default: int) -> int:
    """Return the variable as a whole number, or the default where it is missing.

    Raises ImproperlyConfigured, naming the variable, where it is not a number.
    """
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"The environment variable {name} is no number.") from error


def vault_keys() -> list[str]:
    """Return the Fernet keys of VAULT_KEYS, newest first.

    Raises ImproperlyConfigured where one is not a Fernet key.
    """
    keys = []
    for part in required("VAULT_KEYS").split(","):
        key = part.strip()
        if not key:
            continue

        try:
            Fernet(key)
        except ValueError as error:
            # Without the key itself: the message ends in a log.
            raise ImproperlyConfigured(
                "VAULT_KEYS holds a key that is no Fernet key (32 bytes, url-safe base64)."
            ) from error
        keys.append(key)
    return keys


@dataclass(frozen=True)
class Site:
    """The URL of a site, e.g. `https://loket.voorbeeld.be`, without a slash at its end."""

    url: str
    host: str
    # Whether it is https.
    secure: bool

    def cookie_name(self, name: str, *, on_every_path: bool = True) -> str:
        """Return a cookie's name with the prefix that binds it to this host, where it is https.

        `on_every_path`: whether the cookie's path is `/`. A browser takes `__Host-` for such a
        cookie only, and for another `__Secure-` (RFC 6265bis).
        """
        if not self.secure:
            return name
        if on_every_path:
            return f"__Host-{name}"
        return f"__Secure-{name}"


def site(name: str, default: str = "") -> Site:
    """Return the site whose URL is in the variable.

    Raises ImproperlyConfigured, naming the variable, where it is missing without a default, or is
    neither https nor http on a loopback host.
    """
    url = text(name, default)
    if not url:
        url = required(name)
    url = url.rstrip("/")

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be a URL such as https://loket.example.org.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ImproperlyConfigured(f"{name} must be https: http is for a loopback host only.")

    return Site(url=url, host=parts.hostname, secure=parts.scheme == "https")


def portal_site(name: str, default: str) -> Site:
    """Return the site that is printed for pupils.

    Raises ImproperlyConfigured as `site` does, and where the URL does not end in `/mijn`, the
    path of the portal's pages.
    """
    found = site(name, default)
    if urlsplit(found.url).path != "/mijn":
        raise ImproperlyConfigured(f"{name} must end in /mijn: there the pupils' pages are.")
    return found
