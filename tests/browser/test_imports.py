"""Imports at the desk: lists of every administration package, and a school year of one pupil."""

import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
import xlsxwriter
from playwright.sync_api import expect

from schoolloket.demo.school import DATA, GENT
from schoolloket.institutions.models import Manager
from students.models import Enrolment
from tests.helpers import PASSWORD
from tests.students.helpers import csv_file, pupil, pupils, without

from .desk import Desk

pytestmark = pytest.mark.browser


def upload(desk: Desk, content: bytes | Path, name: str = "lijst.csv", kind: str = "") -> None:
    desk.open("import/")
    file = content.read_bytes() if isinstance(content, Path) else content
    payload = {"name": name, "mimeType": "application/octet-stream", "buffer": file}
    desk.page.get_by_label("Bestand").set_input_files(payload)
    if kind:
        desk.page.get_by_label(kind).check()
    desk.press("Toon het voorbeeld")


def counts(desk: Desk) -> list[int]:
    """New, changed, ended, unchanged, not imported."""
    return [int(text) for text in desk.page.locator("dl.facts dd").all_inner_texts()]


def confirm(desk: Desk) -> None:
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")


def confirm_many(desk: Desk) -> None:
    desk.page.get_by_label("Ja, deze inschrijvingen mogen eindigen").check()
    confirm(desk)


# Files of all kinds -----------------------------------------------------------------------------

WISA_OLD = (
    "KLAS,NAAM,VOORNAAM,GEBOORTEDATUM,STAMBOEKNUMMER,GESLACHT,RIJKSREGISTERNR,WOONPLAATS\r\n"
    "5B,Peeters,Héloïse,2/1/2010,91644,V,10010200173,Brussel\r\n"
    "3B,O'Neill,Wout,3/1/2010,16796,M,,Brussel\r\n"
)
WISA_TWICE = (
    "KLAS,KLASGROEP,NAAM,VOORNAAM,ROEPNAAM,STAMBOEKNUMMER,INSCHRIJVINGSDATUM\r\n"
    "3A,3de leerjaar,Claes,Elisabeth,Lies,10,1/9/2026\r\n"
    "3B,3de leerjaar,Claes,Elisabeth,Lies,10,5/10/2026\r\n"
)


def informat() -> bytes:
    """Title rows above the headings, birth dates as serial numbers, numbers without zeros."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Leerlingen")
        sheet.write(0, 0, "Lijst van leerlingen")
        sheet.write(1, 0, "Schooljaar 2026-2027")
        heading = ["Klas", "Klasnummer", "Voornaam", "Familienaam", "Geboortedatum", "Stamnr_kort"]
        sheet.write_row(3, 0, heading)
        sheet.write_row(4, 0, ["2A", 1, "Čedomir", "Haïdar", 42253, 85211])
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (DATA / "discimus-999912.csv", "discimus.csv", [200, 0, 0, 0, 0]),
        (WISA_OLD.encode("cp1252"), "wisa.csv", [2, 0, 0, 0, 0]),
        (WISA_TWICE.encode(), "wisa-dubbel.csv", [1, 0, 0, 0, 0]),
        (informat(), "informat.xlsx", [1, 0, 0, 0, 0]),
        (csv_file(pupils(3), delimiter="\t", encoding="utf-16"), "tab.txt", [3, 0, 0, 0, 0]),
    ],
    ids=["discimus", "older-wisa", "wisa-twice", "informat", "utf-16-tabs"],
)
def test_a_list_of_any_package(
    desk: Desk, alice: Manager, content: bytes | Path, name: str, expected: list[int]
) -> None:
    desk.sign_in(alice.email, PASSWORD)
    upload(desk, content, name)
    desk.sees_heading("Voorbeeld van de import")
    assert counts(desk) == expected
    confirm(desk)
    upload(desk, content, name)
    assert counts(desk) == [0, 0, 0, expected[0], 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7 x", "Dit is een PDF-bestand, geen leesbare tabel"),
        (b"PK\x03\x04", "Dit Excel-bestand is beschadigd"),
        (b"", "Het bestand is leeg"),
        (b"x" * 11_000_000, "hoogstens 10 MB"),
    ],
)
def test_a_file_that_is_no_list(desk: Desk, alice: Manager, content: bytes, message: str) -> None:
    desk.sign_in(alice.email, PASSWORD)
    upload(desk, content, "lijst.xlsx")
    desk.sees(message)


def test_columns_conflicts_and_bad_rows(desk: Desk, alice: Manager) -> None:
    desk.sign_in(alice.email, PASSWORD)
    rows = [pupil(1), pupil(2, birth_date="05/05/2011"), pupil(3, starts_on="gisteren")]
    upload(desk, csv_file(rows).replace(b"Stamnummer", b"Leerling"))
    desk.sees("Er is geen kolom met stamnummer")
    desk.page.get_by_label("stamnummer", exact=True).select_option("Leerling")
    desk.press("Toon het voorbeeld met deze kolommen")
    desk.sees_heading("Jij kiest: wie is deze leerling?")
    assert counts(desk) == [1, 0, 0, 0, 2]
    desk.page.get_by_label("Het is de leerling van het stamnummer").check()
    desk.press("Toon het voorbeeld met deze keuzes")
    expect(desk.page.get_by_label("Het is de leerling van het stamnummer")).to_be_checked()
    assert counts(desk) == [2, 0, 0, 0, 1]
    with desk.page.expect_download() as started:
        desk.follow("Download deze rijen (Excel)")
    book = openpyxl.load_workbook(io.BytesIO(Path(started.value.path()).read_bytes()))
    headings, (*_, reason) = book.active.iter_rows(values_only=True)
    assert headings[-1] == "Reden"
    assert "geen datum" in reason
    confirm(desk)
    assert Enrolment.objects.count() == 2


# A year -----------------------------------------------------------------------------------------


def at(month: int, day: int, year: int = 2027) -> datetime:
    return datetime(year, month, day, 9, 0, tzinfo=ZoneInfo("Europe/Brussels"))


def test_a_pupil_s_year_at_the_desk(desk: Desk, school: None) -> None:
    """August's list shows at once and runs from 1 September; a transfer, a release, a return."""
    with time_machine.travel(at(8, 24), tick=True):
        desk.sign_in_to_list()
        upload(desk, DATA / "discimus-999912-next-year.csv")
        assert counts(desk) == [200, 0, 0, 0, 0]
        confirm(desk)
        desk.open("leerlingen/?zoek=93504")
        bogaert = desk.page.get_by_role("row", name="Bogaert")
        expect(bogaert).to_contain_text("1LA")
        desk.sees("vanaf 1 september 2027")
    with time_machine.travel(at(9, 1), tick=True):
        desk.sign_in_to_list()
        desk.find("41877")
        desk.does_not_see("vanaf 1 september 2027")
        expect(desk.page.get_by_role("row", name="Carabin")).to_contain_text("Actief")
    with time_machine.travel(at(10, 4), tick=True):
        transfer_in_october(desk)
    with time_machine.travel(at(3, 6, 2028), tick=True):
        desk.number = GENT.number
        desk.sign_in()
        upload(desk, gent_list(None))
        desk.sees_heading("Beëindigd: niet meer op de lijst")
        confirm_many(desk)
        desk.open("leerlingen/?lijst=uitgeschreven&zoek=7001")
        expect(desk.page.get_by_role("row", name="Carabin")).to_be_visible()
    with time_machine.travel(at(5, 8, 2028), tick=True):
        desk.sign_in()
        upload(desk, gent_list("08/05/2028"), kind="Aanvulling")
        desk.sees("Komt terug.")
        confirm(desk)
        desk.open("leerlingen/?zoek=7001")
        expect(desk.page.get_by_role("row", name="Carabin")).to_contain_text("Actief")
        desk.follow("Carabin")
        desk.follow("Account historiek")
        desk.sees("Opnieuw ingeschreven")


