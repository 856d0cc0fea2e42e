"""What is to be said of the sheets of a file: which are left, what is hidden, what is missing."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from .. import UnusableFile
from ..columns import BY_NAME, count_known, shared_meaning
from ..damaged import UNCALCULATED
from ..findings import Findings
from .sheets import HEADING_WITHIN, ListSheet, Sheet

# As many known headings in one row, or different stamnummers, make a sheet look like a list.
LIKE_A_LIST = 2
HEADINGS_LOOKED_FOR = 50
SHORTEST_STAMNUMMER = 4
NAMED = 10

CALCULATE = "Open het bestand in Excel, bewaar het en probeer opnieuw."

HEADINGS_MISSING = "de kopjes “Stamnummer”, “Voornaam” en “Naam” staan er niet alle drie boven"
LEFT_LIST = (
    "Niet gelezen: {}. Er lijken leerlingen op te staan, maar "
    f"{HEADINGS_MISSING}. Zet ze erboven en kies het bestand opnieuw."
)
LEFT_HIDDEN = (
    "Niet gelezen, want verborgen: {}. Horen er leerlingen van op de lijst, maak zo'n blad dan "
    "zichtbaar en kies het bestand opnieuw."
)
LEFT_OTHER = (
    f"Niet gelezen: {{}}, want {HEADINGS_MISSING}. "
    "Staan er geen leerlingen op, dan hoef je niets te doen."
)
MAY_MISS_PUPILS = "De lijst noemt misschien niet alle leerlingen: {} is niet gelezen."
HIDDEN_ROWS = (
    "Mee gelezen: {}. Horen die leerlingen niet op de lijst, verwijder de rijen dan en kies het "
    "bestand opnieuw."
)
HIDDEN_COLUMNS = "Mee gelezen: {}. Kijk na of wat erin staat nog klopt."
NO_COLUMN = (
    "Zonder een kolom die andere bladen wel hebben: {}. Zet de kolom erbij als die leerlingen de "
    "gegevens wel hebben."
)
NO_RESULT = (
    "{} zonder uitkomst: Excel toont er iets, maar het staat niet in het bestand. " + CALCULATE
)


def findings_of(sheets: Sequence[Sheet], lists: Sequence[ListSheet]) -> Findings:
    """Return what is to be said of a file with these sheets, of which those of `lists` are read."""
    left = _Left()
    shapes = _shapes_of_stamnummers(lists)
    read = [one.sheet for one in lists]
    for sheet in sheets:
        if sheet not in read and not _is_empty(sheet):
            left.add(sheet, shapes)

    names: tuple[str, ...] = ()
    if len(read) > 1:
        names = tuple(sheet.name for sheet in read)

    warnings = [*left.warnings(), *_warnings(lists)]
    withholds = _said(MAY_MISS_PUPILS, left.like_lists)
    return Findings(sheets=names, warnings=tuple(warnings), withholds=tuple(withholds))


def no_headings(sheets: Sequence[Sheet]) -> UnusableFile:
    """Return the error for sheets of which none has a known heading."""
    reason = (
        f"In de eerste {HEADING_WITHIN} rijen van het bestand staan geen kopjes die we kennen, "
        "zoals “Stamnummer”, “Voornaam” en “Naam”."
    )
    if any(sheet.is_hidden and sheet.rows for sheet in sheets):
        reason += " Verborgen bladen lezen we niet: staat de lijst daar, maak het blad zichtbaar."
    if any(UNCALCULATED in cells for sheet in sheets for _, cells in sheet.rows):
        reason += f" Er staan wel formules zonder uitkomst. {CALCULATE}"
    return UnusableFile(reason)


# What is left ------------------------------------------------------------------------------------


class _Left:
    """The sheets that are not read, as they are named: "blad “6C”"."""

    def __init__(self) -> None:
        self.like_lists: list[str] = []
        self._lists: list[str] = []
        self._hidden: list[str] = []
        self._others: list[str] = []

    def add(self, sheet: Sheet, shapes: set[str]) -> None:
        """Note a sheet; `shapes` are those of the stamnummers that are read."""
        name = _name(sheet)
        is_like_a_list = _is_like_a_list(sheet, shapes)
        if is_like_a_list:
            self.like_lists.append(name)

        if sheet.is_hidden:
            self._hidden.append(name)
        elif is_like_a_list:
            self._lists.append(name)
        else:
            self._others.append(name)

    def warnings(self) -> list[str]:
        """Return what is to be said of them."""
        return [
            *_said(LEFT_LIST, self._lists),
            *_said(LEFT_HIDDEN, self._hidden),
            *_said(LEFT_OTHER, self._others),
        ]


def _is_empty(sheet: Sheet) -> bool:
    """Return whether there is nothing on a sheet, or headings with nothing under them."""
    if len(sheet.rows) > 1:
        return False
    return all(count_known(cells) >= LIKE_A_LIST for _, cells in sheet.rows)


def _shapes_of_stamnummers(lists: Sequence[ListSheet]) -> set[str]:
    """Return what the stamnummers look like that are read: {"0000000"} where all have 7 digits."""
    shapes = set()
    for one in lists:
        meanings = list(map(shared_meaning, one.headings))
        if "stamnummer" not in meanings:
            continue

        place = meanings.index("stamnummer")
        for _, cells in one.rows:
            if place < len(cells):
                shapes.add(_shape(cells[place]))

    return {shape for shape in shapes if len(shape) >= SHORTEST_STAMNUMMER and "0" in shape}


def _shape(text: str) -> str:
    """Return the text with 0 for each digit and a for each letter."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text))


