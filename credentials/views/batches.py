"""Afdrukken: what was saved, its result page, its documents while they last."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.desk_urls import desk_url
from credentials.actions import retention
from credentials.documents import documents_of, unprintable_names
from credentials.documents import render as render_file
from credentials.models import Batch, BatchItem
from credentials.previews import rows_of
from schoolloket.core import exceptions
from schoolloket.institutions.requests import DeskRequest

from .decorators import with_batch

# The months that the page Afdrukken goes back.
SHOWN = timedelta(days=183)


@require_safe
def batch_list(request: DeskRequest) -> HttpResponse:
    """The batches of the last months."""
    now = timezone.now()
    batches = (
        Batch.objects.of(request.institution)
        .ever_saved()
        .filter(saved_at__gte=now - SHOWN)
        .select_related("created_by", "destroyed_by")
        .with_counts()
    )
    return render(request, "credentials/batches.html", {"batches": batches, "now": now})


@require_safe
@with_batch
def result(request: DeskRequest, batch: Batch) -> HttpResponse:
    """How many were done, who was skipped and why, and the download."""
    if not batch.was_saved:
        raise Http404
    context = {
        "batch": batch,
        "done": batch.items.done().count(),
        "left_out": batch.items.filter(outcome=BatchItem.Outcome.LEFT_OUT).count(),
        "overtaken": rows_of(batch, batch.items.overtaken()),
        "skipped": rows_of(batch, batch.items.filter(outcome=BatchItem.Outcome.SKIPPED)),
        "printable": batch.is_printable(timezone.now()) and batch.items.valid().exists(),
        "starts": "start" in request.GET and batch.first_downloaded_at is None,
        "unprintable": unprintable_names(batch),
    }
    return render(request, "credentials/result.html", context)


@require_POST
@with_batch
def download(request: DeskRequest, batch: Batch, document: str) -> HttpResponse:
    """The ZIP, or one document of it. A POST, since the first one starts the last hour (R4)."""
    wished = next((known for known in documents_of(batch) if known.name == document), None)
    if wished is None:
        raise Http404
    try:
        # First the file, then the note of it: what cannot be made has not been downloaded.
        file = render_file(batch, wished)
        retention.download(by=request.actor, batch_id=batch.pk)
    except exceptions.NotPrintable as refused:
        messages.error(request, str(refused))
        return redirect(desk_url(request, "batch_result", batch.pk))
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


@require_POST
@with_batch
def destroy(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Vernietig nu."""
    retention.destroy(by=request.actor, batch_id=batch.pk)
    messages.success(
        request,
        "De aanmeldgegevens van deze reeks zijn hier vernietigd. De wachtwoorden zelf blijven "
        "geldig. Wis ook de bestanden die je downloadde.",
    )
    return redirect(desk_url(request, "batches"))
