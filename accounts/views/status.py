"""Activeren and deactiveren of a selection."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.desk_urls import desk_url, list_url, to_list
from accounts.forms import UNREADABLE, StatusForm
from accounts.status import Change, StatusPreview
from schoolloket.core import clock
from schoolloket.core.exceptions import Refused, UnknownStudents
from schoolloket.institutions.requests import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
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
        preview = StatusPreview.on(
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
    context = {"preview": preview, "changes": Change, "page": page, "back": _back(request, page)}
    return render(request, "accounts/status.html", context)


def _status_changed(request: DeskRequest, form: StatusForm) -> HttpResponse:
    preview = actions.change_status(
        by=request.actor,
        change=form.cleaned_data["status"],
        student_ids=form.cleaned_data["student"],
    )
    if preview.changed:
        messages.success(request, preview.summary, extra_tags="clears-selection")
    if preview.skipped:
        messages.warning(request, preview.summary_of_skipped)
    return redirect(_back(request, form.cleaned_data["page"]))


def _back(request: DeskRequest, student_id: int | None) -> str:
    """Return where the manager came from: the page of one student, or the list."""
    return desk_url(request, "student", student_id) if student_id else list_url(request)
