"""Headings -> fields. Another administration package needs only more headings in FIELDS."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple, TypeVar

from schoolloket.core.text import fold

T = TypeVar("T")


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
    Field("sex", "geslacht", ("Geslacht", "Sekse", "M/V")),
    Field("birth_date", "geboortedatum", ("Geboortedatum", "Geb. datum", "Geboren op")),
    Field(
        "national_number",
        "rijksregister- of bisnummer",
        (
            "Rijksregisternummer",
            "Rijksregisternr",
            "Rijksregnr",
            "Rijksregister",
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
        ("Administratieve groep", "Adm. groep", "Admingroep", "Klasgroep"),
    ),
    Field("class_code", "klas", ("Klas", "Klascode")),
    Field(
        "starts_on",
        "begindatum",
        (
            *("Begindatum", "Begindatum inschrijving", "Begin inschrijving"),
            *("Inschrijvingsdatum", "Startdatum"),
        ),
    ),
    Field(
        "ends_on",
        "einddatum",
        (
            *("Einddatum", "Einddatum inschrijving", "Einde inschrijving"),
            "Uitschrijvingsdatum",
        ),
    ),
)
BY_NAME = {field.name: field for field in FIELDS}


def _plain(heading: str) -> str:
    """Return a heading as it is compared: without case, accents, blanks and dots."""
    return re.sub(r"[^a-z0-9]", "", fold(heading))


# {"stamnr": ("stamnummer", 1)}: the field of a heading, and its place among those of the field.
_KNOWN = {
    _plain(heading): (field.name, place)
    for field in FIELDS
    for place, heading in enumerate(field.headings)
}
# A unit, a remark or an example after the name: `Geboortedatum (dd/mm/jjjj)`.
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# `2026-2027`, `26/27`
_SCHOOL_YEAR = re.compile(r"\b(?:20)?([2-9]\d) ?[-/\u2013] ?(?:20)?(\d\d)\b")
_YEAR = re.compile(r"\b20\d\d\b")
_WORD = re.compile(r"[a-z0-9]+")
# Words beside the name of a field that leave its meaning as it is.
_NEUTRAL = frozenset(
    {
        "leerling",
        "leerlingen",
        "lln",
        "kind",
        "pupil",
        "van",
        "de",
        "het",
        "een",
        "der",
        "huidig",
        "huidige",
        "schooljaar",
        "sj",
        "dd",
        "mm",
        "jj",
        "jjjj",
        "yy",
        "yyyy",
        "m",
        "v",
        "x",
        "f",
        "datum",
        "nodig",
        "verplicht",
    }
)
# `Gebortedatum`, above a column that nobody named better.
_RESEMBLES = 0.85
_LONGEST_NAME = 60


class Meaning(NamedTuple):
    """What a heading means: a field, and how sure that is, 0 for the name of the field itself.

    Smaller is better: a heading as it is known goes before one with a unit or another word beside
    it, and of two known ones the first in FIELDS.
    """

    field: str
    doubt: tuple[int, int]


@lru_cache(maxsize=1_000)
def meaning_of(heading: str) -> Meaning | None:
    """Return what a heading means by itself, by what stands before brackets, a year or a unit."""
    for level, plain in enumerate(_readings(heading)):
        if plain in _KNOWN:
            name, place = _KNOWN[plain]
            return Meaning(name, (level, place))
    return None


def shared_meaning(heading: str) -> str:
    """Return what two headings have in common that mean the same: the field, or how they read."""
    meaning = meaning_of(heading)
    if meaning is None:
        return _plain(heading)
    return meaning.field


def _readings(heading: str) -> Iterator[str]:
    """Yield the heading as it is compared: whole, without unit and year, without other words."""
    if len(heading) > _LONGEST_NAME:
        return
    yield _plain(heading)

    name = fold(_IN_BRACKETS.sub(" ", heading))
    if _school_year_of(heading):
        name = _SCHOOL_YEAR.sub(" ", name)
    name = _YEAR.sub(" ", name)
    words = _WORD.findall(name)
    yield "".join(words)
    yield "".join(word for word in words if word not in _NEUTRAL)


def _school_year_of(heading: str) -> int | None:
    """Return the year in which the school year in a heading begins, None without one."""
    found = _SCHOOL_YEAR.search(heading)
    if found is None or int(found[2]) != (int(found[1]) + 1) % 100:
        return None
    return 2000 + int(found[1])


def count_known(cells: Sequence[str]) -> int:
    """Return how many of the cells are headings that the import knows.

    The heading row is recognised by it, and so is the delimiter of a .csv.
    """
    return sum(meaning_of(cell) is not None for cell in cells)


@dataclass(frozen=True)
class Columns:
    """The column of each field, by its place from 0: {"class_code": 10}.

    `problems`: why rows cannot be read this way, in Dutch; the manager may point out the column.
    `left`: the fields for which the manager wants no column.
    """

    places: dict[str, int]
    headings: tuple[str, ...]
    problems: tuple[str, ...] = ()
    left: frozenset[str] = frozenset()

    @property
    def warnings(self) -> list[str]:
        """Return a warning for each column that nothing reads, and whose field no column has.

        By its heading, which begins with that of the field or is nearly the same.
        """
        warnings = []
        for heading in self.unread:
            field = _resembled(heading)
            if field and field.name not in self.places.keys() | self.left:
                warnings.append(
                    f"De kolom “{heading}” lezen we niet. Is dat de kolom met {field.label}? "
                    "Wijs ze dan aan bij “Welke kolom we waarvoor nemen”."
                )
        return warnings

    @property
    def school_year(self) -> int | None:
        """Return the year in which the school year of the headings begins: `Klas 2026-2027`."""
        for place in self.places.values():
            year = _school_year_of(self.headings[place])
            if year:
                return year
        return None

    def cell(self, cells: Sequence[T], name: str) -> T | str:
        """Return what a row has in the column of a field, "" for none."""
        place = self.places.get(name, len(cells))
        if place < len(cells):
            return cells[place]
        return ""

    def text(self, cells: Sequence[object], name: str) -> str:
        """Return the text in the column of a field, "" for none and for a hashed number."""
        cell = self.cell(cells, name)
        if isinstance(cell, str):
            return cell
        return ""

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
    headings: tuple[str, ...],
    chosen: Mapping[str, int | None] | None = None,
    *,
    oldest_year: int = 0,
) -> Columns:
    """Recognise the headings; one with a school year before `oldest_year` is no field's.

    `chosen`: by field, the place of the column that the manager pointed out, or None for no column
    at all. A column that was pointed out is no longer taken for another field.

    Of several headings of one field the one without doubt is taken. A heading above two columns is
    a problem, and so is a needed field without a column.
    """
    if chosen is None:
        chosen = {}
    places = {name: place for name, place in chosen.items() if place is not None}
    pointed_out = set(places.values())

    found: dict[str, list[tuple[tuple[int, int], int]]] = defaultdict(list)
    for place, heading in enumerate(headings):
        meaning = meaning_of(heading)
        year = _school_year_of(heading) or oldest_year
        if meaning is None or year < oldest_year:
            continue
        if place not in pointed_out and meaning.field not in chosen:
            found[meaning.field].append((meaning.doubt, place))

    problems = []
    for name, candidates in found.items():
        doubt, place = min(candidates)
        count = sum(other == doubt for other, _ in candidates)
        if count == 1:
            places[name] = place
        else:
            problems.append(
                f"Het kopje “{BY_NAME[name].headings[doubt[1]]}” staat {count} keer in het "
                "bestand. Laat er één staan, of kies welke kolom het is."
            )

    # A field whose heading is repeated is not missing as well.
    if not problems:
        problems = _missing(places)

    left = frozenset(name for name, place in chosen.items() if place is None)
    return Columns(places, headings, tuple(problems), left)


def _missing(places: Collection[str]) -> list[str]:
    """Return a problem for each needed field without a place: the headings that it may have."""
    problems = []
    for field in FIELDS:
        if field.name in places or not field.needed:
            continue

        choices = " of ".join(f"“{heading}”" for heading in field.headings)
        problems.append(f"Er is geen kolom met {field.label}: geef een kolom het kopje {choices}.")

    return problems


def _resembled(heading: str) -> Field | None:
    """Return the field whose heading an unknown one begins with, or nearly is."""
    if len(heading) > _LONGEST_NAME:
        return None

    plain = _plain(heading)
    resembled = list(filter(plain.startswith, _KNOWN))
    resembled.sort(key=len, reverse=True)
    resembled += get_close_matches(plain, _KNOWN, n=1, cutoff=_RESEMBLES)
    if not resembled:
        return None
    name, _ = _KNOWN[resembled[0]]
    return BY_NAME[name]
