"""What every page of a desk shows of its batches."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from .models import Batch


def waiting_batches(request: HttpRequest) -> dict[str, Any]:
    """Give every page of a desk the saved batches that nobody has downloaded yet (R4).

    A queryset: a page without the banner makes no query.
    """
    institution = getattr(request, "institution", None)
    if institution is None:
        return {}

    waiting = Batch.objects.of(institution).waiting(timezone.now())
    return {"waiting_batches": waiting}
