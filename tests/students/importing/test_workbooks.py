"""Workbooks as schools and programs make them: all sheets of the list, and what is left named."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.test import Client

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile, limits
from students.importing.damaged import UNCALCULATED
from students.importing.findings import SheetRow, row_number
from students.importing.reading.cells import FileCells
from students.models import Enrolment, ImportRun
from tests.students.helpers import csv_file, pupils, read_here, run_import, upload

from .cast import workbook_of

HEADINGS = ["Stamnummer", "Voornaam", "Naam", "Klas"]
ZOE = ["0000101", "Zoë", "Peeters", "6A"]
BJORN = ["0000102", "Björn", "Claes", "6B"]
KOBE = ["0000103", "Kobe", "Ouali", "6C"]
STRICT = "http://purl.oclc.org/ooxml"
Rows = list[list[Any]]


def with_parts(content: bytes, change: Callable[[str, str], tuple[str, str]]) -> bytes:
    """The workbook with names and texts of its parts changed."""
    made = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name).decode()))
    return made.getvalue()


def by_excel(cells: Rows, options: dict[str, Any] | None = None) -> bytes:
    """A workbook by xlsxwriter, whose texts are shared as Excel's are."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **(options or {})}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Leerlingen")
        for number, row in enumerate(cells):
            for place, cell in enumerate(row):
                style = day if isinstance(cell, datetime) else None
                sheet.write(number, place, cell, style)
    return made.getvalue()


def texts(file: FileCells) -> list[tuple[str, ...]]:
    return [cells for _, cells in file.rows]


def message(content: bytes) -> str:
    with pytest.raises(UnusableFile) as caught:
        read_here(content)
    return str(caught.value)


# Sheets -----------------------------------------------------------------------------------------


def test_all_sheets_with_the_headings_are_one_list() -> None:
    file = read_here(workbook_of({"6A": [HEADINGS, ZOE], "6B": [HEADINGS, BJORN]}))
    assert texts(file) == [tuple(ZOE), tuple(BJORN)]
    assert file.findings.sheets == ("6A", "6B")
    assert [str(row_number(number, file.findings.sheets)) for number, _ in file.rows] == [
        "2 van blad “6A”",
        "2 van blad “6B”",
    ]
    assert file.findings.warnings == file.findings.withholds == ()


def test_one_sheet_is_numbered_as_ever() -> None:
    file = read_here(workbook_of({"Lijst": [HEADINGS, ZOE], "Blad2": []}))
    assert (file.rows, file.findings.sheets) == ([(2, tuple(ZOE))], ())
    assert file.findings.warnings == ()


def test_columns_are_joined_by_what_their_headings_mean() -> None:
    second = [["Leeftijd", "Klascode", "Familienaam", "Voornaam", "Stamnr"], [9, "6B", "b", "B", 2]]
    file = read_here(workbook_of({"6A": [["Lijst"], [], HEADINGS, ZOE], "6B": second}))
    assert file.headings == (*HEADINGS, "Leeftijd")
    assert texts(file) == [tuple(ZOE), ("2", "B", "b", "6B", "9")]


def test_a_sheet_without_a_column_of_the_others_is_named() -> None:
    file = read_here(workbook_of({"6A": [HEADINGS, ZOE], "6B": [HEADINGS[:3], BJORN[:3]]}))
    (warning,) = file.findings.warnings
    assert "blad “6B” (klas)" in warning


def test_headings_without_pupils_are_an_empty_sheet() -> None:
    file = read_here(workbook_of({"6A": [HEADINGS, ZOE], "Leeg": [HEADINGS]}))
    assert (file.findings.sheets, file.findings.warnings, file.findings.withholds) == ((), (), ())


def test_of_two_columns_of_a_field_the_preferred_ones_are_joined() -> None:
    first = [[*HEADINGS, "Klascode", "Nota", "Nota"], [*ZOE, "x", "n1", "n2"]]
    second = [["Klascode", *HEADINGS, "Nota", "Nota", "Nota"], ["y", *BJORN, "n3", "n4", "n5"]]
    file = read_here(workbook_of({"6A": first, "6B": second}))
    assert file.headings == (*HEADINGS, "Klascode", "Nota", "Nota", "Nota")
    assert texts(file)[1] == (*BJORN, "y", "n3", "n4", "n5")


