"""Afdrukken: the saved batches, the result page of each, its documents while they last."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk_urls import desk_url
from credentials import documents, faces
from credentials.actions import printing, retention
from credentials.documents import zip_of
from credentials.models import Batch
from credentials.names_on_paper import NamesOnPaper
from credentials.print_form import PrintForm
from credentials.print_setup import PrintSetup, choices_of
from credentials.rendering.cards import Printing
from credentials.rendering.label_test_page import render_label_test_page
from credentials.rendering.sheets import LABEL_SHEETS
from credentials.results import Fate, Result
from credentials.sheet_pictures import pictures_of
from schoolloket.core import downloads, exceptions
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.rights import for_helpers

from .decorators import with_batch

# How far back the page Afdrukken goes: six months.
SHOWN = timedelta(days=183)


@for_helpers
@require_safe
def batch_list(request: DeskRequest) -> HttpResponse:
    """The batches of the last six months, the newest first."""
    now = timezone.now()
    batches = list(
        Batch.objects.open_to(request.actor)
        .ever_saved()
        .filter(saved_at__gte=now - SHOWN)
        .select_related("created_by", "destroyed_by")
        .with_counts()
    )
    found = faces.faces_of(request.institution, batches)
    rows = [(batch, found.get(batch.pk, "")) for batch in batches]

    return render(request, "credentials/batches.html", {"rows": rows})


@for_helpers
@require_safe
@with_batch
def result(request: DeskRequest, batch: Batch) -> HttpResponse:
    """The pupils of the batch and what became of their passwords, the skipped, the download.

    Right after the save (`?start`) the download starts by itself, until there was one, in a browser
    that was told to. Answers 404 for a batch that was never saved.
    """
    if not batch.was_saved:
        raise Http404

    setup = PrintSetup.of(batch)
    return _page(request, batch, setup, PrintForm(None, batch=batch, setup=setup))


@for_helpers
@require_POST
@with_batch
def choose_printing(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Choose how the batch is printed, or show again what was chosen, with its mistakes.

    Answers 404 for a batch that was never saved.
    """
    if not batch.was_saved:
        raise Http404

    setup = PrintSetup.of(batch)
    form = PrintForm(request.POST, batch=batch, setup=setup)
    if not form.is_valid():
        return _page(request, batch, setup, form)

    printing.choose(by=request.actor, batch_id=batch.pk, **form.choice)
    messages.success(request, "Zo wordt het afgedrukt. Het voorbeeld hieronder toont het.")
    return redirect(desk_url(request, "batch_result", batch.pk))


def _page(request: DeskRequest, batch: Batch, setup: PrintSetup, form: PrintForm) -> HttpResponse:
    """Show the page of a batch."""
    outcome = Result.of(batch)
    context = {
        "batch": batch,
        "face": faces.face_of(batch),
        "result": outcome,
        "fates": Fate,
        "starts": "start" in request.GET and batch.first_downloaded_at is None,
        "names": NamesOnPaper.of(batch, setup, outcome.printed),
        "print_setup": setup,
        "print_form": form,
        "sheet_pictures": pictures_of(setup, outcome.printed),
    }
    return render(request, "credentials/result.html", context)


@for_helpers
@require_POST
@with_batch
def download(request: DeskRequest, batch: Batch, document: str) -> HttpResponse:
    """The ZIP, or one document of it. A POST, since the first one starts the last hour (R4).

    With `open` a PDF is shown in the browser, which counts as much. Answers 404 for a document that
    the batch does not have.
    """
    setup = PrintSetup.of(batch)
    known = [zip_of(setup.documents), *documents.documents_of(batch)]
    by_name = {one.name: one for one in known}
    if document not in by_name:
        raise Http404

    try:
        # First the file, then the note of it: a file that cannot be made was not downloaded.
        file = documents.render(batch, by_name[document], setup.printing)
        retention.note_download(by=request.actor, batch_id=batch.pk)
    except exceptions.NotPrintable as refused:
        messages.error(request, str(refused))
        return redirect(desk_url(request, "batch_result", batch.pk))

    return downloads.download(
        file.content,
        name=file.name,
        content_type=file.content_type,
        opens="open" in request.POST and by_name[document].opens,
    )


@for_helpers
@require_safe
def label_test_page(request: DeskRequest, sheet: str) -> HttpResponse:
    """A page with the frames of the labels, shifted as the school chose; it holds no secret.

    Answers 404 for a sheet that we do not print.
    """
    if sheet not in LABEL_SHEETS:
        raise Http404

    choices = choices_of(request.institution)
    page = render_label_test_page(
        LABEL_SHEETS[sheet],
        printing=Printing(right=float(choices.right), down=float(choices.down)),
        made_at=timezone.localtime(),
        school=str(request.institution),
    )
    name = f"testblad-{sheet.lower()}.pdf"
    return downloads.download(page, name=name, content_type=downloads.PDF, opens=True)


@for_helpers
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
