"""LeerID aanmeldgegevens: new sign-in data for one pupil.

A plain page: every button posts the form and leads back to it, so it works without JavaScript.
What was asked stands in a draft (`?concept=`), whose password is the one that will be saved (R2).
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.desk_urls import desk_url
from accounts.models import PasswordKind
from accounts.views.student import enrolment_or_404, student_context
from credentials import passwords
from credentials.actions import changes, drafts, hashing, locks, saves
from credentials.forms import EditForm, uuid_or_none
from credentials.models import Batch, BatchItem
from credentials.previews import rows_of
from schoolloket.core import exceptions
from schoolloket.institutions.requests import DeskRequest

from .decorators import SAVE_SECONDS

DRAFT = "concept"


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, student_id: int) -> HttpResponse:
    context = _context_or_404(request, student_id)
    account = context["account"]
    try:
        item = _draft(request, student_id)
        if request.method == "POST":
            form = EditForm(request.POST, account=account)
            if answer := _answer(request, student_id, form, item):
                return answer
        else:
            form = EditForm(initial=EditForm.initial_of(account, item), account=account)
    except exceptions.Refused as refused:
        messages.error(request, str(refused))
        return redirect(desk_url(request, "edit_credentials", student_id))
    context |= {
        "form": form,
        "draft": rows_of(item.batch, [item])[0] if item else None,
        "password_label": passwords.LABELS[PasswordKind(account.password_kind)],
        "renames": "hernoem" in request.GET or bool(form.errors.get("username")),
    }
    return render(request, "credentials/edit.html", context)


def _context_or_404(request: DeskRequest, student_id: int) -> dict[str, Any]:
    context = student_context(request, enrolment_or_404(request, student_id))
    if context["account"] is None or context["read_only"]:
        raise Http404
    return context


def _draft(request: DeskRequest, student_id: int) -> BatchItem | None:
    """Return the row of the draft that the address or the form names, if it names one.

    Raises DraftGone where that is no draft of this student's, in this institution, or an old one.
    """
    name = (request.POST if request.method == "POST" else request.GET).get(DRAFT)
    if not name:
        return None
    item = (
        BatchItem.objects.filter(
            batch__in=Batch.objects.of(request.institution),
            batch__purpose=Batch.Purpose.SINGLE,
            batch=uuid_or_none(name),
            student=student_id,
        )
        .select_related("batch__institution", "account")
        .first()
    )
    if item is None:
        raise exceptions.DraftGone
    if not (item.batch.was_saved and "save" in request.POST):
        locks.refuse_if_gone(item.batch)
    return item


def _answer(
    request: DeskRequest, student_id: int, form: EditForm, item: BatchItem | None
) -> HttpResponse | None:
    """Do what the pressed button says; None where the form has errors to show."""
    if item and item.batch.was_saved:
        # A double click: saving again changes nothing, and says what the first one said (R4).
        return _saved(request, student_id, item)
    if "cancel" in request.POST:
        _drop(request, item)
        return redirect(desk_url(request, "student", student_id))
    if not form.is_valid():
        return None
    if "save" in request.POST and item and form.asks_for(item):
        return _saved(request, student_id, item)
    _drop(request, item)
    return _drafted(request, student_id, form)


def _drop(request: DeskRequest, item: BatchItem | None) -> None:
    if item:
        changes.cancel(by=request.actor, batch_id=item.batch_id)


def _saved(request: DeskRequest, student_id: int, item: BatchItem) -> HttpResponse:
    hashing.hash_all(item.batch, seconds=SAVE_SECONDS)
    batch = saves.save(by=request.actor, batch_id=item.batch_id)
    skipped = batch.items.exclude(obstacle="").first()
    if skipped:
        messages.error(request, f"Er is niets gewijzigd. {skipped.get_obstacle_display()}")
        return redirect(desk_url(request, "student", student_id))
    messages.success(request, "Het LeerID is succesvol aangepast.")
    return redirect(f"{desk_url(request, 'student', student_id)}?start={batch.pk}")


def _drafted(request: DeskRequest, student_id: int, form: EditForm) -> HttpResponse:
    """Show what was asked with its new password, before it can be saved (R2)."""
    page = desk_url(request, "edit_credentials", student_id)
    asked = form.edit(generate="generate" in request.POST)
    if asked is None:
        if "save" in request.POST:
            messages.info(request, "Je wijzigde niets, dus is er niets bewaard of af te drukken.")
        return redirect(page)
    batch = drafts.prepare_edit(by=request.actor, student_id=student_id, edit=asked)
    return redirect(f"{page}?{DRAFT}={batch.pk}")
