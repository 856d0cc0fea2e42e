"""What every request of the desk does first: let go of what was sealed for a while (R2, R4)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from credentials.actions import retention
from schoolloket.core.vault import VaultLocked
from students.importing.actions import drop_expired as drop_expired_imports

from .models import Batch


class ExpiryMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, *view: Any) -> None:
        if not hasattr(request, "institution"):
            return
        now = timezone.now()
        if Batch.objects.run_out(now).exists():
            retention.destroy_expired()
        drop_expired_imports(now)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say plainly that the encryption keys do not fit, instead of failing without a word."""
        if isinstance(error, VaultLocked):
            return render(request, "credentials/vault_locked.html", status=503)
        return None