def test_a_cell_beyond_the_headings_stays_beyond_all_of_them() -> None:
    wider = [[*HEADINGS, "Nota"], [*BJORN, "n"]]
    file = read_here(workbook_of({"6A": [HEADINGS, [*ZOE, "te veel"]], "6B": wider}))
    assert texts(file)[0] == (*ZOE, "", "te veel")


def test_where_no_sheet_has_all_headings_the_best_one_is_read() -> None:
    some = ["Stamnummer", "Voornaam", "Klas"]
    file = read_here(workbook_of({"A": [["Klas"], ["6A"]], "B": [some, ["0000101", "Zoë", "6A"]]}))
    assert file.headings == tuple(some)
    assert "blad “A”" in file.findings.warnings[0]


def test_a_cover_sheet_is_named_and_withholds_nothing() -> None:
    cover = [["Uitvoer van 1 september 2026"], ["Klas", 6], ["Aantal", 3]]
    file = read_here(workbook_of({"Overzicht": cover, "Lijst": [HEADINGS, ZOE]}))
    assert texts(file) == [tuple(ZOE)]
    assert "blad “Overzicht”" in file.findings.warnings[0]
    assert file.findings.withholds == ()


@pytest.mark.parametrize(
    "rows",
    [
        [["Stamnummer", "Klas"], ["x", "y"]],
        [["0000104", "Noa"], ["0000105", "Lou"]],
        [*[["Titel"]] * 6, HEADINGS, KOBE],
    ],
    ids=["some headings", "stamnummers", "headings too low"],
)
def test_a_left_sheet_that_looks_like_pupils_withholds_endings(rows: Rows) -> None:
    file = read_here(workbook_of({"6A": [HEADINGS, ZOE, BJORN], "6C": rows}))
    assert len(file.rows) == 2
    assert "6C" in file.findings.warnings[0]
    assert "6C" in file.findings.withholds[0]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_named_and_not_read(state: str) -> None:
    def hide(book: Any) -> None:
        book["Oud"].sheet_state = book["Keuzes"].sheet_state = state

    sheets: dict[str, Rows] = {"6A": [HEADINGS, ZOE], "Oud": [HEADINGS, BJORN], "Keuzes": [["M"]]}
    file = read_here(workbook_of(sheets, hide))
    assert texts(file) == [tuple(ZOE)]
    assert "verborgen: blad “Oud” en blad “Keuzes”" in file.findings.warnings[0]
    assert "Oud" in file.findings.withholds[0]
    assert "Keuzes" not in file.findings.withholds[0]


def test_a_list_on_a_hidden_sheet_alone_says_so() -> None:
    def hide(book: Any) -> None:
        book["Oud"].sheet_state = "hidden"

    assert "Verborgen bladen lezen we niet" in message(
        workbook_of({"Oud": [HEADINGS, ZOE], "Nieuw": [["x"]]}, hide)
    )


def test_a_chart_is_no_sheet_of_the_list() -> None:
    def draw(book: Any) -> None:
        book.create_chartsheet("Grafiek").add_chart(openpyxl.chart.BarChart())

    file = read_here(workbook_of({"6A": [HEADINGS, ZOE]}, draw))
    assert (len(file.rows), file.findings.warnings) == (1, ())


def test_the_last_row_of_a_sheet_belongs_to_that_sheet() -> None:
    row = row_number(2**20, ("6A", "6B"))
    assert isinstance(row, SheetRow)
    assert (row.on_sheet, row.sheet) == (2**20, "6A")
    assert str(row_number(2**20 + 1, ("6A", "6B"))) == "1 van blad “6B”"


# What is hidden in a sheet ----------------------------------------------------------------------


def test_hidden_rows_and_columns_are_read_and_counted() -> None:
    def hide(book: Any) -> None:
        sheet = book["6A"]
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True

    def flatten(name: str, text: str) -> tuple[str, str]:
        text = text.replace('<row r="4"', '<row r="4" ht="0" customHeight="1"')
        return name, text.replace("</cols>", '<col min="5" max="9" width="0"/></cols>')

    rows = [HEADINGS, ZOE, BJORN, [*KOBE, "zonder kopje"]]
    file = read_here(with_parts(workbook_of({"6A": rows}, hide), flatten))
    assert len(file.rows) == 3
    rows_said, columns_said = file.findings.warnings
    assert "2 verborgen rijen op blad “6A”" in rows_said
    assert "2 verborgen kolommen op blad “6A”, “Klas” en E" in columns_said