def gent_list(suheda_from: str | None) -> bytes:
    """Next year's list of Gent: one other pupil, and Süheda where she is on it."""
    lines = (DATA / "discimus-999912-next-year.csv").read_text("utf-8-sig").splitlines()
    suheda = next(line for line in lines if ";41877;" in line)
    other = csv_file([pupil(1, institution="999913", starts_on="01/09/2027", ends_on="")])
    moved = suheda.replace("999912;41877", "999913;7001")
    row = moved.replace("01/09/2027", suheda_from) if suheda_from else ""
    return "\n".join([lines[0], other.decode("utf-8-sig").splitlines()[1], row, ""]).encode()


def transfer_in_october(desk: Desk) -> None:
    """Süheda moves to Gent, whose list is earlier than Brussel's."""
    desk.sign_in_to_list()
    brussel = desk.number
    desk.number = GENT.number
    upload(desk, gent_list("04/10/2027"), kind="Aanvulling")
    # R11: the preview tells nothing of another school.
    desk.sees_heading("Voorbeeld van de import")
    desk.does_not_see("Nog ingeschreven in een andere school:")
    confirm(desk)
    desk.open("leerlingen/?zoek=7001")
    desk.follow("Carabin")
    desk.sees("ook nog ingeschreven in een andere school, waar de inschrijving eerder begon")
    expect(desk.page.get_by_role("link", name="Pas aanmeldgegevens aan")).to_have_count(0)
    desk.number = brussel
    desk.open("leerlingen/?zoek=41877")
    desk.follow("Carabin")
    desk.sees("intussen ook in een andere school ingeschreven")
    desk.follow("Geef vrij")
    desk.sees_heading("Geef Süheda Carabin vrij")
    desk.press("Geef vrij")
    desk.sees("Süheda Carabin is vrijgegeven voor de andere school.")
    desk.number = GENT.number
    desk.open("leerlingen/?zoek=7001")
    desk.follow("Carabin")
    expect(desk.page.get_by_role("link", name="Pas aanmeldgegevens aan")).to_be_visible()


def test_a_list_without_group_or_begin_date(desk: Desk, alice: Manager) -> None:
    desk.sign_in(alice.email, PASSWORD)
    upload(desk, csv_file(pupils(2), without("group", "starts_on", "ends_on")))
    desk.sees("zonder kolom: 1 september van het schooljaar")
    assert counts(desk) == [2, 0, 0, 0, 0]
