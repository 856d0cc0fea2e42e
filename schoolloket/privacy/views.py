"""The export of one pupil's data."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.overview import account_of
from accounts.views.student import enrolment_or_404
from schoolloket.core import clock
from schoolloket.core.downloads import XLSX, download
from schoolloket.institutions.requests import DeskRequest

from . import actions, export


@require_POST
def export_student(request: DeskRequest, student_id: int) -> HttpResponse:
    """All data of one pupil as an Excel file. A POST, because the history notes it (R10)."""
    row = enrolment_or_404(request, student_id)
    content = export.render(request.institution, row)
    account = account_of(row)
    if account:
        actions.note_export(by=request.actor, account=account)

    name = f"leerling-{student_id}-{clock.today():%Y%m%d}.xlsx"
    return download(content, name=name, content_type=XLSX)
