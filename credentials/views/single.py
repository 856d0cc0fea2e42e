"""LeerID aanmeldgegevens: new sign-in data for one pupil.

A plain page: every button posts the form and leads back to the page, so it works without
JavaScript. What was asked is kept in a draft (`?concept=`), with the password that the save makes
valid (R2).
"""

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
from schoolloket.institutions.rights import for_helpers

from .decorators import SAVE_SECONDS

DRAFT = "concept"
# The value of the button that saves and shows the card.
CARD = "kaart"


@for_helpers
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, student_id: int) -> HttpResponse:
    """LeerID aanmeldgegevens. Every button of the page posts to the page itself.

    Answers 404 for a pupil without a LeerID, and for one who left, whose LeerID is read only (R11).
    Where another school has the say it leads to the pupil's page, which tells why (R11), and a
    helper where it is not a helper's to do (R13).
    """
    enrolment = enrolment_or_404(request, student_id)
    context = student_context(request, enrolment)
    account = context["account"]
    if account is None or context["read_only"]:
        raise Http404
    if context["held"] or (request.actor.is_helper and not context["is_for_helpers"]):
        return redirect(desk_url(request, "student", student_id))

    try:
        item = _draft(request, student_id)
        if request.method == "POST":
            form = EditForm(request.POST, account=account, by=request.actor)
            answer = _do_pressed(request, student_id, form, item)
            if answer is not None:
                return answer
        else:
            initial = EditForm.initial_of(account, item)
            form = EditForm(initial=initial, account=account, by=request.actor)
    except exceptions.Refused as refused:
        messages.error(request, str(refused))
        return redirect(desk_url(request, "edit_credentials", student_id))

    context["form"] = form
    context["renames"] = "hernoem" in request.GET or bool(form.errors.get("username"))
    context["password_name"] = passwords.NAMES[PasswordKind(account.password_kind)]
    if item is not None:
        [draft] = rows_of(item.batch, [item])
        context["draft"] = draft

    return render(request, "credentials/edit.html", context)


def _draft(request: DeskRequest, student_id: int) -> BatchItem | None:
    """Return the row of the draft that the URL or the form names, or None where neither does.

    Raises DraftGone where it is no draft of this manager's for this student, or an old one.
    A draft that was saved is returned for another click on the save button alone.
    """
    sent = request.GET
    if request.method == "POST":
        sent = request.POST
    batch_id = sent.get(DRAFT)
    if not batch_id:
        return None

    item = (
        BatchItem.objects.filter(
            batch__in=Batch.objects.open_to(request.actor),
            batch__purpose=Batch.Purpose.SINGLE,
            batch=uuid_or_none(batch_id),
            student=student_id,
        )
        .select_related("batch__institution", "account")
        .first()
    )
    if item is None:
        raise exceptions.DraftGone

    saved_again = item.batch.was_saved and "save" in request.POST
    if not saved_again:
        locks.refuse_if_gone(item.batch)

    return item


def _do_pressed(
    request: DeskRequest, student_id: int, form: EditForm, item: BatchItem | None
) -> HttpResponse | None:
    """Do what the pressed button asks; None where the form has errors to show.

    `item` is the row of the draft, if there is one. Raises Refused.
    """
    if item is not None and item.batch.was_saved:
        # A double click: saving again changes nothing, and answers like the first click (R4).
        return _save(request, student_id, item)

    if "cancel" in request.POST:
        _drop(request, item)
        return redirect(desk_url(request, "student", student_id))

    if not form.is_valid():
        return None
    if item is not None and "save" in request.POST and form.asks_for(item):
        return _save(request, student_id, item)

    # Something else is asked now than the draft holds, or there is none yet.
    _drop(request, item)
    return _redraft(request, student_id, form)


def _save(request: DeskRequest, student_id: int, item: BatchItem) -> HttpResponse:
    """Save the draft and lead to the pupil's page with the download, or to the card.

    Raises Refused.
    """
    hashing.hash_all(item.batch, seconds=SAVE_SECONDS)
    batch = saves.save(by=request.actor, batch_id=item.batch_id)

    page = desk_url(request, "student", student_id)
    skipped = batch.items.exclude(obstacle="").first()
    if skipped is not None:
        messages.error(request, str(exceptions.NotEligible(skipped.get_obstacle_display())))
        return redirect(page)

    messages.success(request, "Het LeerID is succesvol aangepast.")
    if request.POST["save"] == CARD:
        # The browser posts on to the card: showing it is no GET, since it counts as a download.
        return redirect(desk_url(request, "card", batch.pk, student_id), preserve_request=True)
    return redirect(f"{page}?start={batch.pk}")


def _drop(request: DeskRequest, item: BatchItem | None) -> None:
    if item is not None:
        changes.cancel(by=request.actor, batch_id=item.batch_id)


def _redraft(request: DeskRequest, student_id: int, form: EditForm) -> HttpResponse:
    """Draft what was asked and show it with its new password, before it can be saved (R2)."""
    page = desk_url(request, "edit_credentials", student_id)

    if "generate" in request.POST or form.changes_anything:
        batch = drafts.prepare_edit(
            by=request.actor,
            student_id=student_id,
            edit=form.edit(),
        )
        return redirect(f"{page}?{DRAFT}={batch.pk}")

    if "save" in request.POST:
        messages.info(request, "Je wijzigde niets, dus is er niets bewaard of af te drukken.")

    return redirect(page)
