"""Cells -> what each row says: dates, sex, identity; and what is wrong with it, in Dutch.

Problems name the field and what to do, never the value: they are kept in the log of imports.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from schoolloket.core.text import fold
from students.models import Enrolment, Student

from . import UnusableFile
from .columns import FIELDS, Columns, find_columns
from .dates import as_date, end_of_year, list_year
from .national_numbers import BirthDateDiffers, HashedNumber, hash_number, identify
from .stored_cells import HIDDEN, Cell, StoredCells

LABELS = {field.name: field.label for field in FIELDS}
NEEDED = {field.name for field in FIELDS if field.needed}
TEXTS = ("stamnummer", "first_name", "last_name", "administrative_group", "class_code")
FOLDED = ("first_name", "last_name", "call_name")
OFFICIAL_NAMES = ("official_first_name", "official_last_name")
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
LONGEST["call_name"] = LONGEST["first_name"]
LONGEST_KEY = Enrolment._meta.get_field("first_name_key").max_length or 0


@dataclass
class Row:
    """One row of the file. A text is "" when its cell is empty or its column does not exist.

    `identity_hash` is "" without a valid national number; `number` is the number's validity, a
    value of Student.OfficialData. A row with problems is not imported. `other_school`: the row
    says that it belongs to another institution. `birth_date_differs`: from the one inside the
    number, so that neither is believed until the manager chooses.
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
    birth_date_differs: bool = False
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


@dataclass(frozen=True)
class ParsedFile:
    """The rows of a file, and which column was taken for what."""

    columns: Columns
    rows: list[Row]
    cut_off: bool = False

    @property
    def taken(self) -> dict[str, str]:
        return self.columns.taken


Chosen = Mapping[str, int | None]


def parse(
    table: StoredCells, institution_number: str, today: date, chosen: Chosen | None = None
) -> ParsedFile:
    """Turn the cells into rows; `chosen`: the columns that the manager pointed out.

    Raises UnusableFile when a needed column is missing.
    """
    columns = find_columns(table.headings, chosen)
    if columns.problems:
        raise UnusableFile(" ".join(columns.problems))
    parser = _Parser(columns, institution_number, today)
    rows = [parser.row(number, cells) for number, cells in table.rows]
    return ParsedFile(columns, rows, table.cut_off)


class _Parser:
    """Reads one row after another; `problem` goes with the row in hand."""

    def __init__(self, columns: Columns, institution_number: str, today: date) -> None:
        self.columns = columns
        self.institution_number = institution_number
        self.today = today

    def row(self, number: int, cells: tuple[Cell, ...]) -> Row:
        self.cells = cells
        row = Row(number)
        self.problem = row.problems.append
        for name in TEXTS + OFFICIAL_NAMES:
            setattr(row, name, self._text(name))
        # What the child is called is what the desk calls it too.
        row.first_name = self._text("call_name") or row.first_name
        row.other_school = self._is_of_another_school()
        if not row.other_school:
            self._check_shape()
            self._read_period(row)
            self._read_person(row)
        return row

    def _any(self, name: str) -> Cell:
        place = self.columns.places.get(name)
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def _cell(self, name: str) -> str:
        cell = self._any(name)
        return cell if isinstance(cell, str) else ""

    def _text(self, name: str) -> str:
        cell = self._any(name)
        if isinstance(cell, HashedNumber) or HIDDEN in cell:
            self.problem(f"In de cel “{LABELS[name]}” staat een rijksregister- of bisnummer.")
            return ""
        if not cell and name in NEEDED:
            self.problem(f"De cel “{LABELS[name]}” is leeg. Vul ze in.")
        return self._fitting(name, cell)

    def _fitting(self, name: str, text: str) -> str:
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
        day = as_date(text)
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
            return date(list_year(self.today), 9, 1)
        if not self._cell("starts_on"):
            self.problem("De cel “begindatum” is leeg. Vul ze in.")
        return self._date("starts_on")

    def _read_person(self, row: Row) -> None:
        row.sex = SEXES.get(self._cell("sex").casefold(), "")
        row.birth_date = self._date("birth_date")
        if row.birth_date and row.birth_date > self.today:
            self.problem("De geboortedatum ligt in de toekomst. Kijk ze na.")
        try:
            identity = identify(self._number(row.birth_date), row.birth_date)
        except BirthDateDiffers:
            row.birth_date_differs = True
        else:
            row.identity_hash, row.number = identity.hash, identity.number.value
            row.birth_date = identity.birth_date

    def _number(self, birth_date: date | None) -> HashedNumber | None:
        cell = self._any("national_number")
        if isinstance(cell, str):
            # A column that was pointed out by hand, and did not look like one of numbers.
            return hash_number(cell, [birth_date] if birth_date else []) if cell else None
        return cell


def _fits(name: str, text: str) -> bool:
    """Folding may lengthen a name (😀 becomes :grinning:), and the folded name is stored too."""
    if len(text) > LONGEST[name]:
        return False
    return text.isascii() or name not in FOLDED or len(fold(text)) <= LONGEST_KEY
