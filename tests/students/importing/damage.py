"""Good lists, damaged in the ways in which real ones are: strategies of hypothesis.

`sources` draws what a school had and the list that it would send now; `damaged` writes that list
with one damage or two. A damage touches only cells that are still as the source wrote them.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import assume, reject
from hypothesis import strategies as st

from tests.students.helpers import ALL, HEADINGS, Pupil, pupil
from tests.students.importing.cast import workbook_of

FIRST_NAMES = ["Zoë", "Björn", "Noémie", "Chloé", "Joël", "Amélie", "Thaïs", "Gaëlle", "Anaïs"]
LAST_NAMES = ["De Smedt", "'t Jampens", "D'Hoore", "Ouali", "Van den Broeck", "Claeys"]
CLASSES = ["6A", "6B", "5B"]
DATES = ("birth_date", "starts_on", "ends_on")
PERSON = ("first_name", "last_name")


def person(number: int, **changes: str) -> Pupil:
    """One of many pupils, whose stamnummer begins with zeros and whose name has an accent."""
    first_name = FIRST_NAMES[number % len(FIRST_NAMES)]
    last_name = f"{LAST_NAMES[number % len(LAST_NAMES)]}"
    return pupil(
        # Born on days over the whole year.
        40 * number,
        stamnummer=f"00{1000 + number}",
        first_name=first_name,
        last_name=last_name,
        official_first_name=f"{first_name} Maria",
        official_last_name=last_name,
        **changes,
    )


@dataclass(frozen=True)
class Source:
    """What the school had, and the list that it would send now, as it should be read."""

    before: list[Pupil]
    now: list[Pupil]

    @property
    def leavers(self) -> set[str]:
        """The stamnummers of those who are in the list no more."""
        return {row["stamnummer"] for row in self.before} - {row["stamnummer"] for row in self.now}


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Five to seven pupils; of the next list one is gone, one came, and classes change."""
    count = draw(st.integers(5, 7))
    before = [person(number) for number in range(count)]
    now = []
    for number in range(draw(st.integers(0, 1)), count + draw(st.integers(0, 1))):
        now.append(person(number, class_code=draw(st.sampled_from(CLASSES))))
    return Source(before, now)


# A list that is not written yet -----------------------------------------------------------------


@dataclass
class Line:
    """A line of the list: `cells` by field; `source` as it should be, None for one of no pupil."""

    cells: dict[str, Any]
    source: Pupil | None = None
    hidden: bool = False
    repeats_headings: bool = False

    def is_whole(self, name: str) -> bool:
        """Whether the cell is still as the source wrote it."""
        return self.source is not None and self.cells[name] == self.source[name]


