"""How one batch is printed: which documents, and where on the paper.

The school's last choice holds for its next batch too; the first free label is that of the sheets
which lie ready for one batch, and holds for that batch alone.
"""

from dataclasses import dataclass

from schoolloket.institutions.models import Institution

from .documents import A4, CLASS_LIST, STICKERS, WORKBOOK, Document, documents_of, zip_of
from .models import Batch, PrintChoices
from .rendering.cards import Printing
from .rendering.sheets import LABEL_SHEETS, Sheet

# What a school gets that chose nothing yet.
BY_DEFAULT = [document.name for document in (A4, *STICKERS.values(), WORKBOOK)]


@dataclass(frozen=True)
class PrintSetup:
    """The documents of a batch that are wanted, in the order of the ZIP, and their printing."""

    documents: list[Document]
    printing: Printing

    @classmethod
    def of(cls, batch: Batch) -> "PrintSetup":
        """Return the setup of a saved batch, in two queries."""
        choices = choices_of(batch.institution)
        printing = Printing(
            page_per_class=_unless_chosen(choices.page_per_class, batch),
            first_labels=batch.first_labels,
            right=float(choices.right),
            down=float(choices.down),
        )
        return cls(_documents(batch, choices), printing)

    @property
    def downloads(self) -> list[Document]:
        """The ZIP, then each document in it."""
        return [zip_of(self.documents), *self.documents]

    @property
    def sheets(self) -> list[Sheet]:
        """The sheets of labels among the documents."""
        return [LABEL_SHEETS[name] for name, one in STICKERS.items() if one in self.documents]


def choices_of(institution: Institution) -> PrintChoices:
    """Return what the school chose last, or what it gets without a choice."""
    chosen = PrintChoices.objects.filter(institution=institution).first()
    return chosen or PrintChoices(institution=institution, documents=BY_DEFAULT)


def _documents(batch: Batch, choices: PrintChoices) -> list[Document]:
    """Return the wanted ones; a batch that has none of them is printed on A4."""
    wanted = set(choices.documents)
    if _unless_chosen(choices.class_list, batch):
        wanted.add(CLASS_LIST.name)

    return [one for one in documents_of(batch) if one.name in wanted] or [A4]


def _unless_chosen(choice: bool | None, batch: Batch) -> bool:
    """Return the choice; without one, what is for more than one class is done for those."""
    if choice is None:
        return batch.has_several_classes
    return choice
