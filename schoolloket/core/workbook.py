"""Excel files in which no text becomes a formula, and which are never spooled to disk (R5)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_A4 = 9  # Excel's number of the paper size
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(
    title: str,
    columns: Mapping[str, int],
    rows: Iterable[Sequence[str | int]],
    *,
    made_at: datetime,
    printed_columns: int | None = None,
    foot: str = "",
) -> bytes:
    """Return an .xlsx of one sheet: a row of headings, then the rows, with a filter on them.

    `columns`: heading -> width in characters. A `str` becomes a cell of text, an `int` a number.
    Printed it is A4 landscape and one page wide, with the headings on every page; `foot` stands
    beside the number of the page, and only the first `printed_columns` are printed, by default all.
    """
    file = BytesIO()
    # Unless in memory, the library spools every sheet through a temporary file.
    book = Workbook(file, {"in_memory": True})
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    sheet = book.add_worksheet(title)

    bold = book.add_format({"num_format": "@", "bold": True})
    for column, (heading, width) in enumerate(columns.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)

    last = _write_rows(sheet, rows, book.add_format({"num_format": "@"}))
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, (printed_columns or len(columns)) - 1)
    sheet.set_footer(f"&L{foot.replace('&', '&&')}&R&P / &N")

    book.close()
    return file.getvalue()


def _write_rows(sheet: Worksheet, rows: Iterable[Sequence[str | int]], text: Format) -> int:
    """Write the rows under the heading; return the number of the last one."""
    number = 0
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, _NOT_XML.sub("", value), text)
    return number
