"""Cells -> what each row says: dates, sex, identity; and what is wrong with it, in Dutch.

Problems name the field and what to do, never the value: they are kept in the log of imports.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from schoolloket.text import fold
from students.models import Enrolment, Student

from .columns import FIELDS, Columns, find_columns
from .identity import BirthDateDiffers, identify
from .read import Cells, Table

LABELS = {field.name: field.label for field in FIELDS}
NEEDED = {field.name for field in FIELDS if field.needed}
TEXTS = ("stamnummer", "first_name", "last_name", "administrative_group", "class_code")
OFFICIAL_NAMES = ("official_first_name", "official_last_name")
DATES = ("birth_date", "starts_on", "ends_on")
SEXES = {
    "m": "M",
    "man": "M",
    "mannelijk": "M",
    "v": "V",
    "vrouw": "V",
    "vrouwelijk": "V",
    "x": "X",
}
LONGEST = {
    field.name: field.max_length or 0
    for field in (*Student._meta.fields, *Enrolment._meta.fields)
    if field.name in (*TEXTS, *OFFICIAL_NAMES)
}
LONGEST_KEY = Enrolment._meta.get_field("first_name_key").max_length or 0

_SERIAL_ZERO = date(1899, 12, 30)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 0?0:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T]00:00(?::00)?)?")
_SERIAL = re.compile(r"\d{4,5}")


@dataclass
class Row:
    """One row of the file. A text is "" when its cell is empty or its column does not exist.

    `identity_hash` is "" without a valid national number; `number` is the number's validity, a
    value of Student.OfficialData. A row with problems is not imported. `other_school`: the row
    says that it belongs to another institution.
    """

    row: int
    stamnummer: str = ""
    first_name: str = ""
    last_name: str = ""
    administrative_group: str = ""
    class_code: str = ""
    sex: str = ""
    birth_date: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    identity_hash: str = ""
    number: str = Student.OfficialData.NUMBER_MISSING.value
    official_first_name: str = ""
    official_last_name: str = ""
    other_school: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def period(self) -> tuple[date, date]:
        """First and last day; only for a row without problems."""
        if self.starts_on is None or self.ends_on is None:
            raise ValueError("a row with problems has no period")
        return self.starts_on, self.ends_on


@dataclass
class ParsedFile:
    """The rows of a file; `taken` {"class_code": "Klas"}, `left` the headings nothing reads."""

    taken: dict[str, str]
    left: list[str]
    rows: list[Row]

    def to_json(self) -> str:
        stored = vars(self) | {"rows": [vars(row) for row in self.rows]}
        return json.dumps(stored, cls=DjangoJSONEncoder)

    @classmethod
    def from_json(cls, text: str) -> "ParsedFile":
        stored = json.loads(text)
        return cls(stored["taken"], stored["left"], [_row_from(row) for row in stored["rows"]])


def _row_from(stored: dict[str, Any]) -> Row:
    for name in DATES:
        stored[name] = stored[name] and date.fromisoformat(stored[name])
    return Row(**stored)


def parse(table: Table, institution_number: str, today: date) -> ParsedFile:
    """Turn the cells into rows. Raises UnusableFile when a needed column is missing."""
    columns = find_columns(table.headings)
    parser = _Parser(columns, institution_number, today)
    return ParsedFile(
        columns.taken, columns.left, [parser.row(number, cells) for number, cells in table.rows]
    )


class _Parser:
    """Reads one row after another; `problem` goes with the row in hand."""

    def __init__(self, columns: Columns, institution_number: str, today: date) -> None:
        self.columns = columns
        self.institution_number = institution_number
        self.today = today

    def row(self, number: int, cells: Cells) -> Row:
        self.cells = cells
        row = Row(number)
        self.problem = row.problems.append
        for name in TEXTS + OFFICIAL_NAMES:
            setattr(row, name, self._text(name))
        row.other_school = self._is_of_another_school()
        if not row.other_school:
            self._check_shape()
            self._read_period(row)
            self._read_person(row)
        return row

    def _cell(self, name: str) -> str:
        place = self.columns.places.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def _text(self, name: str) -> str:
        text = self._cell(name)
        if not text and name in NEEDED:
            self.problem(f"De cel “{LABELS[name]}” is leeg. Vul ze in.")
        if not _fits(name, text):
            self.problem(f"De cel “{LABELS[name]}” is te lang: hoogstens {LONGEST[name]} tekens.")
        return text

    def _is_of_another_school(self) -> bool:
        number = self._cell("institution_number")
        if not number or number.zfill(6) == self.institution_number:
            return False
        self.problem(
            "Het instellingsnummer is dat van een andere school. Lees die leerling daar in."
        )
        return True

    def _check_shape(self) -> None:
        if any(self.cells[len(self.columns.headings) :]):
            self.problem(
                "De rij telt meer cellen dan er kopjes zijn: er staat een scheidingsteken te veel."
            )

    def _date(self, name: str) -> date | None:
        text = self._cell(name)
        day = _as_date(text)
        if text and day is None:
            self.problem(
                f"De {LABELS[name]} is geen datum. Schrijf ze als dag/maand/jaar: 01/09/2026."
            )
        return day

    def _read_period(self, row: Row) -> None:
        row.starts_on = self._starts_on()
        row.ends_on = self._date("ends_on") or (row.starts_on and end_of_year(row.starts_on))
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            self.problem("De einddatum ligt voor de begindatum. Kijk beide na.")

    def _starts_on(self) -> date | None:
        if "starts_on" not in self.columns.places:
            return date(_list_year(self.today), 9, 1)
        if not self._cell("starts_on"):
            self.problem("De cel “begindatum” is leeg. Vul ze in.")
        return self._date("starts_on")

    def _read_person(self, row: Row) -> None:
        row.sex = SEXES.get(self._cell("sex").casefold(), "")
        row.birth_date = self._date("birth_date")
        if row.birth_date and row.birth_date > self.today:
            self.problem("De geboortedatum ligt in de toekomst. Kijk ze na.")
        try:
            identity = identify(self._cell("national_number"), row.birth_date)
        except BirthDateDiffers:
            self.problem(
                "De geboortedatum past niet bij het rijksregister- of bisnummer. Kijk beide na."
            )
        else:
            row.identity_hash, row.number = identity.hash, identity.number.value
            row.birth_date = identity.birth_date


def _fits(name: str, text: str) -> bool:
    """Folding may lengthen a name (😀 becomes :grinning:), and the folded name is stored too."""
    folded_fits = name not in ("first_name", "last_name") or len(fold(text)) <= LONGEST_KEY
    return len(text) <= LONGEST[name] and folded_fits


def _as_date(text: str) -> date | None:
    """Read `7/11/2010`, `07-11-2010`, `2010-11-07` or the serial number of a spreadsheet."""
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
        return _checked(year, month, day)
    if match := _YEAR_FIRST.fullmatch(text):
        return _checked(*match.groups())
    if _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(text))
    return None


def _checked(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None


# School years -----------------------------------------------------------------------------------


def school_year(day: date) -> int:
    """Return the year in which the school year of this day began; it runs from 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def end_of_year(day: date) -> date:
    """Return the last day, 31 August, of the school year of this day."""
    return date(school_year(day) + 1, 8, 31)


def _list_year(today: date) -> int:
    """The school year of a list without begin dates: in July and August the coming one."""
    return today.year if today.month >= 7 else today.year - 1
