"""What every page of a desk shows of its batches."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from schoolloket.institutions.actors import Actor

from .faces import faces_of
from .models import Batch


def waiting_batches(request: HttpRequest) -> dict[str, Any]:
    """Give every page of a desk the saved batches that nobody has downloaded yet (R4).

    A function, which the template calls: a page without the banner makes no query.
    """
    by = getattr(request, "actor", None)
    if by is None:
        return {}
    return {"waiting_batches": partial(_waiting, by)}


def _waiting(by: Actor) -> list[tuple[Batch, str]]:
    """Return each batch with its face."""
    waiting = list(Batch.objects.open_to(by).waiting(timezone.now()))
    faces = faces_of(by.institution, waiting)
    return [(batch, faces.get(batch.pk, "")) for batch in waiting]
