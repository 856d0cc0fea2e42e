"""Sheets of labels in millimetres, and the label that each card of a job gets on them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from .cards import Card, PrintJob
from .paper import MM, PAGE_HEIGHT

SAFE_INSET = 2.0  # mm without ink along every side of a label: printers drift


@dataclass(frozen=True)
class Sheet:
    """An A4 sheet of labels, in mm; the pitch is from the edge of a label to that of the next."""

    name: str
    columns: int
    rows: int
    label_width: float
    label_height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float

    @property
    def labels(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    def position(self, index: int) -> tuple[float, float]:
        """Return left and top in mm of the label at `index`, counted along the rows from 0."""
        row, column = divmod(index, self.columns)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y

    def corner(self, index: int) -> tuple[float, float]:
        """Return left and bottom in pt of the label at `index`, as PDF measures them."""
        left, top = self.position(index)
        return left * MM, PAGE_HEIGHT - (top + self.label_height) * MM


L7160 = Sheet("L7160", 3, 7, 63.5, 38.1, 7.20, 15.15, 66.04, 38.10)
L7163 = Sheet("L7163", 2, 7, 99.06, 38.1, 4.67, 15.15, 101.60, 38.10)
L7651 = Sheet("L7651", 5, 13, 38.1, 21.17, 4.67, 10.90, 40.64, 21.17)
# Plain A4 to cut: cards of the size of a bank card, for a badge pouch.
CARDS = Sheet("kaartjes", 2, 5, 85.6, 54, 19.4, 13.5, 85.6, 54)

# Label paper, by name.
LABEL_SHEETS = {sheet.name: sheet for sheet in (L7160, L7163, L7651)}

Placed = list[tuple[int, Card]]


def pages_of(job: PrintJob, sheet: Sheet) -> Iterator[Placed]:
    """Yield for each page the cards on it, each with the index of its label.

    The first page begins at the job's first free label of that sheet; with a new page per class
    each class begins one.
    """
    first = job.printing.first_labels.get(sheet.name, 1) - 1
    for cards in _together(job):
        page: Placed = []
        for index, card in enumerate(cards, start=first):
            page.append((index % sheet.labels, card))
            if page[-1][0] == sheet.labels - 1:
                yield page
                page = []
        if page:
            yield page
        first = 0


def _together(job: PrintJob) -> Iterable[list[Card]]:
    """Yield the cards that follow each other on the same pages: of a class, or all of them."""
    if not job.printing.page_per_class:
        return [list(job.cards)]
    by_class = groupby(job.cards, key=attrgetter("class_code"))
    return [list(cards) for _, cards in by_class]
