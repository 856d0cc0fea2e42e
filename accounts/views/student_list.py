"""The list of students: filter, sort, page, select."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import list_workbook, overview
from accounts.desk_urls import list_url, refused_to_list, to_list
from accounts.filters import StudentFilter
from accounts.forms import UNREADABLE, SelectedForm
from accounts.overview import LEFT
from accounts.school_frame import Frame, in_order
from accounts.selections import LEFT_IN_SUMMER, NEVER_SIGNED_IN, UNUSED_PASSWORD, ready_made
from accounts.status import StatusChange
from accounts.tables import OneQueryPaginator, StudentTable
from schoolloket.core import clock
from schoolloket.core.downloads import XLSX, download
from schoolloket.core.exceptions import Refused
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.rights import for_helpers
from students.school_years import SchoolYear


@dataclass(frozen=True)
class YearChoice:
    """A school year of the switch, and the query string of the list in that year."""

    year: SchoolYear
    query: str


class StudentList:
    """The list that the query string of a request asks for: of a school year, or who left."""

    def __init__(self, request: DeskRequest) -> None:
        self.request = request
        self.institution = request.institution
        self.day = clock.today()
        self.shows_left = request.GET.get("lijst") == LEFT and not request.actor.is_helper
        self.frame = Frame.of(self.institution, self.day)
        self.year = self.frame.year(SchoolYear.named(request.GET.get("schooljaar", "")))

    @cached_property
    def filter(self) -> StudentFilter:
        """The filter; its `qs` has the rows that fit."""
        if self.shows_left:
            rows = overview.left(self.institution, self.day)
            divisions = set(
                rows.order_by().values_list("administrative_group", "class_code").distinct()
            )
            groups = in_order(group for group, _ in divisions)
            classes = in_order(class_code for _, class_code in divisions)
            # The others lead to an action, and no action applies to students who left.
            selections = [LEFT_IN_SUMMER]
        else:
            rows = overview.enrolled(self.institution, self.day, self.year)
            groups = self.frame.groups(self.year)
            classes = self.frame.classes(self.year)
            selections = ready_made()
        if self.request.actor.is_helper:
            selections = [NEVER_SIGNED_IN, UNUSED_PASSWORD]

        return StudentFilter(
            self.request.GET,
            rows,
            institution=self.institution,
            day=self.day,
            year=self.year,
            groups=groups,
            classes=classes,
            selections=selections,
        )

    @cached_property
    def table(self) -> StudentTable:
        """The rows that fit, in the order of the query string."""
        order = StudentTable.ordering(self.request.GET.get("sorteer", ""))
        return StudentTable(self.filter.qs, order_by=order, exclude=_hidden(self.request))

    @property
    def year_choices(self) -> list[YearChoice]:
        """The school years to choose from; none where there is no choice.

        The filter goes along, but for a class or group that the other year does not have.
        """
        if self.shows_left or len(self.frame.years) < 2:
            return []

        choices = []
        for year in self.frame.years:
            query = self.request.GET.copy()
            query.pop("pagina", None)
            if query.get("klas") not in self.frame.classes(year):
                query.pop("klas", None)
            if query.get("groep") not in self.frame.groups(year):
                query.pop("groep", None)
            query["schooljaar"] = str(year)
            choices.append(YearChoice(year, query.urlencode()))
        return choices


def _hidden(request: DeskRequest) -> tuple[str, ...]:
    """Return the names of the columns that are not for this manager (R13)."""
    if request.actor.is_helper:
        return StudentTable.NOT_FOR_HELPERS
    return ()


@for_helpers
@require_safe
def students(request: DeskRequest) -> HttpResponse:
    """INGESCHREVEN LEERLINGEN of a school year, or those who left."""
    shown = StudentList(request)
    table = shown.table
    per_page = StudentTable.rows_per_page(request.GET.get("per", ""))
    table.paginator = OneQueryPaginator(table.data.data, per_page)
    table.page = table.paginator.get_page(request.GET.get("pagina"))

    context = {
        "filter": shown.filter,
        "table": table,
        "pages": table.paginator.get_elided_page_range(table.page.number),
        "per_page": per_page,
        "left": LEFT,
        "shows_left": shown.shows_left,
        "year": shown.year,
        "year_choices": shown.year_choices,
        "filtered": any(request.GET.get(name) for name in shown.filter.filters),
        "last_import_at": shown.frame.last_import_at,
        "today": shown.day,
        "changes": StatusChange,
    }
    return render(request, "accounts/list.html", context)


@for_helpers
@require_safe
def selection(request: DeskRequest) -> JsonResponse:
    """The ids of all students that match the filter.

    For the click that selects them all, and to say who is selected and not in the list.
    """
    ids = StudentList(request).filter.qs.order_by().values_list("student_id", flat=True)
    return JsonResponse({"students": [str(pk) for pk in ids]})


@for_helpers
@require_http_methods(["GET", "HEAD", "POST"])
def selected(request: DeskRequest) -> HttpResponse:
    """All who are selected, also those whom the filter hides. Changes nothing."""
    if request.method != "POST":
        return to_list(request)

    form = SelectedForm(request.POST)
    if not form.is_valid():
        messages.error(request, UNREADABLE)
        return to_list(request)

    year = form.cleaned_data["schooljaar"]
    try:
        rows = overview.chosen(
            request.institution, form.cleaned_data["student"], clock.today(), year
        )
    except Refused as refused:
        return refused_to_list(request, refused)

    context = {
        "rows": rows,
        "columns": StudentTable.columns_without(_hidden(request)),
        "year": year,
        "query": request.POST.get("query", ""),
        "back": list_url(request),
        "today": clock.today(),
        "changes": StatusChange,
    }
    return render(request, "accounts/selected.html", context)


@require_safe
def workbook(request: DeskRequest) -> HttpResponse:
    """The list as it is filtered and sorted, as an Excel file without passwords."""
    shown = StudentList(request)
    rows = (row.record for row in shown.table.rows)
    content = list_workbook.render(rows, shown.year, made_at=timezone.localtime())
    name = f"leerlingen-{request.institution.number}-{clock.today():%Y%m%d}.xlsx"
    return download(content, name=name, content_type=XLSX)
