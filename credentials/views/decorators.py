"""What the views of new sign-in data share."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from credentials.models import Batch
from schoolloket.institutions.requests import DeskRequest

# How long the POST that saves may still compute hashes.
SAVE_SECONDS = 3.0


def with_batch(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view its batch in the place of an id.

    Answers 404 where it is another school's (R11) or a colleague's draft, as for one that does not
    exist.
    """

    @wraps(view)
    def view_of_batch(request: DeskRequest, batch_id: UUID, **kwargs: Any) -> HttpResponse:
        batches = Batch.objects.open_to(request.actor).select_related("created_by")
        batch = get_object_or_404(batches, pk=batch_id)
        # As this manager may see it (R13).
        batch.institution = request.institution
        return view(request, batch, **kwargs)

    return view_of_batch
