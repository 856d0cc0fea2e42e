"""The desk's list and the pages of one student."""

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
from students import actions
from students.models import Enrolment, ImportRun

from . import history, overview
from . import workbook as workbooks
from .filters import StudentFilter
from .models import Status
from .tables import StudentTable


def _shows_left(request: DeskRequest) -> bool:
    return request.GET.get("lijst") == "uitgeschreven"


def _filtered(request: DeskRequest) -> StudentFilter:
    rows = overview.left if _shows_left(request) else overview.enrolled
    return StudentFilter(request.GET, rows(request.institution, clock.today()))


@require_safe
@never_cache
def students(request: DeskRequest) -> HttpResponse:
    """INGESCHREVEN LEERLINGEN: filter, sort, page, select."""
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
        "today": clock.today(),
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
            actions.release(by=request.actor, student_id=student_id)
        except actions.NothingToRelease:
            messages.info(request, f"Er is geen andere school die op {row.first_name} wacht.")
        else:
            messages.success(request, f"{row.full_name} is vrijgegeven voor de andere school.")
        return redirect("student", request.institution.number, student_id)
    context = student_context(request, row)
    if not context["holds"]:
        return redirect("student", request.institution.number, student_id)
    return render(request, "accounts/release.html", context)
