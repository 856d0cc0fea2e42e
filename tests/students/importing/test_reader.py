"""Files of every kind become headings and rows, or a plain Dutch message."""

import io
import zipfile
from contextlib import suppress
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from students.importing import UnusableFile
from students.importing.reading.reader import read
from tests.students.helpers import csv_file, pupil, pupils, read_here


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def message(content: bytes) -> str:
    with pytest.raises(UnusableFile) as caught:
        read(content)
    return str(caught.value)


def test_row_numbers_are_those_that_a_spreadsheet_shows() -> None:
    file = read(b'Lijst van vandaag\n\nStamnummer;Naam\n1;"twee\nregels"\n;\n2;Peeters\n')
    assert [number for number, _ in file.rows] == [4, 6]
    assert file.rows[0][1] == ("1", "twee regels")


def test_headings_may_stand_on_row_5_but_not_on_row_6() -> None:
    assert read(b"x\nx\nx\nx\nStamnummer;Naam\n1;a").headings == ("Stamnummer", "Naam")
    assert "eerste 5 rijen" in message(b"x\nx\nx\nx\nx\nStamnummer;Naam\n1;a")


def test_workbook_with_real_dates_and_numbers() -> None:
    content = workbook(
        [["Stamnummer", "Geboortedatum", "Klas"], [70246, datetime(2010, 11, 7), None], [12.0, 1.5]]
    )
    assert read(content).rows == [(2, ("70246", "2010-11-07")), (3, ("12", "1.5"))]


def test_formula_and_markup_stay_text() -> None:
    content = csv_file([pupil(1, first_name="=1+1", last_name="<b>Peeters</b>")])
    assert read(content).rows[0][1][2:4] == ("=1+1", "<b>Peeters</b>")


def test_empty_file() -> None:
    assert message(b"") == message(b" \r\n") == "Het bestand is leeg."


def test_headings_without_pupils() -> None:
    assert "geen enkele leerling" in message(csv_file([]))


def test_wrong_headings() -> None:
    assert "geen kopjes die we kennen" in message(b"foo;bar\n1;2\n")


def test_too_large_a_file(settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 2**20
    assert message(b"x" * (2**20 + 1)) == "Het bestand is te groot: hoogstens 1 MB."


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_too_many_rows(kind: str, settings: Settings) -> None:
    settings.IMPORT_MAX_ROWS = 10
    rows: list[list[object]] = [["Stamnummer", "Naam"], *[[n, "a"] for n in range(20)]]
    content = workbook(rows) if kind == "xlsx" else csv_file(pupils(20))
    assert "meer dan 10 rijen" in message(content)


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.4\n\x00\x01", bytes(range(256)), b"MZ\x90\x00\x03"],
)
def test_binary_file(content: bytes) -> None:
    assert "geen leesbare tabel" in message(content)


def test_old_or_protected_workbook_says_how_to_save_it() -> None:
    assert "zonder wachtwoord" in message(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def test_damaged_workbook() -> None:
    whole = workbook([["Stamnummer"], [1]])
    for content in (whole[:-200], whole[:100]):
        assert "beschadigd" in message(content)


def test_zip_bomb_is_refused_unopened(settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 100_000
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    assert len(file.getvalue()) < settings.IMPORT_MAX_BYTES
    assert "uitgepakt te groot" in message(file.getvalue())


@pytest.mark.parametrize("name", ['"Jan', '"Jan" Peter'])
def test_a_stray_quotation_mark_never_swallows_pupils(name: str) -> None:
    content = f'Stamnummer;Naam\n1;a\n2;{name}\n3;"Piet"\n4;b\n'.encode()
    assert "aanhalingsteken" in message(content)


@given(st.binary(max_size=300))
def test_no_file_crashes_the_reader(content: bytes) -> None:
    with suppress(UnusableFile):
        read_here(b"Stamnummer;Naam\n" + content)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=40), st.integers(0, 4000))
def test_no_broken_workbook_crashes_the_reader(noise: bytes, place: int) -> None:
    whole = workbook([["Stamnummer", "Naam"], [1, "a"]])
    with suppress(UnusableFile):
        read_here(whole[:place] + noise + whole[place + len(noise) :])
