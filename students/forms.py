"""The forms of the import page: a file, its columns, and answers to conflicts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from schoolloket.core.clock import today
from schoolloket.core.forms import Form
from students.importing.columns import BY_NAME, FIELDS, Columns, Field, find_columns
from students.importing.plan import Conflict
from students.school_years import SchoolYear

NO_FILE = (
    "Er is geen bestand ontvangen, of het is te groot. Kies een .csv- of .xlsx-bestand van "
    f"hoogstens {settings.IMPORT_MAX_BYTES // 2**20} MB."
)


# What the import takes for a field without a column.
DEFAULTS = {
    "starts_on": "zonder kolom: 1 september van het schooljaar",
    "ends_on": "zonder kolom: 31 augustus van het schooljaar",
}


class UploadForm(forms.Form):
    """A list of the school, and its kind.

    A full list ends the enrolments that it does not name; an addition ends none.
    """

    FULL, PARTIAL = "volledig", "aanvulling"

    file = forms.FileField(
        label="Bestand",
        # A file that is too large is refused before it gets here, as if there were none.
        error_messages={"required": NO_FILE, "invalid": NO_FILE},
        help_text=(
            "Een .csv- of .xlsx-bestand uit het leerlingadministratiepakket, van hoogstens "
            f"{settings.IMPORT_MAX_BYTES // 2**20} MB."
        ),
        # An empty one gets the importer's own message.
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,.txt,.xlsx"}),
    )
    kind = forms.ChoiceField(
        label="Wat is het voor een lijst?",
        choices=[(FULL, "Volledige lijst"), (PARTIAL, "Aanvulling")],
        initial=FULL,
        # As a drop-down both options would share one id, and each label the first option.
        widget=forms.RadioSelect,
        error_messages={"required": "Kies of het een volledige lijst of een aanvulling is."},
    )

    @property
    def upload(self) -> dict[str, Any]:
        """Return the arguments of `actions.upload`; only for a valid form."""
        file: UploadedFile = self.cleaned_data["file"]
        return {
            "file_name": file.name or "",
            "content": file.read(),
            "full_list": self.cleaned_data["kind"] == self.FULL,
        }


class ColumnsForm(Form):
    """The column of each field of the import, by its place from 0; `columns`: as they are now."""

    NONE = ""

    def __init__(self, *args: Any, columns: Columns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = columns.headings

        choices = [(self.NONE, "geen kolom")]
        for place, heading in enumerate(columns.headings):
            label = heading or f"kolom {place + 1}, zonder kopje"
            choices.append((str(place), label))

        for field in FIELDS:
            self.fields[field.name] = forms.ChoiceField(
                label=field.label,
                choices=choices,
                required=field.needed,
                initial=str(columns.places.get(field.name, self.NONE)),
                error_messages={
                    "required": f"Kies de kolom met {field.label}.",
                    "invalid_choice": f"Kies de kolom met {field.label} uit de lijst.",
                },
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )
        self["call_name"].help_text = "telt als voornaam, waar ze is ingevuld"
        for name, default in DEFAULTS.items():
            if not self[name].value():
                self[name].help_text = default

    def clean(self) -> dict[str, Any]:
        """Refuse a column that was chosen for an earlier field too."""
        field_of: dict[str, Field] = {}
        # A copy, since `add_error` takes the field out of `cleaned_data`.
        for name, place in list(self.cleaned_data.items()):
            if place == self.NONE:
                continue

            if place in field_of:
                self.add_error(name, f"Deze kolom koos je ook voor {field_of[place].label}.")
            else:
                field_of[place] = BY_NAME[name]

        return self.cleaned_data

    @property
    def chosen(self) -> dict[str, int | None]:
        """Return what the manager chose otherwise than the headings say; only for a valid form.

        By field, the place of the column, or None for no column: {"class_code": 4}.
        """
        recognised = find_columns(self.headings, oldest_year=SchoolYear.of(today()).begins).places
        chosen: dict[str, int | None] = {}
        for name, value in self.cleaned_data.items():
            place = None
            if value != self.NONE:
                place = int(value)

            if place != recognised.get(name):
                chosen[name] = place

        return chosen


class AnswersForm(Form):
    """One answer for each of these rows in conflict: a value of Choice, or none to skip the row."""

    SKIP = ""

    def __init__(self, *args: Any, conflicts: Iterable[Conflict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for conflict in conflicts:
            choices = [(self.SKIP, "Sla de rij over")]
            for choice in conflict.choices:
                choices.append((choice.value, str(choice.label)))

            self.fields[f"rij-{int(conflict.row)}"] = forms.ChoiceField(
                label=f"Rij {conflict.row}: {conflict.name} ({conflict.stamnummer})",
                choices=choices,
                required=False,
                initial=conflict.answer,
                help_text=conflict.reason,
                widget=forms.RadioSelect,
            )

    @property
    def answers(self) -> dict[str, str]:
        """Return the answers by row number, {"12": "zonder", "13": ""}; only for a valid form.

        A row of which nothing was sent has none.
        """
        answers = {}
        for name, answer in self.cleaned_data.items():
            if name in self.data:
                answers[name.removeprefix("rij-")] = answer

        return answers
