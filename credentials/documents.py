"""From a saved batch to the documents that are printed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.models import PasswordKind
from accounts.overview import leading
from credentials.rendering import archive, fonts
from credentials.rendering.cards import Card, PrintJob, in_print_order
from schoolloket.core import clock, vault
from schoolloket.core.downloads import PDF, XLSX, ZIP
from schoolloket.core.exceptions import NotPrintable
from students.models import Enrolment

from . import passwords
from .models import Batch, BatchItem


@dataclass(frozen=True)
class Document:
    """Something to download: `name` stands in the address, `label` on the button."""

    name: str
    label: str
    content_type: str


EVERYTHING = Document("zip", "Download alles (ZIP)", ZIP)
WORKBOOK = Document(archive.WORKBOOK, "Excel", XLSX)
SHEETS = [
    Document("leerid-a4.pdf", "A4-bladen", PDF),
    Document("leerid-stickers-l7160.pdf", "Stickers L7160", PDF),
    Document("leerid-stickers-l7163.pdf", "Stickers L7163", PDF),
    Document("leerid-stickers-l7651.pdf", "Stickers L7651", PDF),
]


def documents_of(batch: Batch) -> list[Document]:
    """Return what can be downloaded of a batch: the ZIP first, then each document in it."""
    return [EVERYTHING, *SHEETS, *([WORKBOOK] if batch.has_workbook else [])]


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


def render(batch: Batch, document: Document) -> File:
    """Return the document as a file. Raises NotPrintable where the secrets are gone."""
    job = print_job(batch)
    if document == EVERYTHING:
        content = archive.render_zip(job, with_workbook=batch.has_workbook)
        return File(archive.zip_name(job), ZIP, content)
    content = archive.render_document(job, document.name)
    return File(document.name, document.content_type, content)


def print_job(batch: Batch) -> PrintJob:
    """Return the cards of a saved batch, but for passwords that are dead by now (R3).

    Raises NotPrintable where its secrets are gone (R4) or none of them is valid any more.
    """
    if not batch.is_printable(timezone.now()):
        raise NotPrintable
    items = list(batch.items.valid().exclude(sealed=""))
    rows = enrolments_of(batch, items)
    cards = [_card(item, rows[item.student_id]) for item in items if item.student_id in rows]
    if not cards:
        raise NotPrintable
    return PrintJob(
        institution_number=batch.institution.number,
        institution_name=str(batch.institution),
        batch_number=batch.number or 0,
        saved_at=timezone.localtime(batch.saved_at),
        cards=in_print_order(cards),
    )


def enrolments_of(batch: Batch, items: Iterable[BatchItem]) -> dict[int, Enrolment]:
    """Return the enrolment that leads today in the batch's institution, by student."""
    # Without the students and accounts that the list shows beside them: nobody asks for those.
    rows = leading(batch.institution, clock.today()).select_related(None)
    return {row.student_id: row for row in rows.filter(student__in=[i.student_id for i in items])}


def _card(item: BatchItem, row: Enrolment) -> Card:
    password = passwords.shown(item.password_kind, vault.unseal(item.sealed))
    kind = PasswordKind(item.password_kind)
    return Card(
        stamnummer=row.stamnummer,
        first_name=row.first_name,
        last_name=row.last_name,
        administrative_group=row.administrative_group,
        class_code=row.class_code,
        username=item.username,
        address=f"{settings.PORTAL.url}/{item.username}",
        kind=kind.account_kind.label,
        password_kind=kind.label,
        temporary=kind == PasswordKind.ADVANCED,
        password=password.text,
        pictures=password.pictures,
    )


def unprintable_names(batch: Batch) -> list[str]:
    """Return the names with letters that the printed face lacks; on paper they are folded."""
    rows = enrolments_of(batch, batch.items.valid()).values()
    return [row.full_name for row in rows if not fonts.spelled_in_full(row.full_name)]
