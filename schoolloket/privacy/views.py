"""The export of one pupil's data."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.overview import account_of
from accounts.views import find
from schoolloket import clock
from schoolloket.institutions.actors import DeskRequest
from schoolloket.workbook import CONTENT_TYPE

from . import actions, export


@require_POST
@never_cache
def export_student(request: DeskRequest, student_id: int) -> HttpResponse:
    """All data of one pupil as an Excel file. A POST, since the history notes it (R10)."""
    row = find(request, student_id)
    content = export.render(request.institution, row)
    if account := account_of(row):
        actions.note_export(by=request.actor, account=account)
    name = f"leerling-{student_id}-{clock.today():%Y%m%d}.xlsx"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
