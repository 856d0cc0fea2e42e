"""The sheets of an .xlsx file, row by row. Its XML is read by defusedxml, also through openpyxl."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
from defusedxml.ElementTree import iterparse
from openpyxl.reader.strings import read_string_table
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.worksheet._reader import COL_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from .. import UnusableFile, limits
from ..damaged import UNCALCULATED
from ..limits import Limits
from .package import TRUE, Package, WorkbookPart
from .zip_parts import parts_of

BROKEN = (
    "Dit Excel-bestand is beschadigd of geen werkblad. "
    "Open het in Excel, bewaar het opnieuw als .xlsx en probeer opnieuw."
)
MIDNIGHT = time(0)


@dataclass
class WorkbookSheet:
    """A sheet of which the rows are still to be read.

    `hidden_rows`, by number, is complete once they are; `hidden_columns`, by place from 0, too.
    """

    name: str
    is_hidden: bool
    parser: "_Parser"
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def rows(self) -> Iterator[tuple[int, list[object]]]:
        """Yield (row number, values) for each row that the sheet contains.

        Raises UnusableFile where the sheet is damaged.
        """
        with _damage_is_told():
            for number, cells in self.parser.rows():
                yield number, _values(cells)
            self.hidden_rows = self.parser.hidden_rows
            self.hidden_columns = self.parser.hidden_columns


def workbook_sheets(content: bytes, allowed: Limits) -> Iterator[WorkbookSheet]:
    """Yield the sheets with cells, in order, the hidden ones too.

    Raises UnusableFile for a zip bomb, for a damaged workbook and for more than limits.SHEETS.
    """
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("Workbooks from outside are read with defusedxml only.")

    _refuse_bomb(content, allowed)
    with _damage_is_told():
        package = Package(zipfile.ZipFile(io.BytesIO(content)))
        workbook = package.workbook()
        if not workbook.sheets:
            raise UnusableFile(BROKEN)
        if len(workbook.sheets) > limits.SHEETS:
            raise UnusableFile(
                f"Het bestand telt meer dan {limits.SHEETS} bladen. "
                "Zet alle leerlingen op één blad en probeer opnieuw."
            )

        shared = _Shared(package, workbook)
        for sheet in workbook.sheets:
            parser = _Parser(package.open(sheet.part), shared)
            yield WorkbookSheet(sheet.name, sheet.is_hidden, parser)


@contextmanager
def _damage_is_told() -> Iterator[None]:
    """Raise UnusableFile instead of the errors that a damaged workbook leads to.

    It fails in as many ways as there are parts in it.
    """
    try:
        yield
    except (MemoryError, UnusableFile):
        raise
    except Exception:
        raise UnusableFile(BROKEN) from None


class _Shared:
    """What the sheets of a workbook share: texts, and which cell styles show dates."""

    def __init__(self, package: Package, workbook: WorkbookPart) -> None:
        self.strings: list[str] = []
        if workbook.shared_strings is not None:
            self.strings = read_string_table(package.open(workbook.shared_strings))

        self.dates, self.durations = package.date_styles(workbook.styles)
        self.recalculates = workbook.recalculates
        self.epoch = WINDOWS_EPOCH
        if workbook.since_1904:
            self.epoch = MAC_EPOCH


class _Parser(WorkSheetParser):
    """openpyxl's parser of one sheet, for its rows alone, which also notes what is hidden.

    openpyxl's own `iter_rows()` makes up the rows that the sheet does not contain: a cell on the
    last row would cost a million of them, each as wide as the widest.
    """

    def __init__(self, source: Any, shared: _Shared) -> None:
        super().__init__(
            source,
            shared.strings,
            data_only=True,
            epoch=shared.epoch,
            date_formats=shared.dates,
            timedelta_formats=shared.durations,
        )
        self.recalculates = shared.recalculates
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()

    def rows(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield (row number, cells). What else a sheet holds may be damaged: it is not read."""
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self._row(element)
                element.clear()
            elif element.tag == COL_TAG:
                self._note_columns(element)

    def _row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
        """Return the row number and the cells, UNCALCULATED where a formula has no result."""
        number, cells = self.parse_row(row)
        # What openpyxl keeps of a row would be kept of a million empty ones.
        self.row_dimensions.clear()
        if _is_hidden(row, "ht"):
            self.hidden_rows.add(number)

        for element, cell in zip(row, cells, strict=True):
            value = cell["value"]
            # Few cells are looked at twice: there are many in a file.
            if (not value or type(value) is time) and self._is_uncalculated(element, value):
                cell["value"] = UNCALCULATED

        return number, cells

    def _is_uncalculated(self, cell: Element, value: object) -> bool:
        """Return whether this is a formula without a result of its own.

        Excel stores an empty text as a result too. Programs that cannot calculate store nothing, or
        0 in a workbook that says that it has to be calculated.
        """
        if cell.find(FORMULA_TAG) is None:
            return False
        if value is None:
            return cell.get("t") != "str" or cell.find(VALUE_TAG) is None

        is_zero = value == 0 or value == MIDNIGHT
        return self.recalculates and is_zero and cell.get("t", "n") == "n"

    def _note_columns(self, columns: Element) -> None:
        """Note the columns that one element says are hidden, as far as columns are read."""
        if _is_hidden(columns, "width"):
            last = min(int(columns.get("max", 0)), limits.COLUMNS)
            self.hidden_columns.update(range(int(columns.get("min", 0)) - 1, last))


def _is_hidden(element: Element, size: str) -> bool:
    """Return whether a row or column is hidden, also by its size: "ht" or "width"."""
    return element.get("hidden") in TRUE or float(element.get(size, 1)) == 0


def _values(cells: list[dict[str, Any]]) -> list[object]:
    """Return the values in their columns, up to limits.COLUMNS."""
    values: list[object] = []
    for cell in cells:
        column = cell["column"]
        if column > limits.COLUMNS:
            continue
        missing = column - len(values)
        values.extend([None] * missing)
        values[column - 1] = cell["value"]

    return values


def _refuse_bomb(content: bytes, allowed: Limits) -> None:
    """Raise UnusableFile for a workbook that is too large unpacked, or is no workbook.

    By the sizes that its directory claims; unpacking never goes beyond those.
    """
    try:
        parts = parts_of(content)
    except ValueError:
        raise UnusableFile(BROKEN) from None

    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.UNPACKED * allowed.file_bytes:
        raise UnusableFile("Dit Excel-bestand is uitgepakt te groot. Bewaar het als .csv.")
