from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ManagerAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Managers are made by an operator; nobody registers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
