"""How the sign-in library treats managers."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ManagerAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An operator creates managers; nobody registers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
