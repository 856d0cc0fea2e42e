"""What the views of a batch share."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from credentials.models import Batch
from schoolloket.institutions.actors import DeskRequest

# How long the one POST that saves may still compute hashes.
SAVE_SECONDS = 3.0


def scoped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view its batch, or answer 404 where it is another school's or nobody's (R11)."""

    @wraps(view)
    def with_batch(request: DeskRequest, batch_id: UUID, **kwargs: Any) -> HttpResponse:
        batches = Batch.objects.of(request.institution).select_related("institution", "created_by")
        return view(request, get_object_or_404(batches, pk=batch_id), **kwargs)

    return with_batch


def desk_url(request: DeskRequest, name: str, *args: Any) -> str:
    """Return the address of a page of this institution's desk."""
    return reverse(name, args=[request.institution.number, *args])


def to_list(request: DeskRequest) -> HttpResponseRedirect:
    """Go back to the list, filtered and sorted as it was."""
    query = urlencode(parse_qsl(request.POST.get("query", "")))
    return HttpResponseRedirect(f"{desk_url(request, 'students')}?{query}".rstrip("?"))
