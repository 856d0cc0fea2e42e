"""The first sheet of an .xlsx file, row by row. Its XML is read by defusedxml, through openpyxl."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.worksheet._reader import WorkSheetParser

from . import UnusableFile, limits
from .limits import Limits

BROKEN = (
    "Dit Excel-bestand is beschadigd of geen werkblad. "
    "Open het in Excel, bewaar het opnieuw als .xlsx en probeer opnieuw."
)


def workbook_rows(content: bytes, allowed: Limits) -> Iterator[tuple[int, list[object]]]:
    """Yield (row number, values) for each row that the sheet contains.

    Raises UnusableFile for a zip bomb and for a damaged workbook.
    """
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("Workbooks from outside are read with defusedxml only.")

    _refuse_bomb(content, allowed)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for number, cells in _parser(workbook.worksheets[0]).parse():
            yield number, _values(cells)
    except MemoryError:
        raise
    # A damaged workbook fails in as many ways as there are parts in it.
    except Exception:
        raise UnusableFile(BROKEN) from None


def _parser(sheet: Any) -> WorkSheetParser:
    """Return the parser that `sheet.iter_rows()` uses, without what it adds.

    `iter_rows()` makes up the rows that the sheet does not contain: a cell on the last row would
    cost a million of them, each as wide as the widest.
    """
    book = sheet.parent
    return WorkSheetParser(
        sheet._get_source(),
        sheet._shared_strings,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )


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
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise UnusableFile(BROKEN) from None

    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.UNPACKED * allowed.file_bytes:
        raise UnusableFile("Dit Excel-bestand is uitgepakt te groot. Bewaar het als .csv.")
