"""At every request of the desk, drop drafts, imports and batches whose time is over (R2, R4)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from credentials.actions import retention
from schoolloket.core.vault import VaultLocked
from students.importing.actions import drop_expired as drop_expired_imports
from students.models import ImportRun

from .models import Batch


class ExpiryMiddleware:
    """Drops expired secrets before a desk page is made, and explains keys that do not fit.

    So the times of R2 and R4 also hold between two runs of the command `destroy_expired`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Any, *view: Any) -> None:
        """Drop what expired, before any page of an institution.

        The middleware before this one found the institution. Other pages are left alone.
        """
        if not hasattr(request, "institution"):
            return

        now = timezone.now()
        if _anything_expired(now):
            retention.destroy_expired()
            drop_expired_imports(now)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Explain that the encryption keys do not fit, instead of a bare failure."""
        if isinstance(error, VaultLocked):
            return render(request, "credentials/vault_locked.html", status=503)
        return None


def _anything_expired(now: datetime) -> bool:
    """Whether there is something to drop; one query, since every page of a desk asks."""
    batches = Batch.objects.expired(now).order_by().values_list(Value(1))
    imports = ImportRun.objects.expired(now).order_by().values_list(Value(1))
    return batches.union(imports, all=True).exists()
