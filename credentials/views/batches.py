"""Afdrukken: the saved batches, the result page of each, its documents while they last."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk_urls import desk_url
from credentials import documents, faces
from credentials.actions import retention
from credentials.models import Batch
from credentials.results import Fate, Result
from schoolloket.core import downloads, exceptions
from schoolloket.institutions.requests import DeskRequest

from .decorators import with_batch

# How far back the page Afdrukken goes: six months.
SHOWN = timedelta(days=183)


@require_safe
def batch_list(request: DeskRequest) -> HttpResponse:
    """The batches of the last six months, the newest first."""
    now = timezone.now()
    batches = list(
        Batch.objects.of(request.institution)
        .ever_saved()
        .filter(saved_at__gte=now - SHOWN)
        .select_related("created_by", "destroyed_by")
        .with_counts()
    )
    found = faces.faces_of(request.institution, batches)
    rows = [(batch, found.get(batch.pk, "")) for batch in batches]

    return render(request, "credentials/batches.html", {"rows": rows})


@require_safe
@with_batch
def result(request: DeskRequest, batch: Batch) -> HttpResponse:
    """The pupils of the batch and what became of their passwords, the skipped, the download.

    Right after the save (`?start`) the download starts by itself, until there was one, in a browser
    that was told to. Answers 404 for a batch that was never saved.
    """
    if not batch.was_saved:
        raise Http404

    context = {
        "batch": batch,
        "face": faces.face_of(batch),
        "result": Result.of(batch),
        "fates": Fate,
        "starts": "start" in request.GET and batch.first_downloaded_at is None,
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


@require_http_methods(["GET", "HEAD", "POST"])
@with_batch
def destroy(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Vernietig nu: first what would be lost, then remove the passwords of a batch (R4).

    Answers 404 for a batch that was never saved. One whose passwords are gone leads to its page.
    """
    if not batch.was_saved:
        raise Http404
    page = desk_url(request, "batch_result", batch.pk)

    if request.method == "POST":
        retention.destroy(by=request.actor, batch_id=batch.pk)
        messages.success(request, _destroyed(batch))
        return redirect(page)

    outcome = Result.of(batch)
    if not outcome.is_printable:
        return redirect(page)

    context = {"batch": batch, "face": faces.face_of(batch), "result": outcome}
    return render(request, "credentials/destroy.html", context)


def _destroyed(batch: Batch) -> str:
    """What is true after the destruction, for a batch with files somewhere and one without."""
    said = "De aanmeldgegevens van deze reeks zijn hier vernietigd."
    if batch.first_downloaded_at is None:
        return said
    return f"{said} De wachtwoorden zelf blijven geldig. Wis ook de bestanden die je downloadde."
