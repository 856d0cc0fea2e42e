"""`leerid.xlsx`: one sheet for the school's own scripts and mail merges.

Written by hand as the few SpreadsheetML parts that it needs, since openpyxl spools every sheet,
passwords included, through a temporary file (product rule R5: no plain password in one).
"""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from credentials.prints.cards import Card, PrintJob
from credentials.prints.zipping import zipped

# The first six are read by schools' scripts: they stay in this order, byte for byte.
HEADINGS = (
    "Stamnummer",
    "Voornaam",
    "Achternaam",
    "Administratieve groep",
    "LeerID Gebruikersnaam",
    "LeerID Wachtwoord",
    "Klas",
    "Type",
    "Wachtwoord type",
    "LeerID adres",
)

_WIDTHS = (13, 20, 26, 34, 30, 34, 8, 12, 24, 60)  # in characters, as Excel counts them
_COLUMNS = "ABCDEFGHIJ"

_NUMBER = re.compile(r"[1-9][0-9]{0,14}")  # what Excel keeps exactly
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_CONTENT_TYPES = f"""\
<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>\
<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>\
</Types>"""

_RELATIONS = f"""\
<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>\
</Relationships>"""

_WORKBOOK_RELATIONS = f"""\
<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>\
<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>\
</Relationships>"""

# Cell formats: 0 a number, 1 text ('@', so that editing a cell keeps it text), 2 a heading.
_STYLES = f"""\
<styleSheet xmlns="{_MAIN}">\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" \
applyFont="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>"""


def render_workbook(job: PrintJob) -> bytes:
    """The workbook of `job`: a heading row, then a row per card in the job's order."""
    strings = _Strings()
    sheet = _sheet(job, strings)  # first: it collects the strings
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "xl/workbook.xml": _workbook(len(job.cards) + 1),
        "xl/_rels/workbook.xml.rels": _WORKBOOK_RELATIONS,
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": strings.part(),
        "xl/worksheets/sheet1.xml": sheet,
    }
    members = {name: (_DECLARATION + part).encode() for name, part in parts.items()}
    return zipped(members, job.saved_at)


class _Strings:
    """The texts of the workbook, each kept once and known by its place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        return self._places.setdefault(_NOT_XML.sub("", text), len(self._places))

    def part(self) -> str:
        items = (f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self._places)
        return f'<sst xmlns="{_MAIN}" uniqueCount="{len(self._places)}">{"".join(items)}</sst>'


def _workbook(rows: int) -> str:
    filtered = f"LeerID!$A$1:$J${rows}"
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="LeerID" sheetId="1" r:id="rId1"/></sheets>'
        '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
        f"{filtered}</definedName></definedNames></workbook>"
    )


def _sheet(job: PrintJob, strings: _Strings) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(_WIDTHS, start=1)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{columns}</cols>"
        f"<sheetData>{''.join(_rows(job, strings))}</sheetData>"
        f'<autoFilter ref="A1:J{len(job.cards) + 1}"/></worksheet>'
    )


def _rows(job: PrintJob, strings: _Strings) -> Iterator[str]:
    yield _row(1, [_text(text, strings, style=2) for text in HEADINGS])
    for number, card in enumerate(job.cards, start=2):
        texts = [_text(text, strings, style=1) for text in _texts(card)]
        yield _row(number, [_stamnummer(card, strings), *texts])


def _row(number: int, cells: Iterable[tuple[str, str]]) -> str:
    """A row of cells, each given as its attributes and its value."""
    inside = "".join(
        f'<c r="{column}{number}"{attributes}><v>{value}</v></c>'
        for column, (attributes, value) in zip(_COLUMNS, cells, strict=True)
    )
    return f'<row r="{number}">{inside}</row>'


def _text(text: str, strings: _Strings, *, style: int) -> tuple[str, str]:
    return f' s="{style}" t="s"', str(strings.place(text))


def _stamnummer(card: Card, strings: _Strings) -> tuple[str, str]:
    if _NUMBER.fullmatch(card.stamnummer):
        return "", card.stamnummer
    return _text(card.stamnummer, strings, style=1)


def _texts(card: Card) -> tuple[str, ...]:
    """The cells after the first, in the order of the headings."""
    return (
        card.first_name,
        card.last_name,
        card.administrative_group,
        card.username,
        card.password,
        card.class_code,
        card.kind,
        card.password_kind,
        card.address,
    )
