"""Bulk: genereer nieuw wachtwoord, and accounts aanmaken: from a selection to the save."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.desk_urls import desk_url, refused_to_list, to_list
from accounts.forms import UNREADABLE
from accounts.models import Kind, PasswordKind
from credentials.actions import changes, drafts, hashing, locks, saves
from credentials.forms import RowForm, SelectionForm, TicksForm
from credentials.models import Batch, BatchItem
from credentials.previews import Preview, rows_of
from schoolloket.core import exceptions
from schoolloket.institutions.requests import DeskRequest

from .decorators import SAVE_SECONDS, with_batch


@require_POST
def start(request: DeskRequest) -> HttpResponse:
    """Vernieuw wachtwoord, or Accounts aanmaken, for the students ticked in the list."""
    form = SelectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, UNREADABLE)
        return to_list(request)

    try:
        batch = drafts.prepare(
            by=request.actor,
            student_ids=form.cleaned_data["student"],
            purpose=Batch.Purpose(form.cleaned_data["purpose"]),
            year=form.cleaned_data["schooljaar"],
        )
    except exceptions.Refused as refused:
        return refused_to_list(request, refused)

    return _to_preview(request, batch)


def _to_preview(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Lead to the preview, which remembers how the list was filtered and sorted."""
    url = desk_url(request, "preview_batch", batch.pk)
    query = request.POST.get("query", "")
    if query:
        url += "?" + urlencode({"lijst": query})

    return redirect(url)


@require_http_methods(["GET", "HEAD", "POST"])
@with_batch
def preview(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Bulk: genereer nieuw wachtwoord. Every button of the page posts to the page itself."""
    try:
        if request.method == "POST":
            return _do_pressed(request, batch)
        locks.refuse_if_gone(batch)
    except exceptions.AlreadySaved:
        # A double click, a reload, the back button: leads where the first click led (R4).
        return redirect(desk_url(request, "batch_result", batch.pk))
    except exceptions.DraftGone as gone:
        messages.error(request, str(gone))
        return to_list(request)
    except exceptions.Refused as refused:
        messages.error(request, str(refused))
        return _to_preview(request, batch)

    context = {
        "batch": batch,
        "preview": Preview.of(batch),
        "progress": hashing.progress(batch),
        "kinds": PasswordKind,
        "account_kinds": Kind,
        "reroll_url": desk_url(request, "reroll_item", batch.pk),
    }

    return render(request, "credentials/preview.html", context)


def _do_pressed(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Do what the pressed button asks. Raises Refused."""
    if "cancel" in request.POST:
        changes.cancel(by=request.actor, batch_id=batch.pk)
        messages.info(
            request, "Geannuleerd: er is niets gewijzigd, alle oude wachtwoorden werken nog."
        )
        return to_list(request)

    _tick(request, batch)
    if "row" in request.POST:
        _reroll(request, batch)
    elif "all_new" in request.POST:
        _switch_new_accounts(request, batch)
    elif "save" in request.POST:
        hashing.hash_all(batch, seconds=SAVE_SECONDS)
        saves.save(by=request.actor, batch_id=batch.pk)
        return redirect(desk_url(request, "batch_result", batch.pk) + "?start")

    return _to_preview(request, batch)


def _tick(request: DeskRequest, batch: Batch) -> None:
    """Remember the ticks, which every button posts along. Raises Refused."""
    form = TicksForm(request.POST)
    if not form.is_valid():
        raise exceptions.PreviewChanged

    changes.tick(
        by=request.actor,
        batch_id=batch.pk,
        item_ids=form.cleaned_data["item"],
    )


def _reroll(request: DeskRequest, batch: Batch) -> BatchItem:
    """Do what the button of a row asks; return the new row. Raises Refused."""
    form = RowForm.of_button(request.POST.get("row", ""))
    if not form.is_valid():
        raise exceptions.PreviewChanged

    return changes.reroll(
        by=request.actor,
        batch_id=batch.pk,
        item_id=form.cleaned_data["row"],
        kind=form.cleaned_data["kind"],
    )


def _switch_new_accounts(request: DeskRequest, batch: Batch) -> None:
    """Do what the buttons above the new accounts ask. Raises Refused."""
    kind = request.POST["all_new"]
    if kind not in PasswordKind.values:
        raise exceptions.PreviewChanged

    changes.switch_new_accounts(
        by=request.actor,
        batch_id=batch.pk,
        kind=PasswordKind(kind),
    )


@require_POST
@with_batch
def reroll(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Another password for one row, without a reload of the page."""
    try:
        _tick(request, batch)
        item = _reroll(request, batch)
    except exceptions.DraftGone:
        # The reloaded page shows the message.
        return HttpResponseClientRefresh()
    except exceptions.Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseClientRefresh()

    [row] = rows_of(batch, [item])
    context = {
        "row": row,
        "reroll_url": desk_url(request, "reroll_item", batch.pk),
    }

    return render(request, "credentials/includes/preview_row.html", context)


@require_POST
@with_batch
def hash_slice(request: DeskRequest, batch: Batch) -> JsonResponse:
    """Hash passwords for some seconds; the page asks again until all are done.

    Does not count as an action of the manager: the draft's half hour runs on (R2).
    """
    hashing.hash_slice(batch.pk)
    state = hashing.progress(batch)

    return JsonResponse(
        {
            "hashed": state.hashed,
            "total": state.total,
            "open": batch.is_draft,
        }
    )
