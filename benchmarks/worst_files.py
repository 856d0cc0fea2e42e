"""The files that cost a desk most, each of any size: for `hostile_files` and for the tests."""

import hashlib
import io
import zipfile
from datetime import date, timedelta

HEAD = "Stamnummer;Voornaam;Naam"
HEADINGS = HEAD.split(";")
FIRST_DAY = date(2005, 1, 1)

WORKBOOK = """<?xml version="1.0"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"""
RELATIONS = """<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="{}" Type="{}"/>{}</Relationships>"""
TYPES = """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{0}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{0}.worksheet+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="{0}.sharedStrings+xml"/>
</Types>""".format("application/vnd.openxmlformats-officedocument.spreadsheetml")
SHARED = "<Relationship Id='rId2' Target='sharedStrings.xml' Type='{}/sharedStrings'/>"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def national_number(born: str, counter: int) -> str:
    """Return a number of somebody born since 2000: `born` is its first six digits."""
    start = f"{born}{counter:03}"
    return f"{start}{97 - int('2' + start) % 97:02}"


def many_numbers(rows: int = 200, columns: int = 100, dates: int = 97) -> bytes:
    """Return columns of numbers that hold no birth date, and dates that each of them may have."""
    titles = [f"Nummer {place}" for place in range(columns)]
    titles += [f"Datum {place}" for place in range(dates)]
    days = [f"{FIRST_DAY + timedelta(days=place):%d/%m/%Y}" for place in range(dates)]

    lines = [";".join([HEAD, *titles])]
    for row in range(rows):
        numbers = [national_number("000001", 1 + (row + place) % 997) for place in range(columns)]
        lines.append(";".join([str(row), "a", "b", *numbers, *days]))
    return "\n".join(lines).encode() + b"\n"


def numbers_in_text(megabytes: float = 10) -> bytes:
    """Return names that are full of national numbers."""
    cell = " ".join([national_number("101107", 1)] * 80)
    line = f"1;{cell};b\n"
    count = (int(megabytes * 2**20) - len(HEAD) - 1) // len(line)
    return f"{HEAD}\n{line * count}".encode()


def long_names(megabytes: float = 8) -> bytes:
    """Return rows of text that nothing compresses."""
    lines = [HEAD]
    left = int(megabytes * 2**20)
    row = 0
    while left > 2_020:
        letters = hashlib.shake_128(str(row).encode()).hexdigest(1_000)
        lines.append(f"{row};{letters[:1000]};{letters[1000:]}")
        left -= len(lines[-1]) + 1
        row += 1
    return "\n".join(lines).encode() + b"\n"


def many_cells(megabytes: float = 10, columns: int = 200) -> bytes:
    """Return as many cells as fit: one letter in each."""
    line = ";".join("abcdefghij"[place % 10] for place in range(columns)) + "\n"
    head = ";".join([HEAD, *("" for _ in range(columns - 3))])
    left = int(megabytes * 2**20) - len(head) - 1
    return f"{head}\n{line * (left // len(line))}".encode()


def conflicts(rows: int = 5_000) -> bytes:
    """Return rows whose number and birth date contradict each other."""
    lines = [f"{HEAD};Geboortedatum;Insz"]
    for row in range(rows):
        number = national_number(
            f"{FIRST_DAY + timedelta(days=row % 1000):%y%m%d}", 1 + row // 1000
        )
        lines.append(f"{row};v{row};n;1/1/2015;{number}")
    return "\n".join(lines).encode() + b"\n"


def long_list(rows: int = 20_000, columns: int = 24) -> bytes:
    """Return a list without a mistake, as long and as wide as it may be."""
    known = f"{HEAD};Officiële voornaam;Officiële naam;Geboortedatum;Insz;Klas;Admingroep"
    others = [f"Kolom {place}" for place in range(columns - 9)]
    lines = [";".join([known, *others])]
    for row in range(rows):
        born = FIRST_DAY + timedelta(days=row % 3650)
        number = national_number(f"{born:%y%m%d}", 1 + row // 3650)
        known = f"{row};Voornaam{row};Naam{row};Voornaam{row} Maria;Naam{row};{born:%d/%m/%Y}"
        cells = [f"{row + place}" for place in range(columns - 9)]
        lines.append(";".join([known, number, f"{row % 6}A", "6de leerjaar", *cells]))
    return "\n".join(lines).encode() + b"\n"


def one_text(cells: int = 28_000, length: int = 1_000) -> bytes:
    """Return a workbook in which every cell names one long text."""
    row = "<row>" + '<c t="s"><v>3</v></c>' * 100 + "</row>"
    return _workbook(row * (cells // 100), ["x" * length])


def empty_cells(count: int = 40_000_000) -> bytes:
    """Return a workbook of empty cells."""
    row = "<row>" + "<c/>" * 1_000 + "</row>"
    return _workbook(row * (count // 1_000), [])


def _workbook(rows: str, texts: list[str]) -> bytes:
    """Return a workbook with the known headings above these rows of XML."""
    shared = "".join(f"<si><t>{text}</t></si>" for text in [*HEADINGS, *texts])
    head = "".join(f'<c t="s"><v>{place}</v></c>' for place in range(len(HEADINGS)))
    sheet = f"<worksheet {MAIN}><sheetData><row>{head}</row>{rows}</sheetData></worksheet>"
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS.format("xl/workbook.xml", f"{KINDS}/officeDocument", ""),
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS.format(
            "worksheets/sheet1.xml", f"{KINDS}/worksheet", SHARED.format(KINDS)
        ),
        "xl/sharedStrings.xml": f"<sst {MAIN}>{shared}</sst>",
        "xl/worksheets/sheet1.xml": sheet,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()
