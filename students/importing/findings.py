"""What reading a file found out about it as a whole, and how its rows are numbered.

Loads no Django, since the child needs it too.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

# A sheet of a workbook has no more rows than this.
ROWS_OF_A_SHEET = 2**20


@dataclass(frozen=True)
class Findings:
    """What is known of the file as a whole, beside its rows.

    `cut_off`: it stops in the middle of a line, as an incomplete copy does. `sheets`: the names of
    the sheets whose rows stand here as one list; empty where there is one. `warnings`: what was
    left or is in doubt, for somebody to look at. `withholds`: why the rows may not name all pupils,
    so that the list may end none. `questions`: whether names are right as they were read. All in
    Dutch, one sentence or more each. The questions name pupils: whoever imports the file sees them,
    and no log keeps them.
    """

    cut_off: bool = False
    sheets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def findings_from_json(stored: dict[str, Any] | bool) -> Findings:
    """Return what `asdict` made of the findings, after its way through JSON.

    Older versions of the project stored only whether the file was cut off, and no questions.
    """
    if isinstance(stored, bool):
        return Findings(cut_off=stored)
    return Findings(
        cut_off=stored["cut_off"],
        sheets=tuple(stored["sheets"]),
        warnings=tuple(stored["warnings"]),
        withholds=tuple(stored["withholds"]),
        questions=tuple(stored.get("questions", ())),
    )


class SheetRow(int):
    """The number of a row in a file of several sheets, which names its sheet where it is shown.

    As a number it tells the rows of all sheets apart, in the order of the file.
    """

    sheet: str

    @property
    def on_sheet(self) -> int:
        """Return the number that the spreadsheet shows."""
        return (self - 1) % ROWS_OF_A_SHEET + 1

    def __str__(self) -> str:
        return f"{self.on_sheet} van blad “{self.sheet}”"

    def __html__(self) -> str:
        """Return the text for a template. Django takes any other number for safe as it is."""
        return escape(str(self))


def row_number(number: int, sheets: tuple[str, ...]) -> int:
    """Return the number of a row as it is to be shown.

    `number`: that of a row in the file: as a spreadsheet counts, and on each sheet ROWS_OF_A_SHEET
    more than on the one before.
    """
    if not sheets:
        return number

    row = SheetRow(number)
    row.sheet = sheets[(number - 1) // ROWS_OF_A_SHEET]
    return row


def row_as_json(row: int) -> dict[str, int | str]:
    """Return the number of a row for JSON: {"row": 4}, or {"row": 4, "sheet": "6B"}."""
    if isinstance(row, SheetRow):
        return {"row": row.on_sheet, "sheet": row.sheet}
    return {"row": row}
