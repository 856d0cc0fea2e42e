"""The desk's list, the change of status of a selection, and the pages of one student."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from schoolloket import clock
from schoolloket.institutions.actors import DeskRequest
from schoolloket.workbook import CONTENT_TYPE
from students import actions as student_actions
from students.models import Enrolment, ImportRun

from . import actions, history, overview
from . import workbook as workbooks
from .addresses import desk_url, list_url, to_list
from .filters import StudentFilter
from .forms import UNREADABLE, StatusForm
from .models import Status
from .refusals import Refused, UnknownStudents
from .selections import LEAVING_SOON, ready_made
from .status import Change, Verdict
from .tables import StudentTable


def _shows_left(request: DeskRequest) -> bool:
    return request.GET.get("lijst") == "uitgeschreven"


def _filtered(request: DeskRequest) -> StudentFilter:
    day, shows_left = clock.today(), _shows_left(request)
    rows = overview.left if shows_left else overview.enrolled
    return StudentFilter(
        request.GET,
        rows(request.institution, day),
        institution=request.institution,
        day=day,
        # They are all of something to do; with who left nothing can be done.
        selections=[] if shows_left else ready_made(),
    )


def _running_out(request: DeskRequest, day: date) -> dict[str, Any]:
    """Return what the list says in August of the LeerID's that end with the school year (R9)."""
    last_day = date(day.year, 8, 31)
    if day.month != last_day.month:
        return {}
    return {
        "last_day": last_day,
        "number": overview.running_out(request.institution, last_day, day),
        "selection": LEAVING_SOON.name,
    }


@require_safe
@never_cache
def students(request: DeskRequest) -> HttpResponse:
    """INGESCHREVEN LEERLINGEN: filter, sort, page, select."""
    day = clock.today()
    found = _filtered(request)
    table = StudentTable(found.qs, order_by=StudentTable.ordering(request.GET.get("sorteer")))
    per_page = StudentTable.rows_per_page(request.GET.get("per"))
    table.paginate(per_page=per_page)
    # Out of range or no number: the nearest page there is.
    table.page = table.paginator.get_page(request.GET.get("pagina"))
    context = {
        "filter": found,
        "table": table,
        "pages": table.paginator.get_elided_page_range(table.page.number),
        "per_page": per_page,
        "shows_left": _shows_left(request),
        "filtered": any(request.GET.get(name) for name in found.filters),
        "last_import": ImportRun.objects.of(request.institution).applied().first(),
        "today": day,
        "changes": Change,
        "running_out": _running_out(request, day),
    }
    return render(request, "accounts/list.html", context)


@require_safe
@never_cache
def selection(request: DeskRequest) -> JsonResponse:
    """All students that match the filter, for the one click that selects them."""
    ids = _filtered(request).qs.order_by().values_list("student_id", flat=True)
    return JsonResponse({"students": [str(pk) for pk in ids]})


@require_safe
@never_cache
def workbook(request: DeskRequest) -> HttpResponse:
    """The list as it is filtered and sorted, as an Excel file without passwords."""
    table = StudentTable(
        _filtered(request).qs, order_by=StudentTable.ordering(request.GET.get("sorteer"))
    )
    name = f"leerlingen-{request.institution.number}-{clock.today():%Y%m%d}.xlsx"
    return HttpResponse(
        workbooks.render((row.record for row in table.rows), made_at=timezone.localtime()),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change_status(request: DeskRequest) -> HttpResponse:
    """Activeren, deactiveren: says beforehand to whom and who is skipped; `confirm` does it."""
    if request.method != "POST":
        return to_list(request)
    form = StatusForm(request.POST)
    if not form.is_valid():
        messages.error(request, UNREADABLE)
        return to_list(request)
    try:
        if "confirm" in request.POST:
            return _status_changed(request, form)
        verdict = Verdict.on(
            form.cleaned_data["status"],
            request.institution,
            form.cleaned_data["student"],
            clock.today(),
        )
    except UnknownStudents as refused:
        messages.error(request, str(refused), extra_tags="clears-selection")
        return to_list(request)
    except Refused as refused:
        messages.error(request, str(refused))
        return to_list(request)
    page = form.cleaned_data["page"]
    context = {"verdict": verdict, "changes": Change, "page": page, "back": _back(request, page)}
    return render(request, "accounts/status.html", context)


def _status_changed(request: DeskRequest, form: StatusForm) -> HttpResponse:
    verdict = actions.change_status(
        by=request.actor,
        change=form.cleaned_data["status"],
        student_ids=form.cleaned_data["student"],
    )
    if verdict.changed:
        messages.success(request, verdict.told, extra_tags="clears-selection")
    if verdict.skipped:
        messages.warning(request, verdict.told_of_skipped)
    return redirect(_back(request, form.cleaned_data["page"]))


def _back(request: DeskRequest, student_id: int | None) -> str:
    """Return where the manager came from: the page of one student, or the list."""
    return desk_url(request, "student", student_id) if student_id else list_url(request)


def find(request: DeskRequest, student_id: int) -> Enrolment:
    """Return the leading enrolment of a student whom this school may see, or answer 404 (R11)."""
    day = clock.today()
    row = overview.visible(request.institution, day).filter(student=student_id).first()
    if row is None:
        raise Http404
    return row


def student_context(request: DeskRequest, row: Enrolment) -> dict[str, Any]:
    """Return what the head and the blocks of a student's pages need."""
    account = overview.account_of(row)
    own = Enrolment.objects.of(request.institution).filter(student=row.student_id)
    held = own.held_on(clock.today()).exists()
    return {
        "row": row,
        "student": row.student,
        "account": account,
        "masked_email": history.mask_email(account.email) if account else "",
        "status": Status(row.status),  # type: ignore[attr-defined]
        "read_only": row.ends_on < clock.today(),
        # Two schools at once: another has the say, or this one has it over another (R11).
        "held": held,
        "holds": not held and own.holding_on(clock.today()).exists(),
        "changes": Change,
    }


@require_safe
@never_cache
def student(request: DeskRequest, student_id: int) -> HttpResponse:
    """Account gegevens."""
    row = find(request, student_id)
    context = student_context(request, row) | {"tab": "student"}
    return render(request, "accounts/student.html", context)


@require_safe
@never_cache
def account_history(request: DeskRequest, student_id: int) -> HttpResponse:
    return _history_page(request, student_id, "account_history")


@require_safe
@never_cache
def detail_history(request: DeskRequest, student_id: int) -> HttpResponse:
    return _history_page(request, student_id, "detail_history")


def _history_page(request: DeskRequest, student_id: int, tab: str) -> HttpResponse:
    row = find(request, student_id)
    context = student_context(request, row) | {"tab": tab}
    context["lines"] = history.of_pupil(
        request.institution, row.student, context["account"], clock.today()
    )
    return render(request, f"accounts/{tab}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def release(request: DeskRequest, student_id: int) -> HttpResponse:
    """Geef vrij: let the school where the pupil was enrolled later have a say too (R11)."""
    row = find(request, student_id)
    if request.method == "POST":
        try:
            student_actions.release(by=request.actor, student_id=student_id)
        except student_actions.NothingToRelease:
            messages.info(request, f"Er is geen andere school die op {row.first_name} wacht.")
        else:
            messages.success(request, f"{row.full_name} is vrijgegeven voor de andere school.")
        return redirect("student", request.institution.number, student_id)
    context = student_context(request, row)
    if not context["holds"]:
        return redirect("student", request.institution.number, student_id)
    return render(request, "accounts/release.html", context)
