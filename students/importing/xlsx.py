"""The first sheet of an .xlsx file, row by row. Its XML is read by defusedxml, through openpyxl."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.worksheet._reader import WorkSheetParser

from . import UnusableFile
from .cells import MAX_COLUMNS, Limits

# A workbook may unpack to this many times the size that a file may have; a zip bomb wants more.
MAX_UNPACKED = 20

BROKEN = (
    "Dit Excel-bestand is beschadigd of geen werkblad. "
    "Open het in Excel, bewaar het opnieuw als .xlsx en probeer opnieuw."
)


def workbook_rows(content: bytes, limits: Limits) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows that are there, with their numbers. Raises UnusableFile."""
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("Workbooks from outside are read with defusedxml only.")
    _refuse_bomb(content, limits)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for number, cells in _parser(workbook.worksheets[0]).parse():
            yield number, _row(cells)
    except MemoryError:
        raise
    # A damaged workbook fails in as many ways as there are parts in it.
    except Exception:
        raise UnusableFile(BROKEN) from None


def _parser(sheet: Any) -> WorkSheetParser:
    """The parser under `sheet.iter_rows()`, which would make up the rows that are not there.

    A cell on the last row would cost a million of them, each as wide as the widest.
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


def _row(cells: list[dict[str, Any]]) -> list[object]:
    """The values in their columns, up to MAX_COLUMNS."""
    near = [cell for cell in cells if cell["column"] <= MAX_COLUMNS]
    row: list[object] = [None] * max((cell["column"] for cell in near), default=0)
    for cell in near:
        row[cell["column"] - 1] = cell["value"]
    return row


def _refuse_bomb(content: bytes, limits: Limits) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise UnusableFile(BROKEN) from None
    if sum(part.file_size for part in parts) > MAX_UNPACKED * limits.file_bytes:
        raise UnusableFile("Dit Excel-bestand is uitgepakt te groot. Bewaar het als .csv.")
