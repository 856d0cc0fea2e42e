"""Activeren and deactiveren of a selection."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.desk_urls import desk_url, list_url, refused_to_list, to_list
from accounts.forms import UNREADABLE, StatusForm
from accounts.status import StatusChange, StatusPreview
from schoolloket.core import clock
from schoolloket.core.exceptions import Refused
from schoolloket.institutions.requests import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
def change_status(request: DeskRequest) -> HttpResponse:
    """Preview which LeerIDs are changed and which are skipped; with `confirm`, change them."""
    if request.method != "POST":
        return to_list(request)

    form = StatusForm(request.POST)
    if not form.is_valid():
        messages.error(request, UNREADABLE)
        return to_list(request)

    try:
        if "confirm" in request.POST:
            return _confirmed(request, form)
        preview = StatusPreview.of_selection(
            form.cleaned_data["status"],
            request.institution,
            form.cleaned_data["student"],
            clock.today(),
            form.cleaned_data["schooljaar"],
        )
    except Refused as refused:
        return refused_to_list(request, refused)

    page = form.cleaned_data["page"]
    context = {
        "preview": preview,
        "changes": StatusChange,
        "page": page,
        "back": _page_before(request, page),
    }
    return render(request, "accounts/status.html", context)


def _confirmed(request: DeskRequest, form: StatusForm) -> HttpResponse:
    """StatusChange the LeerIDs, and show as messages which were changed and which were skipped."""
    preview = actions.change_status(
        by=request.actor,
        change=form.cleaned_data["status"],
        student_ids=form.cleaned_data["student"],
    )

    if preview.changed:
        messages.success(request, preview.summary, extra_tags="clears-selection")
    if preview.skipped:
        messages.warning(request, preview.summary_of_skipped)

    return redirect(_page_before(request, form.cleaned_data["page"]))


def _page_before(request: DeskRequest, student_id: int | None) -> str:
    """Return the URL of the page that the manager came from: of one student, or the list."""
    if student_id:
        return desk_url(request, "student", student_id)
    return list_url(request)
