"""What the import page asks."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

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
