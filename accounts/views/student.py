"""The pages of one student."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import overview, timeline
from accounts.models import Kind, Status
from accounts.status import StatusChange
from schoolloket.core import clock
from schoolloket.core.exceptions import NothingToRelease
from schoolloket.core.text import mask_email
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.rights import for_helpers
from students import actions as student_actions
from students.models import Enrolment


def enrolment_or_404(request: DeskRequest, student_id: int) -> Enrolment:
    """Return the leading enrolment of a student whom this school may see (R11).

    Raises Http404 for any other student, and for one who does not exist.
    """
    day = clock.today()
    rows = overview.visible(request.institution, day).with_next(day)
    row = rows.filter(student=student_id).first()
    if row is None:
        raise Http404
    return row


def student_context(request: DeskRequest, row: Enrolment) -> dict[str, Any]:
    """Return the context of the head and the blocks on a student's pages.

    `read_only`, `held` and `holds` are the `left`, `held` and `holds` of `overview.Standing`.
    """
    day = clock.today()
    account = overview.account_of(row)
    masked_email = ""
    if account:
        masked_email = mask_email(account.email)

    standing = overview.standing(request.institution, row, day)
    return {
        "row": row,
        "student": row.student,
        "account": account,
        "masked_email": masked_email,
        "status": Status(row.status),  # type: ignore[attr-defined]
        "read_only": standing.left,
        "held": standing.held,
        "holds": standing.holds,
        "is_for_helpers": overview.is_for_helpers(account, standing),
        "changes": StatusChange,
        "kinds": Kind,
        "statuses": Status,
    }


@for_helpers
@require_safe
def student(request: DeskRequest, student_id: int) -> HttpResponse:
    """Account gegevens: the enrolment, the official data and the LeerID; to a helper less (R13)."""
    row = enrolment_or_404(request, student_id)
    context = student_context(request, row) | {"tab": "student"}
    template = "accounts/student.html"
    if request.actor.is_helper:
        template = "accounts/student_of_helper.html"
    return render(request, template, context)


@require_safe
def account_history(request: DeskRequest, student_id: int) -> HttpResponse:
    """Account historiek: who did what, and when."""
    return _history_page(request, student_id, "account_history")


@require_safe
def detail_history(request: DeskRequest, student_id: int) -> HttpResponse:
    """Detail account historiek: which fields changed, from which value to which."""
    return _history_page(request, student_id, "detail_history")


def _history_page(request: DeskRequest, student_id: int, tab: str) -> HttpResponse:
    """Render a page of the student's history; `tab` names the template and the tab to mark."""
    row = enrolment_or_404(request, student_id)
    context = student_context(request, row) | {"tab": tab}
    context["lines"] = timeline.of_pupil(
        request.institution, row.student, context["account"], clock.today()
    )
    return render(request, f"accounts/{tab}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def release(request: DeskRequest, student_id: int) -> HttpResponse:
    """Geef vrij: let the school that enrolled the pupil later change the LeerID too (R11)."""
    row = enrolment_or_404(request, student_id)
    if request.method == "POST":
        try:
            student_actions.release(by=request.actor, enrolment=row)
        except NothingToRelease as refused:
            messages.info(request, str(refused))
        else:
            messages.success(request, f"{row.full_name} is vrijgegeven voor de andere school.")
        return redirect("student", request.institution.number, student_id)

    context = student_context(request, row)
    if not context["holds"]:
        return redirect("student", request.institution.number, student_id)
    return render(request, "accounts/release.html", context)
