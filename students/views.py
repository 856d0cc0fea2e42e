"""The import page: upload, preview, confirm; and the log of earlier imports."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from schoolloket.core import exceptions
from schoolloket.core.clock import today
from schoolloket.core.downloads import XLSX, download
from schoolloket.core.patience import busy_page
from schoolloket.institutions.requests import DeskRequest

from .forms import AnswersForm, ColumnsForm, UploadForm
from .importing import UnusableFile, actions, bad_rows, limits, summary
from .importing.draft import Draft
from .importing.other_schools import OtherSchoolsList
from .importing.turns import turn
from .models import ImportRun, told_of_withheld
from .sections import Section, sections_of

RUNS_SHOWN = 20
# Of the bad rows and the remarks of each earlier import; the others are counted.
ROWS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: DeskRequest) -> HttpResponse:
    """Upload a file; below the form are the earlier imports, the last RUNS_SHOWN of them."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            with turn():
                run = actions.upload(by=request.actor, **form.upload)
        except exceptions.FileBusy as busy:
            return _busy(request, busy, again="")
        except UnusableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("import_preview", request.institution.number, run.pk)

    finished = ImportRun.objects.of(request.institution).finished()
    runs = finished.select_related("created_by")[:RUNS_SHOWN]
    context = {
        "form": form,
        "runs": runs,
        "last_run": next(iter(runs), None),
        "rows_shown": ROWS_SHOWN,
    }
    return render(request, "students/import.html", context)


def _busy(request: DeskRequest, busy: exceptions.FileBusy, again: str) -> HttpResponse:
    """Name the page to try again; without one the file is lost."""
    return busy_page(request, "students/import_busy.html", busy, again=again)


@require_http_methods(["GET", "HEAD", "POST"])
def import_preview(request: DeskRequest, run_id: int) -> HttpResponse:
    """Show what the import will change, and take what the manager answers to that.

    A draft that is gone leads back to the import page. A plan that changed since the preview is
    not applied but shown anew (R2).
    """
    run = _run_or_404(request, run_id)
    if run.state == ImportRun.State.APPLIED:
        messages.info(request, _summary(run))
        return redirect("import", request.institution.number)

    try:
        with turn():
            if request.method == "POST":
                return _take_answer(request, run)
            return _show(request, run)
    except exceptions.FileBusy as busy:
        return _busy(request, busy, again=request.get_full_path())
    except exceptions.ImportDraftGone as gone:
        messages.warning(request, str(gone))
    except UnusableFile:
        # Answers to a preview of other columns, in another window; the preview says what is wrong.
        return redirect("import_preview", request.institution.number, run.pk)
    except exceptions.PlanChanged as changed:
        actions.touch(by=request.actor, run_id=run.pk)
        messages.warning(request, str(changed))
        return redirect("import_preview", request.institution.number, run.pk)

    return redirect("import", request.institution.number)


def _take_answer(request: DeskRequest, run: ImportRun) -> HttpResponse:
    """Do what the button asks. Raises ImportDraftGone, PlanChanged, UnusableFile."""
    if "cancel" in request.POST:
        return _cancel(request, run)
    if "columns" in request.POST:
        return _set_columns(request, run)
    if "answers" in request.POST:
        return _answer_conflicts(request, run)

    return _confirm(request, run)


def _cancel(request: DeskRequest, run: ImportRun) -> HttpResponse:
    """Drop the draft; without a message where it was applied or dropped already."""
    if actions.drop(by=request.actor, run_id=run.pk):
        messages.info(request, "De import is geannuleerd; er is niets gewijzigd.")
    return redirect("import", request.institution.number)


def _set_columns(request: DeskRequest, run: ImportRun) -> HttpResponse:
    """Take the columns that the manager pointed out, or show the form with its mistakes."""
    form = ColumnsForm(request.POST, columns=Draft(run).columns)
    if not form.is_valid():
        actions.touch(by=request.actor, run_id=run.pk)
        return _show(request, run, columns_form=form)

    actions.set_columns(by=request.actor, run_id=run.pk, columns=form.chosen)
    return redirect("import_preview", request.institution.number, run.pk)


