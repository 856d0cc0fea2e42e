"""Somebody whose browser goes to the provider and back, and who is joined with it."""

import requests
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse

from schoolloket.institutions.models import Manager
from tests.desk_client import DeskClient
from tests.provider.provider import Provider


def join(manager: Manager, provider: Provider) -> SocialAccount:
    """Join the manager with Carla's subject."""
    return SocialAccount.objects.create(user=manager, provider=provider.issuer, uid="s-carla")


class Traveller:
    """A browser that goes to the provider and back."""

    def __init__(self) -> None:
        self.client = DeskClient()

    def leave(self, page: str = "") -> str:
        """Press the button; return the address at the provider."""
        answer = self.client.post("/aanmelden/organisatie/", {"next": page})
        assert answer.status_code == 302
        return str(answer.url)

    def visit(self, address: str) -> str:
        """Let the browser visit the provider; return the address that it sends it back to."""
        with requests.get(address, allow_redirects=False, timeout=5) as answer:
            return answer.headers["Location"]

    def come_back(self, address: str) -> HttpResponse:
        return self.client.get(address)

    def sign_in(self, page: str = "") -> HttpResponse:
        return self.come_back(self.visit(self.leave(page)))

    def is_signed_in(self) -> bool:
        return "_auth_user_id" in self.client.session

    def status_of(self, page: str) -> int:
        return self.client.get(page).status_code