def test_hidden_rows_without_pupils_are_silent() -> None:
    def hide(book: Any) -> None:
        book["6A"].row_dimensions[1].hidden = book["6A"].row_dimensions[9].hidden = True
        book["6A"].column_dimensions["Z"].hidden = True

    assert read_here(workbook_of({"6A": [HEADINGS, ZOE]}, hide)).findings.warnings == ()


# Formulas and values ----------------------------------------------------------------------------


def test_a_formula_without_a_result_is_said_and_never_calculated() -> None:
    file = read_here(workbook_of({"6A": [HEADINGS, ["0000101", '="Zo"&"ë"', '=B2&""', "6A"]]}))
    assert texts(file)[0][1:3] == (UNCALCULATED, UNCALCULATED)
    assert "2 cellen bevatten een formule" in file.findings.warnings[0]


def test_a_zero_that_a_program_wrote_for_a_formula_is_no_result() -> None:
    file = read_here(by_excel([HEADINGS, ["0000101", '=CONCATENATE("Zo","ë")', "Peeters", "6A"]]))
    assert texts(file)[0][1] == UNCALCULATED


def test_a_stored_result_is_read() -> None:
    def calculated(name: str, text: str) -> tuple[str, str]:
        text = text.replace("</f><v>0</v>", "</f><v>7</v>").replace(
            '<c r="D2">', '<c r="D2" t="str">'
        )
        return name, text.replace("<f>D1</f><v>7</v>", "<f>D1</f><v></v>")

    content = by_excel([HEADINGS, ["=1+6", "Zoë", "Peeters", "=D1"]])
    file = read_here(with_parts(content, calculated))
    assert texts(file) == [("7", "Zoë", "Peeters", "")]
    assert file.findings.warnings == ()


def test_headings_that_are_formulas_are_said() -> None:
    assert "formules zonder uitkomst" in message(workbook_of({"6A": [['="Stam"'], ["1"]]}))


DAY = datetime(2012, 3, 4)


@pytest.mark.parametrize("early", [0, 1, 44, 3_600, 7_200])
@pytest.mark.parametrize("since_1904", [False, True])
def test_a_day_written_early_is_the_day_that_was_meant(early: int, since_1904: bool) -> None:
    content = by_excel(
        [[*HEADINGS, "Geboortedatum"], [*ZOE, DAY - timedelta(seconds=early)]],
        {"date_1904": since_1904},
    )
    assert texts(read_here(content))[0][4] == "2012-03-04"


@pytest.mark.parametrize(
    ("stored", "is_date", "read"),
    [
        ("0", True, "0"),
        ("2958465.999", True, "9999-12-31"),
        ("40489.99949", False, "40489.99949"),
        ("7100101.0", False, "7100101"),
        ("1.2030441162E10", False, "12030441162"),
        ("1E-05", False, "0.00001"),
    ],
)
def test_numbers_are_read_in_full(stored: str, is_date: bool, read: str) -> None:
    def change(name: str, text: str) -> tuple[str, str]:
        return name, re.sub("<v>(12345|40972)</v>", f"<v>{stored}</v>", text)

    content = by_excel([HEADINGS, ["0000101", "Zoë", "Peeters", DAY if is_date else 12345]])
    assert texts(read_here(with_parts(content, change)))[0][3] == read


def test_error_cells_keep_their_text() -> None:
    file = read_here(workbook_of({"6A": [HEADINGS, ["0000101", "#N/A", "Peeters", "#REF!"]]}))
    assert texts(file)[0][1::2] == ("#N/A", "#REF!")


# Parts outside the norm -------------------------------------------------------------------------


def as_strict(name: str, text: str) -> tuple[str, str]:
    for old, new in (
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "/spreadsheetml/main"),
        (
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "/officeDocument/relationships",
        ),
    ):
        text = text.replace(old, STRICT + new)
    return name, text.replace("<v>40972</v>", "<v>2012-03-04</v>").replace(
        ' s="1"><v>2012', ' s="1" t="d"><v>2012'
    )


def with_backslashes(name: str, text: str) -> tuple[str, str]:
    if name.endswith(".rels"):
        text = re.sub(r'Target="([^"]*)"', lambda found: found[0].replace("/", "\\"), text)
    return name.replace("/", "\\"), text


