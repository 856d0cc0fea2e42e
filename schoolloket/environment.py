"""Read the settings that a deployment gives in its environment; docs/operations.md lists them."""

import base64
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from schoolloket.core.pepper import PepperKey
from schoolloket.institutions.single_sign_on.deployment import SingleSignOn

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}
# Short, since it is stored with every hash.
PEPPER_KEY_ID = re.compile(r"[a-z0-9]{1,8}")
# 112 bits: NIST SP 800-63B, 5.1.1.2.
SHORTEST_PEPPER_KEY = 14


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


def choice(name: str, allowed: list[str]) -> str:
    """Return the variable's value, or the first of those allowed where it is missing.

    Raises ImproperlyConfigured, naming the variable, where it has another value.
    """
    value = text(name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(
            f"The environment variable {name} must be one of: {', '.join(allowed)}."
        )
    return value


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


def pepper_keys() -> list[PepperKey]:
    """Return the keys of PEPPER_KEYS, newest first: `k2:base64,k1:base64`.

    Raises ImproperlyConfigured where there is none, one is malformed or too short, or two have the
    same id.
    """
    parts = required("PEPPER_KEYS").split(",")
    keys = [_pepper_key(part.strip()) for part in parts if part.strip()]
    if not keys:
        raise ImproperlyConfigured("PEPPER_KEYS holds no key.")

    if len({key.id for key in keys}) < len(keys):
        raise ImproperlyConfigured("PEPPER_KEYS holds two keys with the same id.")
    return keys


def _pepper_key(text: str) -> PepperKey:
    """Return the key that is written as `k1:base64`. Raises ImproperlyConfigured."""
    # Without the key itself: the message ends in a log.
    malformed = "PEPPER_KEYS holds a key that is not an id (a-z, 0-9), a colon and base64."
    key_id, _, encoded = text.partition(":")
    if not PEPPER_KEY_ID.fullmatch(key_id):
        raise ImproperlyConfigured(malformed)

    try:
        secret = base64.b64decode(encoded, altchars=b"-_", validate=True)
    except ValueError as error:
        raise ImproperlyConfigured(malformed) from error
    if len(secret) < SHORTEST_PEPPER_KEY:
        raise ImproperlyConfigured(f"PEPPER_KEYS: a key needs {SHORTEST_PEPPER_KEY} bytes or more.")
    return PepperKey(key_id, secret)


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


def single_sign_on() -> SingleSignOn | None:
    """Return the provider that the variables SSO_… name, None where SSO_ISSUER is missing.

    Raises ImproperlyConfigured, naming the variable, where another is missing, or the issuer is
    neither https nor http on a loopback host.
    """
    # Not the URL of the site: an issuer is compared byte by byte.
    issuer = text("SSO_ISSUER", "")
    if not issuer:
        return None

    site("SSO_ISSUER")
    return SingleSignOn(
        issuer=issuer,
        client_id=required("SSO_CLIENT_ID"),
        client_secret=required("SSO_CLIENT_SECRET"),
        name=required("SSO_NAME"),
        role_claim=text("SSO_ROLE_CLAIM", "leerid_rol_3d"),
        scopes=text("SSO_SCOPES", "openid profile").split(),
    )


def portal_site(name: str, default: str) -> Site:
    """Return the site that is printed for pupils.

    Raises ImproperlyConfigured as `site` does, and where the URL does not end in `/mijn`, the
    path of the portal's pages.
    """
    found = site(name, default)
    if urlsplit(found.url).path != "/mijn":
        raise ImproperlyConfigured(f"{name} must end in /mijn: there the pupils' pages are.")
    return found
