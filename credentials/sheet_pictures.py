"""The small picture of the first sheet of a document, as the choices make it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from .print_order import in_print_order
from .print_setup import PrintSetup
from .rendering.sheets import Sheet
from .results import Row


@dataclass(frozen=True)
class LabelPicture:
    """A label on the picture, in mm from the upper left corner of the sheet."""

    left: float
    top: float
    is_printed: bool


@dataclass(frozen=True)
class SheetPicture:
    """The first sheet of labels: where its labels are, and which of them are printed."""

    sheet: Sheet
    labels: list[LabelPicture]
    # What the printer is told to shift, in mm.
    right: float
    down: float

    @property
    def width(self) -> float:
        """The width of a label, in mm."""
        return self.sheet.label_width

    @property
    def height(self) -> float:
        """The height of a label, in mm."""
        return self.sheet.label_height

    @property
    def description(self) -> str:
        """What the picture shows, in words."""
        printed = sum(label.is_printed for label in self.labels)
        return f"Eerste blad {self.sheet.name}: {printed} van de {self.sheet.labels} etiketten"


def pictures_of(setup: PrintSetup, rows: Sequence[Row]) -> list[SheetPicture]:
    """Return a picture for each sheet of labels with these rows on it."""
    together = len(rows)
    if setup.printing.page_per_class and rows:
        pupils = in_print_order(row.enrolment for row in rows)
        _, first_class = next(groupby(pupils, key=attrgetter("class_code")))
        together = len(list(first_class))

    return [_picture(setup, sheet, together) for sheet in setup.sheets]


def _picture(setup: PrintSetup, sheet: Sheet, pupils: int) -> SheetPicture:
    first = setup.printing.first_labels.get(sheet.name, 1) - 1
    labels = []
    for index in range(sheet.labels):
        left, top = sheet.position(index)
        labels.append(LabelPicture(left, top, first <= index < first + pupils))
    return SheetPicture(sheet, labels, setup.printing.right, setup.printing.down)
