"""The ZIP that `Bewaren en afdrukken` hands out."""

from collections.abc import Callable, Mapping
from functools import partial

from .a4 import render_a4
from .cards import PrintJob
from .credentials_workbook import render_workbook
from .stickers import L7160, L7163, L7651, render_stickers
from .zipping import zipped

DOCUMENTS: Mapping[str, Callable[[PrintJob], bytes]] = {
    "leerid-a4.pdf": render_a4,
    "leerid-stickers-l7160.pdf": partial(render_stickers, sheet=L7160),
    "leerid-stickers-l7163.pdf": partial(render_stickers, sheet=L7163),
    "leerid-stickers-l7651.pdf": partial(render_stickers, sheet=L7651),
}
WORKBOOK = "leerid.xlsx"


def render_zip(job: PrintJob, *, with_workbook: bool) -> bytes:
    """All documents of `job`, and for a bulk action (`with_workbook`) its workbook, as one ZIP."""
    members = {name: render(job) for name, render in DOCUMENTS.items()}
    if with_workbook:
        members[WORKBOOK] = render_workbook(job)
    return zipped(members, job.saved_at, stored=frozenset({WORKBOOK}))


def render_document(job: PrintJob, name: str) -> bytes:
    """One document of the ZIP alone, by its name in there."""
    return render_workbook(job) if name == WORKBOOK else DOCUMENTS[name](job)


def zip_name(job: PrintJob) -> str:
    """leerid-<instellingsnummer>-<jjjjmmdd-uumm>.zip"""
    return f"leerid-{job.institution_number}-{job.saved_at:%Y%m%d-%H%M}.zip"
