"""What every request of the desk does first: let go of secrets whose time is over (R4)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from schoolloket.vault import VaultLocked

from . import actions
from .models import Batch


class ExpiryMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, *view: Any) -> None:
        if hasattr(request, "institution") and Batch.objects.run_out(timezone.now()).exists():
            actions.destroy_expired()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say plainly that the encryption keys do not fit, instead of failing without a word."""
        if isinstance(error, VaultLocked):
            return render(request, "credentials/vault_locked.html", status=503)
        return None
