"""What the import page asks."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from students.importing.columns import BY_NAME, FIELDS, Columns, find_columns
from students.importing.plan import Plan

NO_FILE = (
    "Er is geen bestand ontvangen. Kies een .csv- of .xlsx-bestand van hoogstens "
    f"{settings.IMPORT_MAX_BYTES // 2**20} MB."
)


class UploadForm(forms.Form):
    FULL, PARTIAL = "volledig", "aanvulling"

    file = forms.FileField(
        label="Bestand",
        # Too large a file is refused before it gets here, as if there were none.
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
        # A drop-down would give both buttons one id, and each label the first of them.
        widget=forms.RadioSelect,
        error_messages={"required": "Kies of het een volledige lijst of een aanvulling is."},
    )

    @property
    def upload(self) -> dict[str, Any]:
        """What `actions.upload` asks; only for a valid form."""
        file: UploadedFile = self.cleaned_data["file"]
        return {
            "file_name": file.name or "",
            "content": file.read(),
            "full_list": self.cleaned_data["kind"] == self.FULL,
        }


class ColumnsForm(forms.Form):
    """Which column is which field: one choice for each field of the import."""

    NONE = ""

    def __init__(self, *args: Any, columns: Columns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.headings = columns.headings
        choices = [(self.NONE, "geen kolom")] + [
            (str(place), heading or f"kolom {place + 1}, zonder kopje")
            for place, heading in enumerate(columns.headings)
        ]
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

    def clean(self) -> dict[str, Any]:
        twice: dict[str, str] = {}
        for name, place in list(self.cleaned_data.items()):
            if place and place in twice:
                self.add_error(name, f"Deze kolom koos je ook voor {BY_NAME[twice[place]].label}.")
            twice.setdefault(place, name)
        return self.cleaned_data

    @property
    def chosen(self) -> dict[str, int | None]:
        """What the manager chose otherwise than the headings say; only for a valid form."""
        found = find_columns(self.headings).places
        given = {name: int(place) if place else None for name, place in self.cleaned_data.items()}
        return {name: place for name, place in given.items() if place != found.get(name)}


class AnswersForm(forms.Form):
    """What the manager says about each row in conflict."""

    SKIP = ""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        for conflict in plan.conflicts:
            options = [(choice.value, choice.label) for choice in conflict.choices]
            self.fields[f"rij-{conflict.row}"] = forms.ChoiceField(
                label=f"Rij {conflict.row}",
                choices=[(self.SKIP, "Sla de rij over"), *options],
                required=False,
                initial=conflict.answer,
                help_text=conflict.reason,
                widget=forms.RadioSelect,
            )

    @property
    def answers(self) -> dict[str, str]:
        """The answers by row number; only for a valid form."""
        given = ((name.removeprefix("rij-"), value) for name, value in self.cleaned_data.items())
        return {row: value for row, value in given if value}
