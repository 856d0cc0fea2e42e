"""A bulk renewal as a manager's browser asks for it."""

from django.http import HttpResponse
from django.test import Client

from credentials.models import Batch
from tests.pages import desk

from .helpers import Pupil


def start(client: Client, *pupils: Pupil, purpose: str = "renew") -> HttpResponse:
    """Tick these pupils in the list and press a button; return the preview."""
    ids = [pupil.student_id for pupil in pupils]
    return client.post(desk("start_batch"), {"student": ids, "purpose": purpose}, follow=True)


def the_batch() -> Batch:
    return Batch.objects.get()


def reroll_row(client: Client, batch: Batch, row: object) -> HttpResponse:
    """Press `Ander` of a row, with JavaScript."""
    ticked = batch.items.filter(included=True).values_list("pk", flat=True)
    posted = {"row": row, "item": list(ticked)}
    return client.post(desk("reroll_item", batch.pk), posted, headers={"HX-Request": "true"})
