"""Choose a school; and the answer to a form whose protection has run out."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from .models import Institution
from .requests import DeskRequest

# With more schools than this, the page offers a search.
SEARCHABLE_FROM = 8


@require_safe
def choose_institution(request: DeskRequest) -> HttpResponse:
    """Instelling kiezen; with one institution straight to its list."""
    managed = Institution.objects.managed_by(request.user)
    total = managed.count()
    if total == 1:
        return redirect("students", managed.get().number)
    query = request.GET.get("zoek", "").replace("\0", "").strip()
    for word in query.split():
        managed = managed.filter(
            Q(name__icontains=word) | Q(municipality__icontains=word) | Q(number__startswith=word)
        )
    return render(
        request,
        "institutions/choose.html",
        {"institutions": managed, "query": query, "searchable": total >= SEARCHABLE_FROM},
    )


@require_safe
def desk_home(request: DeskRequest) -> HttpResponse:
    return redirect("students", request.institution.number)


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer for pages of the sign-in library that this desk does not have."""
    raise Http404


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in Dutch that the form was too old, and offer it again."""
    return render(request, "csrf_failure.html", {"again": page_before(request)}, status=403)


def page_before(request: HttpRequest) -> str:
    """Return the page that holds the form, where it is one of ours; its target may take no GET."""
    page = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if ours else "/"
