"""What a student's page shows of the room above it: prints that still last."""

from typing import Any

from django import template
from django.utils import timezone

from credentials.documents import Document, documents_of
from credentials.forms import uuid_or_none
from credentials.models import Batch, BatchItem
from students.models import Student

register = template.Library()


@register.inclusion_tag("credentials/includes/student_batches.html", takes_context=True)
def student_batches(context: template.Context, student: Student) -> dict[str, Any]:
    """Show the downloads with this student in them, while they last (R4)."""
    request = context["request"]
    printable = Batch.objects.of(request.institution).printable(timezone.now())
    batches = printable.filter(items__in=BatchItem.objects.valid().filter(student=student))
    # Right after the save the download starts by itself, once.
    starting = uuid_or_none(request.GET.get("start"))
    return {
        "institution": request.institution,
        "batches": [(b, b.pk == starting and b.first_downloaded_at is None) for b in batches],
        "csrf_token": context["csrf_token"],
    }


@register.simple_tag
def batch_purposes() -> type[Batch.Purpose]:
    """Give the purposes of a batch to the buttons that start one: `purposes.RENEW`."""
    return Batch.Purpose


@register.filter
def documents(batch: Batch) -> list[Document]:
    """The ZIP and each document in it, to be had alone."""
    return documents_of(batch)