def in_another_case(name: str, text: str) -> tuple[str, str]:
    return name.replace("sharedStrings", "SharedStrings").replace("sheet1", "Sheet1"), text


def with_odd_styles(name: str, text: str) -> tuple[str, str]:
    if name == "xl/styles.xml":
        text = text.replace('<family val="2"/>', '<family val="99"/><u val="triple"/>')
        text = text.replace('<color theme="1"/>', '<color rgb="rood" theme="veel"/>')
        text = text.replace("<border>", '<border outline="misschien">')
    return name, text


def with_odd_rest(name: str, text: str) -> tuple[str, str]:
    end = "</sheetData>"
    odd = '<conditionalFormatting sqref="?"/><dataValidations count="x"><a/></dataValidations>'
    text = text.replace(end, end + odd).replace("<calcPr ", '<calcPr odd="x" ')
    if name.startswith("docProps"):
        text = "<geen"
    return name, text


@pytest.mark.parametrize(
    "change", [as_strict, with_backslashes, in_another_case, with_odd_styles, with_odd_rest]
)
def test_what_excel_opens_is_read(change: Callable[[str, str], tuple[str, str]]) -> None:
    content = by_excel([[*HEADINGS, "Geboortedatum"], [*ZOE, DAY]])
    assert texts(read_here(with_parts(content, change))) == [(*ZOE, "2012-03-04")]


# What is told -----------------------------------------------------------------------------------


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream.encode("utf-16-le") + bytes(9)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped("mimetype", "content.xml"), "OpenDocument"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
        (zipped("[Content_Types].xml", "word/document.xml"), "Word"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "presentatie"),
        (zipped("Index/Document.iwa"), "Numbers"),
        (zipped("map/lijst.csv"), "zip-bestand met een lijst"),
        (zipped("brief.pdf"), "zip-bestand zonder werkblad"),
        (ole("EncryptedPackage"), "wachtwoord beveiligd"),
        (ole("Workbook"), "oud Excel-bestand"),
        (ole("WordDocument"), "Word"),
        (ole("Anders"), "oud of met een wachtwoord"),
        (b"\t\x08\x10\x00\x00\x06\x05\x00" + bytes(40), "oud Excel-bestand"),
        (b"<html><table><tr><th>Stamnummer", "webpagina"),
        ("\ufeff\n <TABLE border=1>".encode("utf-16"), "webpagina"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "webpagina"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "Excel 2003",
        ),
        (b'<?xml version="1.0"?><lijst/>', "XML-bestand"),
        (b"%PDF-1.7 x", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "afbeelding"),
        (b"\xff\xd8\xff\xe0", "afbeelding"),
        (b"{\\rtf1", ".rtf"),
        (b"Rar!\x1a\x07", "ingepakt"),
    ],
)
def test_what_is_no_list_is_told_what_it_is(content: bytes, said: str) -> None:
    assert said in message(content)


def test_a_list_that_only_begins_like_something_else_is_read() -> None:
    for first in ("PK", "<b>Lijst</b>", "MM"):
        assert read_here(f"{first}\nStamnummer;Naam\n1;a\n".encode()).rows


# On the screen ----------------------------------------------------------------------------------


def of_pupils(*classes: str) -> dict[str, Rows]:
    """Two pupils a class, each class on a sheet."""
    sheets: dict[str, Rows] = {}
    for place, name in enumerate(classes):
        lines = csv_file(pupils(2 * place + 2)[-2:], encoding="utf-8").decode().splitlines()
        sheets[name] = [line.split(";") for line in lines]
    return sheets


@pytest.mark.usefixtures("clock")
def test_a_left_sheet_of_pupils_ends_nobody(alice_actor: Actor) -> None:
    sheets = of_pupils("6A", "6B", "6C")
    assert run_import(alice_actor, workbook_of(sheets)).new == 6
    del sheets["6C"][0]
    run = run_import(alice_actor, workbook_of(sheets))
    assert (run.ended, run.withheld, Enrolment.objects.count()) == (0, 2, 6)


