"""A test client that signs in as managers do: with a second factor (R14)."""

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from schoolloket.institutions.models import Manager


class DeskClient(Client):
    """Django's client, whose `force_login` gives the second factor too."""

    def force_login(self, user: Any, backend: str | None = None) -> None:
        super().force_login(user, backend)
        self.note_step(user, "mfa", type="totp")

    def sign_in_with_password_alone(self, manager: Manager) -> None:
        super().force_login(manager)
        self.note_step(manager, "password")

    def note_step(
        self, manager: Manager, method: str, at: float | None = None, **more: str
    ) -> None:
        """Note a step of the sign-in in the session: at this moment, by default now."""
        request = HttpRequest()
        request.session = self.session
        record_authentication(request, manager, method, at=at or time.time(), **more)
        request.session.save()


def signed_in_as(manager: Manager) -> DeskClient:
    """A browser in which the manager signed in, with both steps."""
    client = DeskClient()
    client.force_login(manager)
    return client
