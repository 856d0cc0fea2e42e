"""Headings -> fields. A new format is a few more headings in FIELDS, nothing else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schoolloket.core.text import fold


@dataclass(frozen=True)
class Field:
    """A field of the import, what the screen calls it, and its headings, the preferred first."""

    name: str
    label: str
    headings: tuple[str, ...]
    needed: bool = False


FIELDS = (
    Field(
        "institution_number",
        "instellingsnummer",
        ("Instellingsnummer", "Instellingsnr", "Instelnr"),
    ),
    Field(
        "stamnummer",
        "stamnummer",
        ("Stamnummer", "Stamnr", "Stamboeknummer", "Stamboeknr", "Stamnr_kort"),
        needed=True,
    ),
    Field("first_name", "voornaam", ("Voornaam",), needed=True),
    Field("call_name", "roepnaam", ("Roepnaam",)),
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
        (
            "Rijksregisternummer",
            "Rijksregisternr",
            "Rijksregnr",
            "Insz",
            "Insznummer",
            "Rijksregister- of bisnummer",
            "Bisnummer",
            "Bisnr",
        ),
    ),
    Field(
        "administrative_group",
        "administratieve groep",
        ("Administratieve groep", "Admingroep", "Klasgroep"),
    ),
    Field("class_code", "klas", ("Klas", "Klascode")),
    Field(
        "starts_on",
        "begindatum",
        ("Begindatum", "Begindatum inschrijving", "Inschrijvingsdatum", "Startdatum"),
    ),
    Field("ends_on", "einddatum", ("Einddatum", "Einddatum inschrijving", "Uitschrijvingsdatum")),
)
BY_NAME = {field.name: field for field in FIELDS}


def _plain(heading: str) -> str:
    """A heading as it is compared: without case, accents, blanks and dots."""
    return re.sub(r"[^a-z0-9]", "", fold(heading))


_PLAIN = {field.name: [_plain(heading) for heading in field.headings] for field in FIELDS}
_KNOWN = {heading for headings in _PLAIN.values() for heading in headings}


def count_known(cells: Sequence[str]) -> int:
    """Return how many of the cells are headings that the import knows."""
    return sum(_plain(cell) in _KNOWN for cell in cells)


@dataclass(frozen=True)
class Columns:
    """Which column is which field: {"class_code": 10}.

    `problems`: why rows cannot be read this way, in Dutch; the manager may choose the column.
    """

    places: dict[str, int]
    headings: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def taken(self) -> dict[str, str]:
        """What was taken for what, to show: {"class_code": "Klas"}."""
        return {name: self.headings[place] for name, place in self.places.items()}

    @property
    def left(self) -> list[str]:
        """The headings that nothing reads."""
        used = set(self.places.values())
        return [h for place, h in enumerate(self.headings) if h and place not in used]


def find_columns(
    headings: tuple[str, ...], chosen: Mapping[str, int | None] | None = None
) -> Columns:
    """Recognise the headings.

    `chosen`: by field, the column that the manager pointed out, or None for no column at all; a
    column that was pointed out is no longer taken for something else.
    """
    chosen = chosen or {}
    pointed = {place for place in chosen.values() if place is not None}
    plain = ["" if i in pointed else _plain(heading) for i, heading in enumerate(headings)]
    places = {name: place for name, place in chosen.items() if place is not None}
    problems = []
    for field in FIELDS:
        if field.name not in chosen:
            place, heading = _place(field, plain)
            if heading:
                problems.append(_twice_message(heading, plain))
            elif place is not None:
                places[field.name] = place
    missing = [f for f in FIELDS if f.needed and f.name not in places]
    problems += [] if problems else [_missing_message(field) for field in missing]
    return Columns(places, headings, tuple(problems))


def _place(field: Field, plain: list[str]) -> tuple[int | None, str]:
    """The column of a field, or the heading that stands above more than one."""
    for heading, looks in zip(field.headings, _PLAIN[field.name], strict=True):
        count = plain.count(looks)
        if count > 1:
            return None, heading
        if count:
            return plain.index(looks), ""
    return None, ""


def _twice_message(heading: str, plain: list[str]) -> str:
    return (
        f"Het kopje “{heading}” staat {plain.count(_plain(heading))} keer in het bestand. "
        "Laat er één staan, of kies welke kolom het is."
    )


def _missing_message(field: Field) -> str:
    choices = " of ".join(f"“{heading}”" for heading in field.headings)
    return f"Er is geen kolom met {field.label}: geef een kolom het kopje {choices}."
