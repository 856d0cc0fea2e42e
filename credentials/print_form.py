"""The form for how a batch is printed."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.formats import number_format

from schoolloket.core.forms import Form

from .documents import Document, documents_of
from .models import Batch, PrintChoices
from .print_setup import PrintSetup
from .rendering.sheets import L7160, L7163, L7651, Sheet

_TICK = {"class": "form-check-input"}
_BEYOND_THE_SHEET = "Kies een etiket van het blad: {name} heeft er {labels}."
_HALVES = int(PrintChoices.MOST_OFFSET / PrintChoices.OFFSET_STEP)
# From 0.5 mm to the largest offset.
_OFFSETS = [step * PrintChoices.OFFSET_STEP for step in range(1, _HALVES + 1)]


def _documents_field(documents: Iterable[Document]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Documenten",
        choices=[(document.name, document.label) for document in documents],
        widget=forms.CheckboxSelectMultiple(attrs=_TICK),
        error_messages={
            "required": "Kies minstens één document.",
            "invalid_choice": "Kies alleen documenten uit de lijst.",
        },
    )


def _offset_field(*, backwards: str, forwards: str, label: str) -> forms.TypedChoiceField:
    """Return a menu from 5 mm one way to 5 mm the other, in halves."""
    there = [(str(offset), f"{number_format(offset, 1)} mm {forwards}") for offset in _OFFSETS]
    back = [(f"-{offset}", f"{number_format(offset, 1)} mm {backwards}") for offset in _OFFSETS]
    choices = [*reversed(back), ("0.0", "0 mm"), *there]

    wrong = "Kies een verschuiving van hoogstens 5 mm, in halve millimeters."
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        coerce=Decimal,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


def _first_label_field(sheet: Sheet) -> forms.TypedChoiceField:
    numbers = range(1, sheet.labels + 1)
    wrong = _BEYOND_THE_SHEET.format(name=sheet.name, labels=sheet.labels)
    return forms.TypedChoiceField(
        label=f"Eerste vrije etiket van {sheet.name}",
        choices=[(number, number) for number in numbers],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


# Name of a field -> the sheet whose first free label it holds.
FIRST_LABELS = {"first_l7160": L7160, "first_l7163": L7163, "first_l7651": L7651}


class PrintForm(Form):
    """Which documents of a batch, where the pages begin, and what the printer shifts."""

    page_per_class = forms.BooleanField(
        label="Een nieuw blad voor elke klas",
        required=False,
        widget=forms.CheckboxInput(attrs=_TICK),
    )
    right = _offset_field(backwards="naar links", forwards="naar rechts", label="Opzij")
    down = _offset_field(backwards="naar boven", forwards="naar beneden", label="In de hoogte")

    first_l7160 = _first_label_field(L7160)
    first_l7163 = _first_label_field(L7163)
    first_l7651 = _first_label_field(L7651)

    def __init__(self, data: QueryDict | None, *, batch: Batch, setup: PrintSetup) -> None:
        """Show the setup, or what was posted instead of it."""
        printing = setup.printing
        initial: dict[str, Any] = {
            "documents": [document.name for document in setup.documents],
            "page_per_class": printing.page_per_class,
            "right": str(Decimal(printing.right).quantize(PrintChoices.OFFSET_STEP)),
            "down": str(Decimal(printing.down).quantize(PrintChoices.OFFSET_STEP)),
        }
        for name, sheet in FIRST_LABELS.items():
            initial[name] = printing.first_labels.get(sheet.name, 1)
        super().__init__(data, initial=initial)

        self.fields["documents"] = _documents_field(documents_of(batch))

    @property
    def first_labels(self) -> list[tuple[Sheet, BoundField]]:
        """Each sheet of labels with its field."""
        return [(sheet, self[name]) for name, sheet in FIRST_LABELS.items()]

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen, as the action takes it."""
        given = self.cleaned_data
        return {
            "documents": given["documents"],
            "page_per_class": given["page_per_class"],
            "first_labels": {sheet.name: given[name] for name, sheet in FIRST_LABELS.items()},
            "right": given["right"],
            "down": given["down"],
        }
