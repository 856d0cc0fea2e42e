"""The import: upload, preview, confirm; and the log of earlier imports."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from schoolloket.institutions.actors import DeskRequest

from . import actions
from .forms import UploadForm
from .importing import UnusableFile
from .importing.columns import FIELDS
from .importing.rows import ParsedFile
from .models import ImportRun

RUNS_SHOWN = 20
GONE = "Dit voorbeeld is vervallen; er is niets gewijzigd. Kies het bestand opnieuw."
CHANGED = (
    "Sinds het voorbeeld is er iets veranderd. Er is nog niets ingelezen: "
    "kijk het nieuwe voorbeeld na en bevestig opnieuw."
)
MANY_ENDED = "Vink aan dat deze inschrijvingen mogen eindigen, of annuleer de import."


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_page(request: DeskRequest) -> HttpResponse:
    """Choose a file; below it the imports of before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            run = actions.upload(by=request.actor, **form.upload)
        except UnusableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("import_preview", request.institution.number, run.pk)
    runs = ImportRun.objects.of(request.institution).applied()[:RUNS_SHOWN]
    context = {"form": form, "runs": runs.select_related("created_by")}
    return render(request, "students/import.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_preview(request: DeskRequest, run_id: int) -> HttpResponse:
    """What the import will change; nothing has changed yet."""
    runs = ImportRun.objects.of(request.institution).filter(created_by=request.user)
    run = get_object_or_404(runs, pk=run_id)
    if run.state == ImportRun.State.APPLIED:
        messages.info(request, _told(run))
        return redirect("import", request.institution.number)
    try:
        return _answer(request, run)
    except actions.DraftGone:
        messages.warning(request, GONE)
    except actions.PlanChanged:
        messages.warning(request, CHANGED)
        return redirect("import_preview", request.institution.number, run.pk)
    return redirect("import", request.institution.number)


def _answer(request: DeskRequest, run: ImportRun) -> HttpResponse:
    if request.method != "POST":
        return _show(request, run)
    if "cancel" in request.POST:
        if actions.drop(by=request.actor, run_id=run.pk):
            messages.info(request, "De import is geannuleerd; er is niets gewijzigd.")
        return redirect("import", request.institution.number)
    return _confirm(request, run)


def _confirm(request: DeskRequest, run: ImportRun) -> HttpResponse:
    try:
        done = actions.confirm(
            by=request.actor,
            run_id=run.pk,
            confirm_many_ended="many_ended" in request.POST,
            seen=request.POST.get("seen", ""),
        )
    except actions.ManyEndedNotConfirmed:
        return _show(request, run, error=MANY_ENDED)
    messages.success(request, _told(done))
    return redirect("import", request.institution.number)


def _told(run: ImportRun) -> str:
    if not (run.new or run.changed or run.ended):
        return "Het bestand is ingelezen: alles was al zoals in het bestand."
    return (
        f"Het bestand is ingelezen: {run.new} nieuw, {run.changed} gewijzigd, "
        f"{run.ended} beëindigd, {run.unchanged} ongewijzigd."
    )


def _show(request: DeskRequest, run: ImportRun, error: str = "") -> HttpResponse:
    parsed = actions.opened(run)
    context = {
        "run": run,
        "plan": actions.plan_of(run, parsed),
        "columns": _columns(parsed),
        "left": parsed.left,
        "error": error,
    }
    return render(request, "students/import_preview.html", context)


def _columns(parsed: ParsedFile) -> list[tuple[str, str]]:
    """What was taken for what: [("klas", "Klas")]; "" for a field without a column."""
    return [(field.label, parsed.taken.get(field.name, "")) for field in FIELDS]
