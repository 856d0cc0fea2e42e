"""From a saved batch to the documents that are printed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.utils import timezone

from accounts.models import PasswordKind
from credentials.rendering.a4 import render_a4
from credentials.rendering.archive import render_zip, zip_name
from credentials.rendering.cards import AS_IT_COMES, Card, Printing, PrintJob
from credentials.rendering.class_list import render_class_list
from credentials.rendering.credentials_workbook import render_workbook
from credentials.rendering.id_cards import render_id_cards
from credentials.rendering.letter import render_letter
from credentials.rendering.sheets import LABEL_SHEETS, Sheet
from credentials.rendering.stickers import render_stickers
from schoolloket.core.downloads import PDF, XLSX, ZIP
from schoolloket.core.exceptions import NotPrintable
from students.models import Enrolment, Student

from . import passwords, sealing
from .enrolments import enrolments_of
from .models import Batch, BatchItem, BatchItemQuerySet
from .print_order import in_print_order
from .sealing import Secrets


@dataclass(frozen=True)
class Document:
    """Something to download.

    `name` is in the URL and is the file's name in the ZIP. `label` is on the button.
    """

    name: str
    label: str
    content_type: str
    render: Callable[[PrintJob], bytes]

    @property
    def opens(self) -> bool:
        """Whether a browser shows it, without a file on the computer."""
        return self.content_type == PDF


def _stickers(sheet: Sheet) -> Document:
    return Document(
        name=f"leerid-stickers-{sheet.name.lower()}.pdf",
        label=f"Stickers {sheet.name}",
        content_type=PDF,
        render=partial(render_stickers, sheet=sheet),
    )


A4 = Document("leerid-a4.pdf", "A4-bladen", PDF, render_a4)
STICKERS = {sheet.name: _stickers(sheet) for sheet in LABEL_SHEETS.values()}
LETTER = Document("leerid-brief.pdf", "Brief om te plooien", PDF, render_letter)
CARDS = Document("leerid-kaartjes.pdf", "Kaartjes om te knippen", PDF, render_id_cards)
CLASS_LIST = Document("leerid-klaslijst.pdf", "Klaslijst", PDF, render_class_list)
WORKBOOK = Document("leerid.xlsx", "Excel", XLSX, render_workbook)

# In the order of the ZIP.
DOCUMENTS = (A4, LETTER, *STICKERS.values(), CARDS, CLASS_LIST, WORKBOOK)


def documents_of(batch: Batch) -> list[Document]:
    """Return every document that a batch has; which of them are printed is the school's choice.

    A helper gets no workbook (R13).
    """
    has_workbook = batch.has_workbook and batch.institution.limited_to is None
    return [one for one in DOCUMENTS if one is not WORKBOOK or has_workbook]


def zip_of(documents: Iterable[Document]) -> Document:
    """Return the ZIP with these documents."""
    renderers = {document.name: document.render for document in documents}
    return Document(
        name="zip",
        label="Download alles (ZIP)",
        content_type=ZIP,
        render=partial(render_zip, documents=renderers),
    )


@dataclass(frozen=True)
class File:
    """A rendered document, under the name that the browser saves."""

    name: str
    content_type: str
    content: bytes


def render(batch: Batch, document: Document, printing: Printing) -> File:
    """Return the document as a file. Raises NotPrintable as `print_job` does.

    The ZIP is named after its school and the time of its save, a document by its own name.
    """
    job = print_job(batch, printing)
    content = document.render(job)

    name = document.name
    if document.content_type == ZIP:
        name = zip_name(job)

    return File(name, document.content_type, content)


def print_job(batch: Batch, printing: Printing = AS_IT_COMES) -> PrintJob:
    """Return the cards of a saved batch, without passwords that are dead by now (R3).

    Raises NotPrintable where its secrets are gone (R4) or none of them is valid any more, and
    VaultLocked where the keys do not fit.
    """
    return job_with(_cards(batch, batch.items.all()), batch, printing)


def job_with(cards: Iterable[Card], batch: Batch, printing: Printing) -> PrintJob:
    """Return these cards of a saved batch as a job, in print order."""
    return PrintJob(
        institution_number=batch.institution.number,
        institution_name=str(batch.institution),
        batch_number=batch.number or 0,
        saved_at=timezone.localtime(batch.saved_at),
        cards=tuple(in_print_order(cards)),
        printing=printing,
    )


def card_of(batch: Batch, student_id: int) -> Card:
    """Return the card of one pupil of a saved batch, never with a dead password (R3).

    Raises NotPrintable and VaultLocked as `print_job` does.
    """
    [card] = _cards(batch, batch.items.filter(student=student_id))
    return card


def _cards(batch: Batch, items: BatchItemQuerySet) -> list[Card]:
    """Return a card for each of these items with a valid password. Raises NotPrintable."""
    if not batch.is_printable(timezone.now()):
        raise NotPrintable

    printable = list(items.valid().exclude(sealed=""))
    enrolments = enrolments_of(batch, printable)

    cards = []
    for item in printable:
        enrolment = enrolments.get(item.student_id)
        # The school may not see a pupil whose enrolment was withdrawn (R11).
        if enrolment is not None:
            cards.append(card_with(sealing.unseal(item.sealed), item, enrolment))
    if not cards:
        raise NotPrintable
    return cards


def card_with(secrets: Secrets, item: BatchItem, enrolment: Enrolment) -> Card:
    """Return the card of an item with these secrets on it."""
    kind = PasswordKind(item.password_kind)
    password = passwords.shown(kind, secrets.password)

    return Card(
        stamnummer=enrolment.stamnummer,
        first_name=enrolment.first_name,
        last_name=enrolment.last_name,
        administrative_group=enrolment.administrative_group,
        class_code=enrolment.class_code,
        username=item.username,
        sign_in_url=f"{settings.PORTAL.url}/{item.username}",
        kind=kind.account_kind.label,
        password_kind=kind.label,
        temporary=kind == PasswordKind.ADVANCED,
        password=password.text,
        pictures=password.pictures,
        official_name=_official_name(enrolment.student),
        code=secrets.code,
    )


def _official_name(student: Student) -> str:
    return f"{student.official_first_name} {student.official_last_name}".strip()
