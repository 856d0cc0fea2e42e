"""The provider that the deployment names, and what it knows the desk by (SSO_… in the environment).

The settings are made of this module, so it imports nothing of the desk.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404


@dataclass(frozen=True)
class SingleSignOn:
    """The organisation's own sign-in: a provider of OpenID Connect, and what it knows us by.

    `name`: as the button says it. `role_claim`: the claim that holds somebody's roles.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    role_claim: str
    scopes: list[str]

    @property
    def origin(self) -> str:
        """The provider's scheme and host, to which the desk's form leads."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def sso() -> SingleSignOn:
    """Return the provider that the deployment names. Raises Http404 where it names none."""
    if settings.SSO is None:
        raise Http404
    return settings.SSO
