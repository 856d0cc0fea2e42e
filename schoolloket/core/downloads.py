"""A file as the answer to a request."""

from django.http import HttpResponse

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"


def download(content: bytes, *, name: str, content_type: str, opens: bool = False) -> HttpResponse:
    """Return the file as an answer that the browser saves under `name` (ASCII, no quotes).

    With `opens` the browser shows it instead.
    """
    disposition = "attachment"
    if opens:
        disposition = "inline"

    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'{disposition}; filename="{name}"'},
    )
