"""The link in the mail that changes a manager's own e-mail address: signed, and good for an hour.

It names the manager and the new address, and is void once the manager's password, e-mail address or
sessions changed.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing

from schoolloket.core.exceptions import LinkGone

from .models import Manager

SALT = "institutions.email_changes"


@dataclass(frozen=True)
class EmailChange:
    """The change that a link makes: this manager gets this e-mail address."""

    manager: Manager
    email: str


def token_of(manager: Manager, email: str) -> str:
    """Return the token for a change of the manager's e-mail address."""
    value = {"manager": manager.pk, "email": email, "state": manager.get_session_auth_hash()}
    return signing.dumps(value, salt=SALT)


def read(token: str) -> EmailChange:
    """Return what a token changes. Raises LinkGone where it is too old, used or not ours."""
    try:
        value = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature as error:
        raise LinkGone from error

    manager = Manager.objects.filter(pk=value["manager"], is_active=True).first()
    if manager is None or manager.get_session_auth_hash() != value["state"]:
        raise LinkGone
    return EmailChange(manager, value["email"])
