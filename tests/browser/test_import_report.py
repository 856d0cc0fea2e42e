"""What an import says of itself: before, afterwards, and of the nights that failed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import expect

from schoolloket.demo.school import BRUSSEL, DATA, GENT

from .desk import Desk
from .eyes import Eyes

pytestmark = pytest.mark.browser


def list_of(folder: Path, name: str, number: str, *, left_out: int = 0, more: str = "") -> Path:
    lines = (DATA / "discimus-999912.csv").read_text("utf-8-sig").splitlines()
    rows = [line.replace(BRUSSEL.number, number) for line in lines[1 : len(lines) - left_out]]
    file = folder / name
    file.write_text("\n".join([lines[0], *rows, more, ""]))
    return file


def test_from_a_list_to_the_pupils_without_leerid(
    desk: Desk, eyes: Eyes, school: None, tmp_path: Path
) -> None:
    desk.sign_in_to_list()
    columns = (DATA / "discimus-999912.csv").read_text("utf-8-sig").splitlines()[0].split(";")
    nameless = ";".join({"Voornaam": "Wout", "Naam": "Claes"}.get(one, "") for one in columns)
    desk.import_file(list_of(tmp_path, "lijst.csv", "999912", left_out=3, more=nameless))
    desk.sees("3 leerlingen staan niet in de lijst en blijven toch ingeschreven")
    desk.sees("197 ongewijzigd")
    eyes.look("report-withheld")
    desk.press("Bevestigen en inlezen")
    desk.sees("nog geen LeerID")
    desk.page.locator("summary", has_text="waarschuwing").first.click()
    eyes.look("report-done")
    number = desk.page.locator(".notice", has_text="nog geen LeerID").inner_text().split()[0]
    desk.page.get_by_role("link", name="maak ze aan").click()
    desk.lists(int(number))
    expect(desk.page.get_by_label("Status", exact=True)).to_have_value("geen-account")


def test_the_list_of_another_school(desk: Desk, eyes: Eyes, school: None, tmp_path: Path) -> None:
    desk.sign_in_to_list()
    desk.import_file(list_of(tmp_path, "gent.csv", GENT.number))
    desk.sees("Dit is de lijst van instelling 999913")
    eyes.look("report-other-list")
    desk.page.get_by_role("link", name="Naar de import van").click()
    desk.sees_heading("Import")
    assert desk.path == "/999913/import/"


def test_a_night_that_failed(desk: Desk, eyes: Eyes, school: None, tmp_path: Path) -> None:
    file = list_of(tmp_path, "nacht.csv", "999912", left_out=150)
    with pytest.raises(CommandError):
        call_command("import_students", str(file), institution="999912", stdout=StringIO())
    desk.sign_in_to_list()
    desk.open("import/")
    desk.sees("De laatste import is mislukt")
    eyes.look("report-failed-night")
