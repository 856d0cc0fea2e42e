"""What an operator fills in to find a pupil, and what a confirmation posts."""

from typing import Any

from django import forms


class PupilSearchForm(forms.Form):
    """A pupil by the username, or by the number of an institution with the stamnummer there."""

    username = forms.CharField(label="Gebruikersnaam", required=False, max_length=64)
    institution = forms.CharField(label="Instellingsnummer", required=False, max_length=6)
    stamnummer = forms.CharField(label="Stamnummer", required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        """Ask for enough to find one pupil."""
        data = super().clean() or {}
        if data.get("username"):
            return data
        if data.get("institution") and data.get("stamnummer"):
            return data

        raise forms.ValidationError(
            "Vul een gebruikersnaam in, of een instellingsnummer met een stamnummer."
        )


class SurvivorForm(forms.Form):
    """The student who stays by the page that the operator confirms."""

    survivor = forms.IntegerField(widget=forms.HiddenInput)