@dataclass
class List:
    """A list with its damage. `heals`: everything in it can still be read as the source says.

    `cuts`: the lines before which another sheet begins; `on_hidden`: how many of the last ones are
    on a hidden sheet.
    """

    lines: list[Line]
    kind: str
    headings: dict[str, str] = field(default_factory=lambda: dict(HEADINGS))
    encoding: str = "utf-8-sig"
    twice: bool = False
    cuts: list[int] = field(default_factory=list)
    on_hidden: int = 0
    cover: list[list[Any]] | None = None
    heals: bool = True
    damages: list[str] = field(default_factory=list)

    @property
    def pupils(self) -> list[Line]:
        return [line for line in self.lines if line.source]

    @property
    def has_sheets(self) -> bool:
        return bool(self.cuts or self.on_hidden or self.cover)

    def line_of(self, stamnummer: str) -> tuple[int, Line] | None:
        """A pupil's row, as a spreadsheet counts, and line; None for one who is not in the list."""
        for number, line in enumerate(self.lines, start=2):
            if line.source and line.source["stamnummer"] == stamnummer:
                return number, line
        return None

    def written(self) -> bytes:
        if self.kind == "csv":
            return self._as_csv()
        return self._as_workbook()

    def _cells(self, line: Line) -> list[Any]:
        if line.repeats_headings:
            return list(self.headings.values())
        return [line.cells.get(name, "") for name in ALL]

    def _as_csv(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow(self.headings.values())
        writer.writerows(map(self._cells, self.lines))
        try:
            content = text.getvalue().encode(self.encoding)
            if self.twice:
                content = content.decode("cp1252").encode()
        except UnicodeError:
            # This damage cannot be written in these letters.
            reject()
        return content

    def _as_workbook(self) -> bytes:
        sheets: dict[str, list[list[Any]]] = {}
        if self.cover:
            sheets["Voorblad"] = self.cover
        shown = len(self.lines) - self.on_hidden
        bounds = [0, *sorted(set(self.cuts)), shown]
        for number, (start, end) in enumerate(pairwise(bounds), start=1):
            sheets[f"Klas {number}"] = self._table(self.lines[start:end])
        if self.on_hidden:
            sheets["Verborgen"] = self._table(self.lines[shown:])
        return workbook_of(sheets, self._hide)

    def _table(self, lines: Sequence[Line]) -> list[list[Any]]:
        return [list(self.headings.values())] + [
            [_real(cell) for cell in self._cells(line)] for line in lines
        ]

    def _hide(self, book: Any) -> None:
        if self.on_hidden:
            book["Verborgen"].sheet_state = "hidden"
        # Rows are hidden on the first sheet of pupils.
        sheet = book["Klas 1"]
        for number, line in enumerate(self.lines, start=2):
            if line.hidden and number <= sheet.max_row:
                sheet.row_dimensions[number].hidden = True


def day_of(cell: Any) -> datetime | None:
    """The day of a cell as the source writes it, None for any other."""
    try:
        return datetime.strptime(cell, "%d/%m/%Y")
    except (TypeError, ValueError):
        return None


def _real(cell: Any) -> Any:
    """The cell of a workbook: a day where it is one."""
    return day_of(cell) or cell


# The damages ------------------------------------------------------------------------------------

Apply = Callable[[st.DrawFn, List], None]


@dataclass(frozen=True)
class Damage:
    """`kind`: the files that it happens to, "" for all."""

    name: str
    apply: Apply
    kind: str = ""


DAMAGES: list[Damage] = []


def damage(kind: str = "") -> Callable[[Apply], Apply]:
    def keep(apply: Apply) -> Apply:
        DAMAGES.append(Damage(apply.__name__.replace("_", " "), apply, kind))
        return apply

    return keep


def change(lines: Sequence[Line], names: Sequence[str], be: Callable[[str], Any]) -> None:
    """Write these cells otherwise, where they are still whole and not empty."""
    for line in lines:
        for name in names:
            if line.is_whole(name) and line.cells[name]:
                line.cells[name] = be(line.cells[name])


def some(draw: st.DrawFn, file: List) -> list[Line]:
    """One pupil or more."""
    lines = file.pupils
    places = draw(st.sets(st.sampled_from(range(len(lines))), min_size=1))
    return [lines[place] for place in sorted(places)]


@damage("xlsx")
def sheets(draw: st.DrawFn, file: List) -> None:
    inside = range(1, len(file.lines) - file.on_hidden)
    file.cuts = draw(st.lists(st.sampled_from(inside), min_size=1, max_size=3))


@damage("xlsx")
def cover_sheet(draw: st.DrawFn, file: List) -> None:
    texts = [["Leerlingen"], ["Klas", "Aantal"], ["6A", 6], ["Naam werkblad", "Klas 1"]]
    file.cover = draw(st.lists(st.sampled_from(texts), min_size=1, unique_by=str))


@damage("xlsx")
def hidden_sheet(draw: st.DrawFn, file: List) -> None:
    file.on_hidden = draw(st.integers(1, 2))
    file.cuts = [cut for cut in file.cuts if cut < len(file.lines) - file.on_hidden]
    file.heals = False


@damage("xlsx")
def hidden_rows(draw: st.DrawFn, file: List) -> None:
    for line in some(draw, file):
        line.hidden = True


@damage("csv")
def encodings(draw: st.DrawFn, file: List) -> None:
    file.encoding = draw(st.sampled_from(["cp1252", "cp850", "mac-roman", "utf-16", "utf-8"]))
    file.twice = file.encoding == "utf-8"


@damage()
def packaging_of_identifiers(draw: st.DrawFn, file: List) -> None:
    shapes = ["'{}", "’{}", "'{}'", '"{}"', "{}\u00a0"]
    # In a workbook this would be a formula.
    if file.kind == "csv":
        shapes.append('="{}"')
    written = draw(st.sampled_from(shapes))
    names = draw(st.sampled_from([("stamnummer",), ("number",), DATES, ("stamnummer", "number")]))
    change(file.pupils, names, written.format)


@damage()
def numbers_as_amounts(draw: st.DrawFn, file: List) -> None:
    written = draw(st.sampled_from(["{}.0", "{},0", "{}.00"]))
    change(file.pupils, ("number",), written.format)


@damage()
def lost_zeros(draw: st.DrawFn, file: List) -> None:
    written = draw(st.sampled_from(["{}", "{}.0"]))
    names = draw(st.sampled_from([("stamnummer",), ("stamnummer", "number")]))
    change(file.pupils, names, lambda text: written.format(int(text)))


@damage()
def scientific_notation(draw: st.DrawFn, file: List) -> None:
    written = draw(st.sampled_from(["1,20304E+10", "1.2E+10", "1E+10"]))
    change(some(draw, file), ("number",), lambda _: written)
    file.heals = False


@damage()
def error_values(draw: st.DrawFn, file: List) -> None:
    error = draw(st.sampled_from(["#N/A", "#N/B", "#NAAM?", "#REF!", "#VERW!", "#WAARDE!"]))
    names = [name for name in ALL if name not in ("institution", "starts_on", "ends_on")]
    change(some(draw, file), draw(st.lists(st.sampled_from(names), min_size=1)), lambda _: error)
    file.heals = False


@damage()
def class_as_date(draw: st.DrawFn, file: List) -> None:
    days = ["2026-02-01", "1/feb"]
    if file.kind == "xlsx":
        days = ["01/02/2026"]
    became = draw(st.sampled_from(days))
    change(some(draw, file), ("class_code",), lambda _: became)
    file.heals = False


@damage()
def end_of_time(draw: st.DrawFn, file: List) -> None:
    end = draw(st.sampled_from(["31/12/9999", "2999-12-31", "0", "31-12-9999"]))
    change(file.pupils, ("ends_on",), lambda _: end)


@damage("xlsx")
def dates_a_little_early(draw: st.DrawFn, file: List) -> None:
    before = timedelta(seconds=draw(st.sampled_from([1, 16, 44, 3600])))
    for line in file.pupils:
        for name in DATES:
            day = day_of(line.cells[name])
            if day and line.is_whole(name):
                line.cells[name] = day - before


@damage("csv")
def month_first(draw: st.DrawFn, file: List) -> None:
    written = draw(st.sampled_from(["%m/%d/%Y", "%m-%d-%Y"]))
    for line in file.pupils:
        for name in DATES:
            day = day_of(line.cells[name])
            if day and line.is_whole(name):
                line.cells[name] = day.strftime(written)


@damage()
def repeated_heading(draw: st.DrawFn, file: List) -> None:
    # Not on the hidden sheet, whose place in the list is its end.
    place = draw(st.integers(0, len(file.lines) - file.on_hidden))
    file.lines.insert(place, Line({}, repeats_headings=True))


@damage()
def totals_and_footers(draw: st.DrawFn, file: List) -> None:
    totals = [
        {"last_name": "Totaal: 6"},
        {"stamnummer": "Totaal", "first_name": "6"},
        {"last_name": "Aantal leerlingen", "sex": "6"},
        {"institution": "Afgedrukt op 23/11/2026"},
        {"class_code": "Totaal 6A", "starts_on": "3"},
    ]
    place = draw(st.integers(1, len(file.lines) - file.on_hidden))
    file.lines.insert(place, Line(draw(st.sampled_from(totals))))


@damage()
def headings_with_units(draw: st.DrawFn, file: List) -> None:
    shapes = {
        "stamnummer": ["{} *", "{} leerling", "{} (6 cijfers)"],
        "first_name": ["{}*", "{} leerling"],
        "last_name": ["{}*", "{} leerling"],
        "sex": ["{} (M/V)", "{} M/V/X"],
        "birth_date": ["{} (dd/mm/jjjj)", "{} [dd-mm-jjjj]", "{}:"],
        "number": ["{} (11 cijfers)", "{} leerling"],
        "class_code": ["{} 2026-2027", "{} (26-27)"],
        "starts_on": ["{} (dd/mm/jjjj)"],
    }
    for name in draw(st.sets(st.sampled_from(sorted(shapes)), min_size=1)):
        file.headings[name] = draw(st.sampled_from(shapes[name])).format(file.headings[name])


@damage()
def sex_words(draw: st.DrawFn, file: List) -> None:
    known = ["f", "F", "Meisje", "Female", "vrouw", "VROUWELIJK"]
    word = draw(st.sampled_from([*known, "w", "1", "?"]))
    change(some(draw, file), ("sex",), lambda _: word)
    if word not in known:
        file.heals = False


@damage()
def empty_cells(draw: st.DrawFn, file: List) -> None:
    proved = ["number", "birth_date", "sex", "official_first_name", "official_last_name"]
    names = draw(st.lists(st.sampled_from(proved), min_size=1))
    change(some(draw, file), names, lambda _: "")
    file.heals = False


@damage()
def invisible_signs(draw: st.DrawFn, file: List) -> None:
    sign = draw(st.sampled_from("\u00ad\u200b\u200d\u2060\ufeff"))
    names = draw(st.sampled_from([PERSON, ("stamnummer", "class_code"), ("birth_date", "number")]))
    change(some(draw, file), names, lambda text: text[:1] + sign + text[1:])


@damage()
def lost_letters(draw: st.DrawFn, file: List) -> None:
    name = draw(st.sampled_from(["first_name", "last_name", "official_first_name", "class_code"]))
    change(some(draw, file), (name,), lambda text: text[:1] + "\ufffd" + text[2:])
    file.heals = False


@damage()
def rows_shuffled(draw: st.DrawFn, file: List) -> None:
    file.lines = draw(st.permutations(file.lines))


def undamaged(rows: list[Pupil], kind: str) -> List:
    return List([Line(dict(row), row) for row in rows], kind)


# The last lines of the list are those of the hidden sheet, so it is hidden before lines come in.
FIRST = ["rows shuffled", "hidden sheet"]


@st.composite
def damaged(draw: st.DrawFn, rows: list[Pupil], *, only: Damage | None = None) -> List:
    """The list of these pupils with one damage, or with two that can happen to one file."""
    chosen = [only or draw(st.sampled_from(DAMAGES))]
    if only is None and draw(st.booleans()):
        chosen.append(draw(st.sampled_from(DAMAGES)))
    kinds = {each.kind for each in chosen} - {""}
    assume(len(kinds) < 2)

    kind = draw(st.sampled_from(sorted(kinds or {"csv", "xlsx"})))
    file = undamaged(rows, kind)
    for each in sorted(chosen, key=lambda each: each.name not in FIRST):
        each.apply(draw, file)
        file.damages.append(each.name)
    return file