def _answer_conflicts(request: DeskRequest, run: ImportRun) -> HttpResponse:
    """Keep the answers, unless one of them is no longer possible; then show the page anew.

    A page asks about some conflicts only: the answers about the others stay.
    """
    section = Section("conflicts", Draft(run).plan.conflicts, request.GET)
    form = AnswersForm(request.POST, conflicts=section.rows)
    if form.is_valid():
        actions.answer(by=request.actor, run_id=run.pk, answers=form.answers)
        messages.success(request, "Je keuzes zijn bewaard. Er is nog niets ingelezen.")
    return redirect(request.get_full_path())


def _confirm(request: DeskRequest, run: ImportRun) -> HttpResponse:
    """Apply the import, or ask for the confirmation that many enrolments may end."""
    try:
        done = actions.confirm(
            by=request.actor,
            run_id=run.pk,
            confirm_many_ended="many_ended" in request.POST,
            seen=request.POST.get("seen", ""),
        )
    except (exceptions.ManyEnded, exceptions.NothingGood) as refused:
        actions.touch(by=request.actor, run_id=run.pk)
        return _show(request, run, error=str(refused))

    messages.success(request, _summary(done))
    return redirect("import", request.institution.number)


def _summary(run: ImportRun) -> str:
    """Return what an applied import did, for the message at the top of the page."""
    changes = run.new + run.changed + run.ended
    left = run.problem_count + run.withheld
    if changes + left == 0:
        return "Het bestand is ingelezen: alles was al zoals in het bestand."

    told = (
        f"Het bestand is ingelezen: {run.new} nieuw, {run.changed} gewijzigd, "
        f"{run.ended} beëindigd, {run.unchanged} ongewijzigd, {run.problem_count} niet ingelezen."
    )
    if run.recognised:
        told += f" {run.told_of_recognised}."
    if run.withheld:
        told += f" {run.told_of_withheld}."
    return told


def _show(
    request: DeskRequest,
    run: ImportRun,
    error: str = "",
    columns_form: ColumnsForm | None = None,
) -> HttpResponse:
    """Show the preview; without a plan where the file is of no use with these columns.

    `error`: why the import was not confirmed; `columns_form`: the one with mistakes in it.
    """
    draft = Draft(run)
    if columns_form is None:
        columns_form = ColumnsForm(columns=draft.columns)
    context = {
        "run": run,
        "columns": draft.columns,
        "columns_form": columns_form,
        "error": error,
        "hidden": draft.cells.hidden_headings,
    }

    if not draft.columns.problems:
        context |= _context_of_plan(request, draft)

    return render(request, "students/import_preview.html", context)


def _context_of_plan(request: DeskRequest, draft: Draft) -> dict[str, Any]:
    """Return what the preview shows of the plan, or whose list it is where it is not ours."""
    try:
        plan = draft.plan
    except OtherSchoolsList as other_list:
        return {"other_list": other_list}

    sections = sections_of(plan, request.GET)
    return {
        "plan": plan,
        "years": summary.years_of(plan, today()),
        "reasons": summary.reasons_of(plan),
        "told_of_withheld": told_of_withheld(plan.withheld),
        "spared_names": summary.spared_names(plan),
        "sections": sections,
        "is_paged": any(section.page.has_other_pages() for section in sections.values()),
        "page_rows": limits.PAGE,
        "most_downloaded": limits.KEPT,
        "answers_form": AnswersForm(conflicts=sections["conflicts"].rows),
    }


@require_safe
def import_bad_rows(request: DeskRequest, run_id: int) -> HttpResponse:
    """Download the rows that are not imported, as an Excel file to correct and upload again.

    The first limits.KEPT of them.
    """
    run = _run_or_404(request, run_id)
    try:
        with turn():
            draft = Draft(run)
            problems = draft.plan.problems[: limits.KEPT]
            workbook = bad_rows.render(draft.cells, problems, made_at=timezone.localtime())
    except exceptions.FileBusy as busy:
        return _busy(request, busy, again=request.get_full_path())
    except (exceptions.ImportDraftGone, UnusableFile):
        messages.warning(request, exceptions.ImportDraftGone.message)
        return redirect("import", request.institution.number)

    return download(workbook, name="niet-ingelezen.xlsx", content_type=XLSX)


def _run_or_404(request: DeskRequest, run_id: int) -> ImportRun:
    """Return the manager's own run in this institution."""
    runs = ImportRun.objects.of(request.institution).filter(created_by=request.user)
    return get_object_or_404(runs, pk=run_id)
