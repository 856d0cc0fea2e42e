"""The cells of a row -> what it says: dates, sex, identity; and what is wrong with it, in Dutch.

A problem names the field and what to do, never the value, since the log of imports keeps it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from schoolloket.core.text import fold
from students.models import Enrolment, Student
from students.school_years import SchoolYear

from .columns import FIELDS, Columns
from .damaged import became_date, has_lost_letters, is_error, is_shortened
from .dates import (
    ZERO_DAYS,
    Order,
    age_on,
    as_date,
    is_end_of_time,
    is_nothing,
)
from .identifiers import unpacked
from .national_numbers import (
    ERROR,
    SHORTENED,
    BirthDateDiffers,
    HashedNumber,
    hash_number,
    identify,
)
from .rows import LABELS, OFFICIAL_NAMES, Row
from .sexes import as_word
from .stored_cells import HIDDEN, Cell

NEEDED = {field.name for field in FIELDS if field.needed}
# Without these a row cannot be read; a call name is the name of the child.
NEEDED_CELLS = NEEDED | {"starts_on", "call_name"}
TEXTS = ("stamnummer", "first_name", "last_name", "administrative_group", "class_code")
FOLDED = ("first_name", "last_name", "call_name")
# Codes of which a spreadsheet makes a date: `2-1`.
CODES = ("stamnummer", "administrative_group", "class_code")
# No pupil is younger or older than this, in years.
YOUNGEST, OLDEST = 2, 30
LONGEST = {
    field.name: field.max_length or 0
    for field in (*Student._meta.fields, *Enrolment._meta.fields)
    if field.name in (*TEXTS, *OFFICIAL_NAMES)
}
LONGEST["call_name"] = LONGEST["first_name"]
LONGEST_KEY = Enrolment._meta.get_field("first_name_key").max_length or 0

ERROR_VALUE = (
    "In de cel “{label}” staat een foutwaarde of een formule zonder resultaat. Verbeter ze."
)
AS_TEXT = "Maak van die kolom in Excel tekst en zet erin wat er stond."
STAYS = "Wat we van de leerling weten, blijft."
# How the cells of these fields lose what they held, and what is said of it.
DAMAGES: tuple[tuple[Collection[str], Callable[[str], bool], str], ...] = (
    (LABELS, is_error, ERROR_VALUE),
    (
        LABELS,
        has_lost_letters,
        "In de cel “{label}” gingen letters verloren. Verbeter ze in het bestand.",
    ),
    (CODES, is_shortened, f"Excel kortte de cel “{{label}}” in. {AS_TEXT}"),
    (CODES, became_date, f"Excel maakte een datum van de cel “{{label}}”. {AS_TEXT}"),
)


@dataclass(frozen=True)
class Conventions:
    """How to read the rows of a file: its columns, order of dates and words, for whom and when."""

    columns: Columns
    institution_number: str
    today: date
    orders: Mapping[str, Order]
    sexes: Mapping[str, str]

    @property
    def first_day(self) -> date:
        """Return the begin date of all rows in a list without begin dates."""
        year = SchoolYear.prepared_on(self.today)
        if self.columns.school_year:
            year = SchoolYear(self.columns.school_year)
        return year.first_day


class RowReader:
    """Reads the cells of one row; the row collects what is wrong with them."""

    def __init__(self, number: int, cells: tuple[Cell, ...], conventions: Conventions) -> None:
        self.row = Row(number)
        self.cells = cells
        self.columns = conventions.columns
        self.conventions = conventions

    def read(self) -> Row:
        """Return the row; of another institution's row only the texts are read."""
        row = self.row
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

        number_of_school = unpacked(self._string("institution_number"))
        if number_of_school:
            # A spreadsheet takes the leading zeros off.
            row.institution_number = number_of_school.zfill(6)
            row.other_school = row.institution_number != self.conventions.institution_number
        if row.other_school:
            row.problems.append(
                "Het instellingsnummer is dat van een andere school. Lees die leerling daar in."
            )
            return row

        beyond_the_headings = self.cells[len(self.columns.headings) :]
        if any(beyond_the_headings):
            row.problems.append(
                "De rij telt meer cellen dan er kopjes zijn: er staat een scheidingsteken te veel."
            )

        self._read_period()
        self._read_sex()
        self._read_person()
        return row

    def _read_period(self) -> None:
        """Read the first and the last day; without an end date that is the school year's."""
        row = self.row
        row.starts_on = self._starts_on()
        row.ends_on = self._ends_on()
        if row.starts_on is None:
            return

        if row.ends_on is None:
            row.ends_on = SchoolYear.of(row.starts_on).last_day
        if row.ends_on < row.starts_on:
            row.problems.append("De einddatum ligt voor de begindatum. Kijk beide na.")

    def _starts_on(self) -> date | None:
        """Return the begin date; without a column, 1 September of the list's school year."""
        if "starts_on" not in self.columns.places:
            return self.conventions.first_day

        problems = len(self.row.problems)
        day = self._date("starts_on")
        if day is None and len(self.row.problems) == problems:
            self.row.problems.append("De cel “begindatum” is leeg. Vul ze in.")
        return day

    def _ends_on(self) -> date | None:
        """Return the end date, None where the row has none or it is the end of time."""
        if is_end_of_time(self._string("ends_on")):
            return None

        day = self._date("ends_on")
        if day in ZERO_DAYS:
            day = None
        if day is None:
            self.row.empty.add("ends_on")
        return day

    def _read_sex(self) -> None:
        """Read the sex; a word that we do not know says nothing."""
        word = as_word(self._string("sex"))
        if not word:
            self.row.empty.add("sex")
            return

        self.row.sex = self.conventions.sexes.get(word, "")
        if not self.row.sex:
            self._lose("sex", "Het geslacht is geen woord dat we kennen: schrijf M, V of X.")

    def _read_person(self) -> None:
        """Read birth date and identity.

        Where birth date and national number contradict each other there is no identity.
        """
        row = self.row
        row.birth_date = self._date("birth_date")
        number = self._national_number(row.birth_date)
        try:
            identity = identify(number, row.birth_date)
        except BirthDateDiffers:
            row.birth_date_differs = True
            return

        row.identity_hash = identity.hash
        row.number_state = identity.number_state.value
        row.birth_date = identity.birth_date
        self._check_age()

    def _check_age(self) -> None:
        """Add a problem where nobody of that age is a pupil."""
        row = self.row
        if row.birth_date is None:
            return
        if row.birth_date > self.conventions.today:
            row.problems.append("De geboortedatum ligt in de toekomst. Kijk ze na.")
            return

        if row.starts_on is None:
            return
        if age_on(row.birth_date, max(row.starts_on, self.conventions.today)) < YOUNGEST:
            row.problems.append(
                f"Volgens de geboortedatum is de leerling jonger dan {YOUNGEST} jaar. Kijk ze na."
            )
        if age_on(row.birth_date, row.starts_on) > OLDEST:
            row.problems.append(
                f"Volgens de geboortedatum is de leerling ouder dan {OLDEST} jaar. Kijk ze na."
            )

    def _national_number(self, birth_date: date | None) -> HashedNumber | None:
        """Return what is left of the national number, None where the row has none."""
        number = self._cell("national_number")
        if not number:
            return None
        if isinstance(number, str):
            # The manager pointed out a column that did not look like one of numbers.
            dates = []
            if birth_date:
                dates.append(birth_date)
            number = hash_number(number, dates)

        if number.damage == SHORTENED:
            self._lose("national_number", f"Excel kortte het nummer in. {AS_TEXT}")
        if number.damage == ERROR:
            self._lose("national_number", ERROR_VALUE.format(label=LABELS["national_number"]))
        return number

    def _text(self, name: str) -> str:
        """Return the text to store; a problem or a remark where it is missing or does not fit."""
        cell = self._cell(name)
        if isinstance(cell, HashedNumber) or HIDDEN in cell:
            self.row.problems.append(
                f"In de cel “{LABELS[name]}” staat een rijksregister- of bisnummer."
            )
            return ""
        if not cell:
            self.row.empty.add(name)
            if name in NEEDED:
                self.row.problems.append(f"De cel “{LABELS[name]}” is leeg. Vul ze in.")
            return ""

        if name == "stamnummer":
            cell = unpacked(cell)
        damage = _damage(name, cell)
        if damage:
            self._lose(name, damage)
            return ""
        if not _fits(name, cell):
            self.row.problems.append(
                f"De cel “{LABELS[name]}” is te lang: hoogstens {LONGEST[name]} tekens."
            )
        return cell

    def _date(self, name: str) -> date | None:
        """Return the day, None for an empty cell; a problem where it is no date."""
        text = unpacked(self._string(name))
        if not text or is_nothing(text):
            return None
        if is_error(text):
            self._lose(name, ERROR_VALUE.format(label=LABELS[name]))
            return None

        day = as_date(text, self.conventions.orders[name])
        if day is None:
            self.row.problems.append(
                f"De {LABELS[name]} is geen datum. Schrijf ze als dag/maand/jaar: 01/09/2026."
            )
        return day

    def _lose(self, name: str, reason: str) -> None:
        """Say that a cell lost what it held: a problem where the row cannot do without it."""
        self.row.lost.add(name)
        if name in NEEDED_CELLS:
            self.row.problems.append(reason)
        else:
            self.row.remarks.append(f"{reason} {STAYS}")

    def _string(self, name: str) -> str:
        """Return the cell, "" for one with a national number."""
        return self.columns.text(self.cells, name)

    def _cell(self, name: str) -> Cell:
        """Return the cell in the column of a field, "" where the row has none."""
        return self.columns.cell(self.cells, name)


def _damage(name: str, cell: str) -> str:
    """Return what is wrong with a cell that lost what it held, in Dutch; "" where it did not."""
    for names, is_damaged, message in DAMAGES:
        if name in names and is_damaged(cell):
            return message.format(label=LABELS[name])
    return ""


def _fits(name: str, text: str) -> bool:
    """Return whether the field holds the text and, for a name, its folded form.

    Folding may lengthen a name: 😀 becomes :grinning:.
    """
    if len(text) > LONGEST[name]:
        return False
    if name not in FOLDED or text.isascii():
        return True

    return len(fold(text)) <= LONGEST_KEY
