"""Headings -> fields. Another administration package needs only more headings in FIELDS."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from schoolloket.core.text import fold


@dataclass(frozen=True)
class Field:
    """A field of the import: its name on the screen, and its headings, the preferred one first."""

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
    """Return a heading as it is compared: without case, accents, blanks and dots."""
    return re.sub(r"[^a-z0-9]", "", fold(heading))


_KNOWN = {_plain(heading) for field in FIELDS for heading in field.headings}


def count_known(cells: Sequence[str]) -> int:
    """Return how many of the cells are headings that the import knows.

    The heading row is recognised by it, and so is the delimiter of a .csv.
    """
    return sum(_plain(cell) in _KNOWN for cell in cells)


@dataclass(frozen=True)
class Columns:
    """The column of each field, by its place from 0: {"class_code": 10}.

    `problems`: why rows cannot be read this way, in Dutch; the manager may point out the column.
    """

    places: dict[str, int]
    headings: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def taken(self) -> dict[str, str]:
        """Return the heading of each field, to show: {"class_code": "Klas"}."""
        return {name: self.headings[place] for name, place in self.places.items()}

    @property
    def unread(self) -> list[str]:
        """Return the headings of the columns that nothing reads."""
        read = set(self.places.values())
        left = []
        for place, heading in enumerate(self.headings):
            if heading and place not in read:
                left.append(heading)

        return left


def find_columns(
    headings: tuple[str, ...], chosen: Mapping[str, int | None] | None = None
) -> Columns:
    """Recognise the headings.

    `chosen`: by field, the place of the column that the manager pointed out, or None for no column
    at all. A column that was pointed out is no longer taken for another field.

    Of several headings of one field the preferred one is taken. A heading above two columns is a
    problem, and so is a needed field without a column.
    """
    if chosen is None:
        chosen = {}
    places: dict[str, int] = {}
    problems: list[str] = []

    # The columns that the manager pointed out.
    plain = [_plain(heading) for heading in headings]
    for name, place in chosen.items():
        if place is not None:
            places[name] = place
            plain[place] = ""

    # The other fields, by their headings.
    for field in FIELDS:
        heading = _preferred_heading(field, plain)
        if heading is None or field.name in chosen:
            continue

        count = plain.count(_plain(heading))
        if count == 1:
            places[field.name] = plain.index(_plain(heading))
        else:
            problems.append(
                f"Het kopje “{heading}” staat {count} keer in het bestand. "
                "Laat er één staan, of kies welke kolom het is."
            )

    # A field whose heading is repeated is not missing as well.
    if not problems:
        problems = _missing(places)

    return Columns(places, headings, tuple(problems))


def _preferred_heading(field: Field, plain: Collection[str]) -> str | None:
    """Return the first of the field's headings that is among these."""
    for heading in field.headings:
        if _plain(heading) in plain:
            return heading
    return None


def _missing(places: Collection[str]) -> list[str]:
    """Return a problem for each needed field without a place: the headings that it may have."""
    problems = []
    for field in FIELDS:
        if field.name in places or not field.needed:
            continue

        choices = " of ".join(f"“{heading}”" for heading in field.headings)
        problems.append(f"Er is geen kolom met {field.label}: geef een kolom het kopje {choices}.")

    return problems
