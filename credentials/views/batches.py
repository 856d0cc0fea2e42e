"""Afdrukken: the saved batches, the result page of each, its documents while they last."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.desk_urls import desk_url
from credentials import documents
from credentials.actions import retention
from credentials.models import Batch, BatchItem
from credentials.previews import rows_of
from schoolloket.core import downloads, exceptions
from schoolloket.institutions.requests import DeskRequest

from .decorators import with_batch

# How far back the page Afdrukken goes: six months.
SHOWN = timedelta(days=183)


@require_safe
def batch_list(request: DeskRequest) -> HttpResponse:
    """The batches of the last six months, the newest first."""
    now = timezone.now()
    batches = (
        Batch.objects.of(request.institution)
        .ever_saved()
        .filter(saved_at__gte=now - SHOWN)
        .select_related("created_by", "destroyed_by")
        .with_counts()
    )

    return render(request, "credentials/batches.html", {"batches": batches})


@require_safe
@with_batch
def result(request: DeskRequest, batch: Batch) -> HttpResponse:
    """The number of pupils done, the skipped ones with the reason, and the download.

    Right after the save (`?start`) the download starts by itself, until there was one. Answers
    404 for a batch that was never saved.
    """
    if not batch.was_saved:
        raise Http404

    items = batch.items.all()
    is_kept = batch.is_printable(timezone.now())
    any_valid = items.valid().exists()
    starts = "start" in request.GET and batch.first_downloaded_at is None

    context = {
        "batch": batch,
        "done": items.done().count(),
        "left_out": items.filter(outcome=BatchItem.Outcome.LEFT_OUT).count(),
        "overtaken": rows_of(batch, items.overtaken()),
        "ended": rows_of(batch, items.of_ended_accounts()),
        "skipped": rows_of(batch, items.filter(outcome=BatchItem.Outcome.SKIPPED)),
        "kept": is_kept,
        "any_valid": any_valid,
        "printable": is_kept and any_valid,
        "starts": starts,
        "other_spellings": documents.other_spellings(batch),
    }

    return render(request, "credentials/result.html", context)


@require_POST
@with_batch
def download(request: DeskRequest, batch: Batch, document: str) -> HttpResponse:
    """The ZIP, or one document of it. A POST, since the first one starts the last hour (R4).

    Answers 404 for a document that the batch does not have.
    """
    by_name = {known.name: known for known in documents.documents_of(batch)}
    if document not in by_name:
        raise Http404

    try:
        # First the file, then the note of it: a file that cannot be made was not downloaded.
        file = documents.render(batch, by_name[document])
        retention.note_download(by=request.actor, batch_id=batch.pk)
    except exceptions.NotPrintable as refused:
        messages.error(request, str(refused))
        return redirect(desk_url(request, "batch_result", batch.pk))

    return downloads.download(
        file.content,
        name=file.name,
        content_type=file.content_type,
    )


@require_POST
@with_batch
def destroy(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Vernietig nu: remove the passwords of a batch before their time is over (R4)."""
    retention.destroy(by=request.actor, batch_id=batch.pk)

    messages.success(
        request,
        "De aanmeldgegevens van deze reeks zijn hier vernietigd. De wachtwoorden zelf blijven "
        "geldig. Wis ook de bestanden die je downloadde.",
    )
    return redirect(desk_url(request, "batches"))