@pytest.mark.usefixtures("clock")
def test_a_row_is_named_with_its_sheet(alice_client: Client, alice_actor: Actor) -> None:
    sheets = of_pupils("6A", "<b>6B")
    sheets["<b>6B"][2][2] = ""
    run = upload(alice_actor, workbook_of(sheets))
    page = alice_client.get(f"/999912/import/{run.pk}/").content.decode()
    assert "3 van blad “&lt;b&gt;6B”" in page
    assert "<b>6B" not in page

    run = run_import(alice_actor, workbook_of(sheets))
    stored = ImportRun.objects.get(pk=run.pk).problems
    assert [(problem["row"], problem["sheet"]) for problem in stored] == [(3, "<b>6B")]
    page = alice_client.get("/999912/import/").content.decode()
    assert "Rij 3 van blad “&lt;b&gt;6B”:" in page


@pytest.mark.usefixtures("clock")
def test_a_conflict_on_a_sheet_can_be_answered(alice_client: Client, alice_actor: Actor) -> None:
    sheets = of_pupils("6A", "6B")
    birth_date = sheets["6B"][0].index("Geboortedatum")
    sheets["6B"][1][birth_date] = "03/01/2015"
    run = upload(alice_actor, workbook_of(sheets))
    page = alice_client.get(f"/999912/import/{run.pk}/").content.decode()
    assert "Rij 2 van blad “6B”:" in page
    assert 'name="rij-1048578"' in page


# Without end ------------------------------------------------------------------------------------


def test_a_thousand_hidden_sheets_are_too_many() -> None:
    def hide(book: Any) -> None:
        for sheet in book.worksheets[1:]:
            sheet.sheet_state = "hidden"

    sheets: dict[str, Rows] = {"6A": [HEADINGS, ZOE]}
    sheets |= {f"Oud {number}": [["x"]] for number in range(1_000)}
    assert f"meer dan {limits.SHEETS} bladen" in message(workbook_of(sheets, hide))


def test_many_left_sheets_are_counted() -> None:
    sheets: dict[str, Rows] = {"6A": [HEADINGS, ZOE]}
    sheets |= {f"Blad {number}": [["x"]] for number in range(150)}
    (warning,) = read_here(workbook_of(sheets)).findings.warnings
    assert "en nog 140" in warning


def test_the_name_of_a_sheet_is_short_harmless_text() -> None:
    def rename(name: str, text: str) -> tuple[str, str]:
        return name, text.replace('name="6B"', f'name="6&#10;B{"x" * 10_000}"')

    content = with_parts(workbook_of({"6A": [HEADINGS, ZOE], "6B": [HEADINGS, BJORN]}), rename)
    assert read_here(content).findings.sheets == ("6A", "6 B" + "x" * 28)


def test_rows_and_cells_are_counted_over_all_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = [[*HEADINGS, *[f"Nota {place}" for place in range(40)]], [*ZOE, *["n"] * 40]]
    other = [[*HEADINGS, *[f"Ook {place}" for place in range(40)]], [*BJORN, *["n"] * 40]]
    content = workbook_of({"6A": wide, "6B": other})
    monkeypatch.setattr(limits, "CELLS", 200)
    assert len(read_here(content).rows) == 2
    monkeypatch.setattr(limits, "CELLS", 170)
    assert "te veel cellen" in message(content)
    # Joined, a row is as wide as both sheets.
    monkeypatch.setattr(limits, "CELLS", 120)
    assert "te veel cellen" in message(content)


def test_a_heading_two_hundred_times_on_each_sheet() -> None:
    headings = [*HEADINGS, *["Nota"] * 196]
    sheets: dict[str, Rows] = {f"{n}": [headings, [*ZOE, *["n"] * 196]] for n in range(5)}
    file = read_here(workbook_of(sheets))
    assert len(file.headings) == limits.COLUMNS
    assert {len(cells) for _, cells in file.rows} == {limits.COLUMNS}


@pytest.mark.parametrize("change", [as_strict, with_backslashes])
def test_a_bomb_outside_the_norm_is_a_bomb(change: Callable[[str, str], tuple[str, str]]) -> None:
    def grow(name: str, text: str) -> tuple[str, str]:
        if name == "xl/worksheets/sheet1.xml":
            text = text.replace("</sheetData>", "<row/>" * 40_000_000 + "</sheetData>")
        return change(name, text)

    content = with_parts(by_excel([HEADINGS, ZOE]), grow)
    assert "uitgepakt te groot" in message(content)
