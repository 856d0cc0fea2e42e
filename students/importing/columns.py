"""Headings -> fields. A new format is a few more headings in FIELDS, nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schoolloket.text import fold

from . import UnusableFile


@dataclass(frozen=True)
class Field:
    """A field of the import, what the screen calls it, and its headings, the preferred first."""

    name: str
    label: str
    headings: tuple[str, ...]
    needed: bool = False


FIELDS = (
    Field("institution_number", "instellingsnummer", ("Instellingsnummer", "Instellingsnr")),
    Field("stamnummer", "stamnummer", ("Stamnummer", "Stamnr", "Stamboeknummer"), needed=True),
    Field("first_name", "voornaam", ("Voornaam",), needed=True),
    Field("last_name", "naam", ("Naam", "Achternaam", "Familienaam"), needed=True),
    Field(
        "official_first_name", "officiële voornaam", ("Officiële voornaam", "Officiële voornamen")
    ),
    Field("official_last_name", "officiële naam", ("Officiële naam", "Officiële achternaam")),
    Field("sex", "geslacht", ("Geslacht",)),
    Field("birth_date", "geboortedatum", ("Geboortedatum",)),
    Field(
        "national_number",
        "rijksregister- of bisnummer",
        ("Rijksregisternummer", "Rijksregisternr", "Insz", "Rijksregister- of bisnummer"),
    ),
    Field("administrative_group", "administratieve groep", ("Administratieve groep", "Klasgroep")),
    Field("class_code", "klas", ("Klas", "Klascode")),
    Field("starts_on", "begindatum", ("Begindatum", "Begindatum inschrijving", "Startdatum")),
    Field("ends_on", "einddatum", ("Einddatum", "Einddatum inschrijving")),
)


def _plain(heading: str) -> str:
    """A heading as it is compared: without case, accents, blanks and dots."""
    return re.sub(r"[^a-z0-9]", "", fold(heading))


_KNOWN = {_plain(heading) for field in FIELDS for heading in field.headings}


def count_known(cells: Sequence[str]) -> int:
    """Return how many of the cells are headings that the import knows."""
    return sum(_plain(cell) in _KNOWN for cell in cells)


@dataclass(frozen=True)
class Columns:
    """Which column is which field: {"class_code": 10}; and the headings that nothing reads."""

    places: dict[str, int]
    headings: tuple[str, ...]

    @property
    def taken(self) -> dict[str, str]:
        """What was taken for what, to show: {"class_code": "Klas"}."""
        return {name: self.headings[place] for name, place in self.places.items()}

    @property
    def left(self) -> list[str]:
        used = set(self.places.values())
        return [h for place, h in enumerate(self.headings) if h and place not in used]


def find_columns(headings: tuple[str, ...]) -> Columns:
    """Recognise the headings.

    Raises UnusableFile, naming the headings that would do, when a needed field has no column or
    when the same heading stands above two columns.
    """
    plain = [_plain(heading) for heading in headings]
    places = {field.name: _place(field, plain) for field in FIELDS}
    found = {name: place for name, place in places.items() if place is not None}
    missing = [field for field in FIELDS if field.needed and field.name not in found]
    if missing:
        raise UnusableFile(" ".join(_missing_message(field) for field in missing))
    return Columns(found, headings)


def _place(field: Field, plain: list[str]) -> int | None:
    for heading in field.headings:
        count = plain.count(_plain(heading))
        if count > 1:
            raise UnusableFile(
                f"Het kopje “{heading}” staat {count} keer in het bestand. "
                "Laat er één staan en probeer opnieuw."
            )
        if count:
            return plain.index(_plain(heading))
    return None


def _missing_message(field: Field) -> str:
    choices = " of ".join(f"“{heading}”" for heading in field.headings)
    return f"Er is geen kolom met {field.label}: geef een kolom het kopje {choices}."
