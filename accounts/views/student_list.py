"""The list of students: filter, sort, page, select."""

from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import list_workbook, overview
from accounts.filters import StudentFilter
from accounts.selections import LEAVING_SOON, ready_made
from accounts.status import StatusChange
from accounts.tables import StudentTable
from schoolloket.core import clock
from schoolloket.core.downloads import XLSX, download
from schoolloket.institutions.requests import DeskRequest
from students.models import ImportRun

# The list of students who left: `?lijst=`.
LEFT = "uitgeschreven"


def _shows_left(request: DeskRequest) -> bool:
    """Whether the page lists the students who left."""
    return request.GET.get("lijst") == LEFT


def _filtered(request: DeskRequest) -> StudentFilter:
    """Return the filter of the query string; its `qs` has the rows that fit."""
    day = clock.today()
    if _shows_left(request):
        rows = overview.left(request.institution, day)
        # Every selection leads to an action, and no action applies to students who left.
        selections = []
    else:
        rows = overview.enrolled(request.institution, day)
        selections = ready_made()

    return StudentFilter(
        request.GET,
        rows,
        institution=request.institution,
        day=day,
        selections=selections,
    )


def _running_out(request: DeskRequest, day: date) -> dict[str, Any]:
    """Return the context of the notice about LeerID's that end with the school year (R9).

    Empty in every month but August.
    """
    last_day = date(day.year, 8, 31)
    if day.month != last_day.month:
        return {}

    return {
        "last_day": last_day,
        "number": overview.running_out(request.institution, last_day, day),
        "selection": LEAVING_SOON.name,
    }


@require_safe
def students(request: DeskRequest) -> HttpResponse:
    """INGESCHREVEN LEERLINGEN, or those who left."""
    day = clock.today()
    found = _filtered(request)
    order = StudentTable.ordering(request.GET.get("sorteer", ""))
    table = StudentTable(found.qs, order_by=order)

    per_page = StudentTable.rows_per_page(request.GET.get("per", ""))
    table.paginate(per_page=per_page)
    # A number out of range gives the nearest page, anything else the first.
    table.page = table.paginator.get_page(request.GET.get("pagina"))

    context = {
        "filter": found,
        "table": table,
        "pages": table.paginator.get_elided_page_range(table.page.number),
        "per_page": per_page,
        "left": LEFT,
        "shows_left": _shows_left(request),
        "filtered": any(request.GET.get(name) for name in found.filters),
        "last_import": ImportRun.objects.of(request.institution).applied().first(),
        "today": day,
        "changes": StatusChange,
        "running_out": _running_out(request, day),
    }
    return render(request, "accounts/list.html", context)


@require_safe
def selection(request: DeskRequest) -> JsonResponse:
    """The ids of all students that match the filter, for the click that selects them all."""
    ids = _filtered(request).qs.order_by().values_list("student_id", flat=True)
    return JsonResponse({"students": [str(pk) for pk in ids]})


@require_safe
def workbook(request: DeskRequest) -> HttpResponse:
    """The list as it is filtered and sorted, as an Excel file without passwords."""
    order = StudentTable.ordering(request.GET.get("sorteer", ""))
    table = StudentTable(_filtered(request).qs, order_by=order)

    rows = (row.record for row in table.rows)
    content = list_workbook.render(rows, made_at=timezone.localtime())
    name = f"leerlingen-{request.institution.number}-{clock.today():%Y%m%d}.xlsx"
    return download(content, name=name, content_type=XLSX)
