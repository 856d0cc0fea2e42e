"""The two steps of a manager's sign-in, as a browser makes them (R14)."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from schoolloket.institutions.models import Manager
from tests.helpers import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(manager: Manager) -> None:
    """Give the manager an authenticator app, once."""
    if not manager.authenticator_set.exists():
        TOTP.activate(manager, SECRET)


def unused_recovery_code(manager: Manager) -> str:
    """Return a recovery code of the manager, made where there is none."""
    code: str = RecoveryCodes.activate(manager).get_unused_codes()[0]
    return code


def code_of(secret: str = SECRET, *, half_minutes_on: int = 0) -> str:
    """Return the code that an app with this secret shows now, or so many half minutes later."""
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + half_minutes_on))
    return code


def type_password(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    return client.post("/aanmelden/", {"login": email, "password": password})


def type_code(client: Client, code: str) -> HttpResponse:
    return client.post("/aanmelden/code/", {"code": code})


def sign_in(client: Client, email: str) -> Client:
    """Sign in with password and recovery code, since the code of an app works once a half minute.

    Returns the client.
    """
    manager = Manager.objects.get(email=email)
    give_app(manager)
    type_password(client, email)
    type_code(client, unused_recovery_code(manager))
    return client
