"""The import: upload, preview, confirm; and the log of earlier imports."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from schoolloket.institutions.actors import DeskRequest
from schoolloket.workbook import CONTENT_TYPE

from . import actions
from .forms import AnswersForm, ColumnsForm, UploadForm
from .importing import UnusableFile, bad_rows
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
    run = _run_or_404(request, run_id)
    if run.state == ImportRun.State.APPLIED:
        messages.info(request, _told(run))
        return redirect("import", request.institution.number)
    try:
        return _answer(request, run)
    except actions.DraftGone:
        messages.warning(request, GONE)
    except actions.PlanChanged:
        actions.touch(by=request.actor, run_id=run.pk)
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
    if "columns" in request.POST:
        return _point_out(request, run)
    if "answers" in request.POST:
        return _answer_conflicts(request, run)
    return _confirm(request, run)


def _point_out(request: DeskRequest, run: ImportRun) -> HttpResponse:
    columns = actions.columns_of(run, actions.opened(run))
    form = ColumnsForm(request.POST, columns=columns)
    if not form.is_valid():
        actions.touch(by=request.actor, run_id=run.pk)
        return _show(request, run, columns_form=form)
    actions.point_out(by=request.actor, run_id=run.pk, columns=form.chosen)
    return redirect("import_preview", request.institution.number, run.pk)


def _answer_conflicts(request: DeskRequest, run: ImportRun) -> HttpResponse:
    form = AnswersForm(request.POST, plan=actions.preview(run))
    if form.is_valid():
        actions.answer(by=request.actor, run_id=run.pk, choices=form.answers)
    return redirect("import_preview", request.institution.number, run.pk)


def _confirm(request: DeskRequest, run: ImportRun) -> HttpResponse:
    try:
        done = actions.confirm(
            by=request.actor,
            run_id=run.pk,
            confirm_many_ended="many_ended" in request.POST,
            seen=request.POST.get("seen", ""),
        )
    except actions.ManyEnded:
        actions.touch(by=request.actor, run_id=run.pk)
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


def _show(
    request: DeskRequest,
    run: ImportRun,
    error: str = "",
    columns_form: ColumnsForm | None = None,
) -> HttpResponse:
    table = actions.opened(run)
    columns = actions.columns_of(run, table)
    context = {
        "run": run,
        "columns": columns,
        "columns_form": columns_form or ColumnsForm(columns=columns),
        "error": error,
    }
    if not columns.problems:
        plan = actions.plan_of(run, table)
        context |= {"plan": plan, "answers_form": AnswersForm(plan=plan)}
    return render(request, "students/import_preview.html", context)


@require_safe
@never_cache
def import_bad_rows(request: DeskRequest, run_id: int) -> HttpResponse:
    """The rows that are not imported, as an Excel file to mend and upload again."""
    run = _run_or_404(request, run_id)
    try:
        table = actions.opened(run)
        problems = actions.plan_of(run, table).problems
    except (actions.DraftGone, UnusableFile):
        messages.warning(request, GONE)
        return redirect("import", request.institution.number)
    return HttpResponse(
        bad_rows.render(table, problems, made_at=timezone.localtime()),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": 'attachment; filename="niet-ingelezen.xlsx"'},
    )


def _run_or_404(request: DeskRequest, run_id: int) -> ImportRun:
    runs = ImportRun.objects.of(request.institution).filter(created_by=request.user)
    return get_object_or_404(runs, pk=run_id)
