"""Bulk: genereer nieuw wachtwoord, and LeerID's aanmaken: from a selection to the save."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.desk_urls import desk_url, refused_to_list, to_list
from accounts.forms import UNREADABLE
from accounts.models import Kind, PasswordKind
from credentials.actions import changes, drafts, hashing, locks, saves
from credentials.forms import RowForm, ScopeForm, SelectionForm
from credentials.models import Batch
from credentials.previews import Preview
from credentials.scopes import Part
from credentials.typed_usernames import Problem
from schoolloket.core import exceptions
from schoolloket.core.text import counted
from schoolloket.institutions.lock import automatic
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.rights import for_helpers

from .decorators import SAVE_SECONDS, with_batch
from .typed import Typed, keep_what_is_typed

UNSEEN = (
    "Er is nog niets bewaard: wat je koos, staat nu in de rijen. Kijk het na en bewaar opnieuw."
)


@for_helpers
@require_POST
def start(request: DeskRequest) -> HttpResponse:
    """Vernieuw wachtwoord, or LeerID's aanmaken, for the students ticked in the list.

    Answers 404 to a helper for anything but a renewal (R13).
    """
    form = SelectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, UNREADABLE)
        return to_list(request)
    if request.actor.is_helper and form.cleaned_data["purpose"] != Batch.Purpose.RENEW:
        raise Http404

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


def _to_preview(request: DeskRequest, batch: Batch, place: str = "") -> HttpResponse:
    """Lead to the preview, which remembers how the list was filtered and sorted.

    `place`: the id of the element to return to; without it the browser keeps the place that the
    URL of the pressed button named.
    """
    url = desk_url(request, "preview_batch", batch.pk)
    query = request.POST.get("query", "")
    if query:
        url += "?" + urlencode({"lijst": query})
    if place:
        url += f"#{place}"

    return redirect(url)


@for_helpers
@require_http_methods(["GET", "HEAD", "POST"])
@with_batch
def preview(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Bulk: genereer nieuw wachtwoord. Every button of the page posts to the page itself.

    Where a typed username will not do, the answer is the page with what was typed, and nothing is
    saved.
    """
    problems: Mapping[int, Problem] = {}
    try:
        if request.method == "POST":
            if "cancel" in request.POST:
                return _cancelled(request, batch)
            typed = keep_what_is_typed(request, batch)
            if not typed.problems:
                return _do_pressed(request, batch, typed)
            problems = typed.problems
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
        "preview": Preview.of(batch, problems),
        "progress": hashing.progress(batch),
        "kinds": PasswordKind,
        "account_kinds": Kind,
        "parts": Part,
        "as_proposed": ScopeForm.AS_PROPOSED,
        "query": request.POST.get("query") or request.GET.get("lijst", ""),
        "reroll_url": desk_url(request, "reroll_item", batch.pk),
        "rename_url": desk_url(request, "rename_item", batch.pk),
    }
    return render(request, "credentials/preview.html", context)


def _cancelled(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Drop the draft and lead to the list. Raises AlreadySaved."""
    changes.cancel(by=request.actor, batch_id=batch.pk)
    messages.info(request, "Geannuleerd: er is niets gewijzigd, alle oude wachtwoorden werken nog.")
    return to_list(request)


def _do_pressed(request: DeskRequest, batch: Batch, typed: Typed) -> HttpResponse:
    """Do what the pressed button asks. Raises Refused."""
    if "row" in request.POST:
        return _rerolled(request, batch, typed)
    if "apply" in request.POST:
        return _switched(request, batch)
    if "save" in request.POST and not typed.unseen:
        return _saved(request, batch)

    if "save" in request.POST:
        messages.warning(request, UNSEEN)
    return _to_preview(request, batch)


def _rerolled(request: DeskRequest, batch: Batch, typed: Typed) -> HttpResponse:
    """Do what the button of a row asks, and lead back to the row. Raises Refused."""
    form = RowForm.of_row(request.POST)
    if not form.is_valid():
        raise exceptions.PreviewChanged

    # With another kind in its menu the row has another password already.
    item = typed.replaced.get(form.cleaned_data["row"])
    if item is None:
        item = changes.reroll(
            by=request.actor,
            batch_id=batch.pk,
            item_id=form.cleaned_data["row"],
        )
    return _to_preview(request, batch, f"rij-{item.position}")


def _switched(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Give a class or a part of the preview the kind that was chosen for it. Raises Refused."""
    form = ScopeForm.of_button(request.POST)
    if not form.is_valid():
        messages.error(request, "Kies eerst een soort wachtwoord. Er is niets gewijzigd.")
        return _to_preview(request, batch)

    changed = changes.switch_scope(
        by=request.actor,
        batch_id=batch.pk,
        scope=form.cleaned_data["scope"],
        kind=form.cleaned_data["kind"],
    )
    number = counted(changed, "leerling kreeg", "leerlingen kregen") or "Geen enkele leerling kreeg"
    messages.info(request, f"{number} een andere soort wachtwoord. De andere rijen bleven zo.")
    return _to_preview(request, batch)


def _saved(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Save the draft and lead to its result, where the download starts. Raises Refused."""
    hashing.hash_all(batch, seconds=SAVE_SECONDS)
    saves.save(by=request.actor, batch_id=batch.pk)
    return redirect(desk_url(request, "batch_result", batch.pk) + "?start")


@automatic
@for_helpers
@require_POST
@with_batch
def hash_slice(request: DeskRequest, batch: Batch) -> JsonResponse:
    """Hash passwords for some seconds; the page asks again until all are done.

    Does not count as an action of the manager: the draft's hour runs on (R2).
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
