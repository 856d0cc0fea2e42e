"""A row of the preview by itself, for htmx: the page is not loaded again."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.desk_urls import desk_url
from credentials.actions import changes
from credentials.forms import RowForm, posted_by_row
from credentials.models import Batch, BatchItem
from credentials.previews import rows_of
from credentials.typed_usernames import Problem
from schoolloket.core import exceptions
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.rights import for_helpers

from .decorators import with_batch
from .typed import keep_usernames


def or_the_page_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the browser load the whole page, with the reason, where the view is refused."""

    @wraps(view)
    def view_of_row(request: DeskRequest, batch: Batch) -> HttpResponse:
        try:
            return view(request, batch)
        except exceptions.DraftGone:
            # The reloaded page shows the message.
            return HttpResponseClientRefresh()
        except exceptions.Refused as refused:
            messages.error(request, str(refused))
            return HttpResponseClientRefresh()

    return view_of_row


@for_helpers
@require_POST
@with_batch
@or_the_page_again
def reroll(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Another password for one row, of the kind in its menu; its tick and its username are kept."""
    form = _valid(request)
    judged = keep_usernames(request, batch, posted_by_row(request.POST, "username"))
    row_id = form.cleaned_data["row"]

    item = changes.reroll(
        by=request.actor,
        batch_id=batch.pk,
        item_id=row_id,
        kind=form.cleaned_data["kind"],
        included=row_id in form.cleaned_data["item"],
    )
    return _row(request, batch, item, judged.problems, "preview_row")


@require_POST
@with_batch
@or_the_page_again
def rename(request: DeskRequest, batch: Batch) -> HttpResponse:
    """Another username for a LeerID that is to be made, or why what was typed will not do."""
    form = _valid(request)
    judged = keep_usernames(request, batch, posted_by_row(request.POST, "username"))

    item = batch.items.filter(pk=form.cleaned_data["row"]).first()
    if item is None:
        raise exceptions.PreviewChanged
    return _row(request, batch, item, judged.problems, "preview_username")


def _valid(request: DeskRequest) -> RowForm:
    """Return the form of the row. Raises PreviewChanged where it is unreadable."""
    form = RowForm.of_row(request.POST)
    if not form.is_valid():
        raise exceptions.PreviewChanged
    return form


def _row(
    request: DeskRequest,
    batch: Batch,
    item: BatchItem,
    problems: dict[int, Problem],
    template: str,
) -> HttpResponse:
    """Render the row, or the part of it that the template is for.

    Raises PreviewChanged where the school may not see the pupil any more (R11).
    """
    rows = rows_of(batch, [item], problems)
    if not rows:
        raise exceptions.PreviewChanged

    context = {
        "row": rows[0],
        "reroll_url": desk_url(request, "reroll_item", batch.pk),
        "rename_url": desk_url(request, "rename_item", batch.pk),
    }
    return render(request, f"credentials/includes/{template}.html", context)
