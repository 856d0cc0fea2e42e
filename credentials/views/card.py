"""The big card of one pupil: covered at first, and shown by a POST, which counts as a download."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.desk_urls import desk_url
from credentials import documents
from credentials.actions import retention
from credentials.big_card import BigCard
from credentials.models import Batch
from credentials.rendering.qr import qr_path
from schoolloket.core import exceptions
from schoolloket.institutions.requests import DeskRequest
from schoolloket.institutions.rights import for_helpers

from .decorators import with_batch


@for_helpers
@require_http_methods(["GET", "HEAD", "POST"])
@with_batch
def card(request: DeskRequest, batch: Batch, student_id: int) -> HttpResponse:
    """The covered card, without a secret; a POST shows it (R4).

    Answers 404 for a pupil who is not in the batch. One whose card cannot be shown any more is told
    why, with the way to a new password.
    """
    covered = BigCard.of(batch, student_id)
    if covered is None:
        raise Http404

    context: dict[str, Any] = {"batch": batch, "covered": covered}
    if request.method == "POST" and not covered.refusal:
        try:
            context |= _shown(request, batch, student_id)
        except exceptions.NotPrintable:
            # Its time ended, or the password was replaced, at this very moment: the page says so.
            return redirect(desk_url(request, "card", batch.pk, student_id))

    return render(request, "credentials/card.html", context)


def _shown(request: DeskRequest, batch: Batch, student_id: int) -> dict[str, Any]:
    """Return what the card shows, once it is logged who asked for it. Raises NotPrintable."""
    # As with a file: a card that cannot be made was not downloaded.
    shown = documents.card_of(batch, student_id)
    qr = qr_path(shown.scanned_url)
    retention.note_download(by=request.actor, batch_id=batch.pk, of_card=True)
    return {"card": shown, "qr": qr}
