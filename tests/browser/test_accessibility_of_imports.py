"""Every page of an import is accessible, on a desktop, a tablet and a phone; see `eyes`."""

from pathlib import Path

import pytest

from benchmarks import worst_files
from schoolloket.demo.school import DATA
from schoolloket.institutions.models import Manager
from students.importing import limits, turns
from tests.helpers import PASSWORD

from .desk import Desk
from .eyes import Eyes, once_for_all_databases

pytestmark = [pytest.mark.browser, once_for_all_databases]


def test_the_import(desk: Desk, eyes: Eyes, alice: Manager, tmp_path: Path) -> None:
    desk.sign_in(alice.email, PASSWORD)
    eyes.look("list-empty")
    desk.open("import/")
    eyes.look("import-empty")
    desk.press("Toon het voorbeeld")
    desk.sees("Er is geen bestand ontvangen")
    eyes.look("import-error")
    desk.page.get_by_label("Bestand").set_input_files(half_broken(tmp_path))
    desk.press("Toon het voorbeeld")
    desk.sees_heading("Rijen die we niet inlezen")
    eyes.look("import-preview-bad-rows")
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")
    eyes.look("import-done")
    desk.import_file(DATA / "discimus-999912-later.csv")
    desk.sees_heading("Voorbeeld van de import")
    eyes.look("import-preview")


def test_columns_conflicts_and_two_schools(
    desk: Desk, eyes: Eyes, school: None, tmp_path: Path
) -> None:
    desk.sign_in()
    gent = (
        "Instellingsnummer;Leerling;Voornaam;Naam;Geboortedatum;Rijksregisternummer;Klas;Begindatum"
    )
    suheda = "999913;7001;Süheda;Carabin;02/02/2013;13020288253;6A;01/09/2026"
    twice = ["999913;7002;Wout;Claes;;;5B;01/09/2026", "999913;7002;Wout;Claes;;;5C;05/10/2026"]
    clash = "999913;7003;Mila;Maes;03/02/2013;13020288253;6A;01/09/2026"
    list_of_gent = tmp_path / "gent.csv"
    list_of_gent.write_text("\n".join([gent, clash, suheda, *twice, ""]))
    desk.number = "999913"
    desk.import_file(list_of_gent, partial=True)
    desk.sees_heading("We herkennen niet alle kolommen")
    eyes.look("import-columns")
    desk.page.get_by_label("stamnummer", exact=True).select_option("Leerling")
    desk.press("Toon het voorbeeld met deze kolommen")
    desk.sees_heading("Jij kiest: wie is deze leerling?")
    eyes.look("import-conflicts")
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")
    eyes.look("import-done-with-remarks")
    desk.open("leerlingen/?zoek=7001")
    desk.follow("Carabin")
    desk.sees("ook nog ingeschreven in een andere school")
    eyes.look("student-held")
    desk.number = "999912"
    desk.open("leerlingen/?zoek=41877")
    desk.follow("Carabin")
    desk.sees("intussen ook in een andere school ingeschreven")
    eyes.look("student-holding")
    desk.follow("Geef vrij")
    eyes.look("student-release")
    desk.press("Geef vrij")
    desk.follow("Account historiek")
    eyes.look("student-history-released")


def test_a_long_list_of_doubts(
    desk: Desk, eyes: Eyes, alice: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conflicts and bad rows on several pages, and the page for who has to wait."""
    monkeypatch.setattr(limits, "PAGE", 3)
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0)
    doubts = tmp_path / "twijfels.csv"
    doubts.write_bytes(worst_files.conflicts(5) + b"1;Wout;;3/1/2015;\n" * 5)
    desk.sign_in(alice.email, PASSWORD)
    desk.import_file(doubts, partial=True)
    desk.sees("Kies hieronder wie de leerlingen zijn")
    eyes.look("import-conflicts-paged")
    desk.follow("Jij kiest, pagina 2")
    desk.page.locator("#keuzes fieldset").get_by_role("radio").nth(1).check()
    desk.press("Toon het voorbeeld met deze keuzes")
    desk.sees("Je keuzes zijn bewaard.")
    eyes.look("import-conflicts-answered")
    with turns.turn():
        desk.page.reload()
        desk.sees_heading("Even geduld")
        desk.forgive("503")
        eyes.look("import-busy")
    desk.follow("Probeer opnieuw")
    desk.sees_heading("Voorbeeld van de import")
    former = desk.path
    desk.import_file(doubts, partial=True)
    desk.sees("Kies hieronder wie de leerlingen zijn")
    desk.page.goto(former)
    desk.sees("Dit voorbeeld is vervangen door dat van een nieuwer bestand")
    eyes.look("import-replaced")


def half_broken(folder: Path) -> Path:
    """Thirty good rows, one without a name, one with an invalid date, and one that is repeated."""
    lines = (DATA / "discimus-999912.csv").read_text("utf-8-sig").splitlines()[:34]
    lines[5] = lines[5].replace(lines[5].split(";")[3], "")
    lines[9] = lines[9].replace("01/09/2026", "31/02/2026")
    lines.append(lines[12])
    file = folder / "leerlingen met fouten.csv"
    file.write_text("\n".join(lines))
    return file