def _is_like_a_list(sheet: Sheet, shapes: set[str]) -> bool:
    """Return whether a sheet has known headings, or stamnummers of one of these shapes."""
    for _, cells in sheet.rows[:HEADINGS_LOOKED_FOR]:
        if count_known(cells) >= LIKE_A_LIST:
            return True

    lengths = set(map(len, shapes))
    found = set()
    for _, cells in sheet.rows:
        for cell in cells:
            if len(cell) in lengths and _shape(cell) in shapes:
                found.add(cell)
        if len(found) >= LIKE_A_LIST:
            return True

    return False


# What is read ------------------------------------------------------------------------------------


def _warnings(lists: Sequence[ListSheet]) -> list[str]:
    """Return what is to be said of the sheets that are read."""
    hidden_rows = []
    hidden_columns = []
    without_column = []
    uncalculated = 0
    fields = set().union(*(one.fields for one in lists))
    for one in lists:
        count = sum(number in one.sheet.hidden_rows for number, _ in one.rows)
        if count:
            rows = _counted(count, "verborgen rij", "verborgen rijen")
            hidden_rows.append(f"{rows} op {_name(one.sheet)}")

        columns = _hidden_columns(one)
        if columns:
            word = _counted(len(columns), "verborgen kolom", "verborgen kolommen")
            hidden_columns.append(f"{word} op {_name(one.sheet)}, {_listed(columns)}")

        missing = sorted(BY_NAME[name].label for name in fields - one.fields)
        if missing:
            without_column.append(f"{_name(one.sheet)} ({', '.join(missing)})")

        uncalculated += sum(cells.count(UNCALCULATED) for _, cells in one.rows)

    warnings = _said(HIDDEN_ROWS, hidden_rows)
    warnings += _said(HIDDEN_COLUMNS, hidden_columns)
    warnings += _said(NO_COLUMN, without_column)
    if uncalculated:
        cells = _counted(uncalculated, "cel bevat een formule", "cellen bevatten een formule")
        warnings += _said(NO_RESULT, [cells])
    return warnings


def _hidden_columns(one: ListSheet) -> list[str]:
    """Return the hidden columns with a heading or with cells, as they are named."""
    named = []
    for place in sorted(one.sheet.hidden_columns):
        heading = "".join(one.headings[place : place + 1])
        if heading:
            named.append(f"“{heading}”")
        elif any(any(cells[place : place + 1]) for _, cells in one.rows):
            named.append(_letters(place))

    return named


def _letters(place: int) -> str:
    """Return what a spreadsheet shows above a column, as far as columns are read: 27 is AB."""
    first, second = divmod(place, len(ascii_uppercase))
    if first:
        return ascii_uppercase[first - 1] + ascii_uppercase[second]
    return ascii_uppercase[second]


# Words -------------------------------------------------------------------------------------------


def _said(sentence: str, items: list[str]) -> list[str]:
    """Return the sentence with the items in it, and no sentence without items."""
    if not items:
        return []
    return [sentence.format(_listed(items))]


def _listed(items: list[str]) -> str:
    """Return "a, b en c", at most NAMED of them: "a, b en nog 5"."""
    *first, last = items[:NAMED]
    if len(items) > NAMED:
        first.append(last)
        last = f"nog {len(items) - NAMED}"
    if not first:
        return last
    return f"{', '.join(first)} en {last}"


def _counted(count: int, one: str, more: str) -> str:
    """Return "1 rij" or "2 rijen"."""
    if count == 1:
        return f"{count} {one}"
    return f"{count} {more}"


def _name(sheet: Sheet) -> str:
    return f"blad “{sheet.name}”"
