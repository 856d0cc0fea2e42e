"""Cells -> what each row says: dates, sex, identity; and what is wrong with it, in Dutch.

A problem names the field and what to do, never the value, since the log of imports keeps it.
"""

from dataclasses import dataclass, field
from datetime import date

from schoolloket.core.text import fold
from students.models import Enrolment, Student

from . import UnusableFile
from .columns import FIELDS, Columns
from .dates import as_date, end_of_year, list_year
from .findings import Findings, row_number
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

    `identity_hash` is "" without a valid national number; `number_state` is why, or AVAILABLE: a
    value of Student.OfficialData. A row with problems is not imported. `institution_number`: of six
    characters at least, "" without one; `other_school`: it is another institution's.
    `birth_date_differs`: the row has another birth date than the number, so that neither is
    believed until the manager chooses.
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
    number_state: str = Student.OfficialData.NUMBER_MISSING.value
    official_first_name: str = ""
    official_last_name: str = ""
    institution_number: str = ""
    other_school: bool = False
    birth_date_differs: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return first and last name, or what the row has of them."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def period(self) -> tuple[date, date]:
        """Return the first and the last day; only for a row without problems."""
        if self.starts_on is None or self.ends_on is None:
            raise ValueError("a row with problems has no period")
        return self.starts_on, self.ends_on


@dataclass(frozen=True)
class ParsedFile:
    """The rows of a file, the columns they were read from, and what is known of it as a whole."""

    columns: Columns
    rows: list[Row]
    findings: Findings = Findings()

    @property
    def hashes(self) -> set[str]:
        """Return the identity hashes of the rows that have one."""
        hashes = {row.identity_hash for row in self.rows}
        return hashes - {""}


def parse(cells: StoredCells, columns: Columns, institution_number: str, today: date) -> ParsedFile:
    """Turn the cells into rows for the institution with this number, of six digits.

    `today` decides about birth dates in the future, and about the school year of a list without
    begin dates. Raises UnusableFile where the columns have problems, such as a missing one.
    """
    if columns.problems:
        raise UnusableFile(" ".join(columns.problems))

    rows = []
    for number, row_cells in cells.rows:
        reader = _RowReader(row_cells, columns, today)
        shown = row_number(number, cells.findings.sheets)
        rows.append(reader.read(shown, institution_number))

    return ParsedFile(columns, rows, cells.findings)


class _RowReader:
    """Reads the cells of one row; `problems` collects what is wrong with them."""

    def __init__(self, cells: tuple[Cell, ...], columns: Columns, today: date) -> None:
        self.cells = cells
        self.columns = columns
        self.today = today
        self.problems: list[str] = []

    def read(self, number: int, institution_number: str) -> Row:
        """Return the row; of another institution's row only the texts are read."""
        row = Row(number, problems=self.problems)
        row.stamnummer = self._text("stamnummer")
        row.first_name = self._text("first_name")
        row.last_name = self._text("last_name")
        row.administrative_group = self._text("administrative_group")
        row.class_code = self._text("class_code")
        row.official_first_name = self._text("official_first_name")
        row.official_last_name = self._text("official_last_name")

        # Prefer the call name (roepnaam).
        call_name = self._text("call_name")
        if call_name:
            row.first_name = call_name

        number_of_school = self._string("institution_number")
        if number_of_school:
            # A spreadsheet takes the leading zeros off.
            row.institution_number = number_of_school.zfill(6)
            row.other_school = row.institution_number != institution_number
        if row.other_school:
            self.problems.append(
                "Het instellingsnummer is dat van een andere school. Lees die leerling daar in."
            )
            return row

        beyond_the_headings = self.cells[len(self.columns.headings) :]
        if any(beyond_the_headings):
            self.problems.append(
                "De rij telt meer cellen dan er kopjes zijn: er staat een scheidingsteken te veel."
            )

        self._read_period(row)
        self._read_person(row)
        return row

    def _read_period(self, row: Row) -> None:
        """Read the first and the last day; without an end date that is the school year's."""
        row.starts_on = self._starts_on()
        row.ends_on = self._date("ends_on")
        if row.starts_on is None:
            return

        if row.ends_on is None:
            row.ends_on = end_of_year(row.starts_on)
        if row.ends_on < row.starts_on:
            self.problems.append("De einddatum ligt voor de begindatum. Kijk beide na.")

    def _starts_on(self) -> date | None:
        """Return the begin date; without a column, 1 September of the list's school year."""
        if "starts_on" not in self.columns.places:
            return date(list_year(self.today), 9, 1)

        if not self._string("starts_on"):
            self.problems.append("De cel “begindatum” is leeg. Vul ze in.")
        return self._date("starts_on")

    def _read_person(self, row: Row) -> None:
        """Read sex, birth date and identity.

        Where birth date and national number contradict each other there is no identity.
        """
        row.sex = SEXES.get(self._string("sex").casefold(), "")
        row.birth_date = self._date("birth_date")
        if row.birth_date and row.birth_date > self.today:
            self.problems.append("De geboortedatum ligt in de toekomst. Kijk ze na.")

        number = self._national_number(row.birth_date)
        try:
            identity = identify(number, row.birth_date)
        except BirthDateDiffers:
            row.birth_date_differs = True
            return

        row.identity_hash = identity.hash
        row.number_state = identity.number_state.value
        row.birth_date = identity.birth_date

    def _national_number(self, birth_date: date | None) -> HashedNumber | None:
        """Return what is left of the national number, None where the row has none."""
        cell = self._cell("national_number")
        if isinstance(cell, HashedNumber):
            return cell
        if not cell:
            return None

        # The manager pointed out a column that did not look like one of numbers.
        dates = []
        if birth_date:
            dates.append(birth_date)
        return hash_number(cell, dates)

    def _text(self, name: str) -> str:
        """Return the text to store; a problem where it is missing or does not fit."""
        cell = self._cell(name)
        if isinstance(cell, HashedNumber) or HIDDEN in cell:
            self.problems.append(
                f"In de cel “{LABELS[name]}” staat een rijksregister- of bisnummer."
            )
            return ""

        if not cell and name in NEEDED:
            self.problems.append(f"De cel “{LABELS[name]}” is leeg. Vul ze in.")
        if not _fits(name, cell):
            self.problems.append(
                f"De cel “{LABELS[name]}” is te lang: hoogstens {LONGEST[name]} tekens."
            )

        return cell

    def _date(self, name: str) -> date | None:
        """Return the day, None for an empty cell; a problem where it is no date."""
        text = self._string(name)
        day = as_date(text)
        if text and day is None:
            self.problems.append(
                f"De {LABELS[name]} is geen datum. Schrijf ze als dag/maand/jaar: 01/09/2026."
            )

        return day

    def _string(self, name: str) -> str:
        """Return the cell, "" for one with a national number."""
        cell = self._cell(name)
        if isinstance(cell, HashedNumber):
            return ""
        return cell

    def _cell(self, name: str) -> Cell:
        """Return the cell in the column of a field, "" where the row has none."""
        place = self.columns.places.get(name)
        if place is None or place >= len(self.cells):
            return ""
        return self.cells[place]


def _fits(name: str, text: str) -> bool:
    """Return whether the field holds the text and, for a name, its folded form.

    Folding may lengthen a name: 😀 becomes :grinning:.
    """
    if len(text) > LONGEST[name]:
        return False
    if name not in FOLDED or text.isascii():
        return True

    return len(fold(text)) <= LONGEST_KEY
