"""Who is who: what an operator decides in the admin, and what the schools then read.

Our own pages in the admin are accessible, at each size; see `eyes`.
"""

from pathlib import Path

import pytest

from schoolloket.institutions.models import Manager
from students.models import IdentityConflict
from tests.helpers import PASSWORD

from .desk import Desk
from .eyes import Eyes

pytestmark = pytest.mark.browser

OLGA = "olga@beheer.test"
# Süheda and Ardalan of Brussel, by their numbers, under another last name.
OTHER_NAMES = """\
Instellingsnummer;Stamnummer;Voornaam;Naam;Geboortedatum;Rijksregisternummer;Klas
999913;7001;Süheda;Anders;02/02/2013;13020288253;6A
999913;7002;Ardalan;Zonder;04/11/2013;13110456285;4A
"""


@pytest.fixture
def doubts(desk: Desk, school: None, tmp_path: Path) -> None:
    """Gent read in two pupils of Brussel under other names; one of them has a sheet."""
    Manager.objects.create_superuser(OLGA, PASSWORD, name="Olga")
    names = tmp_path / "andere-namen.csv"
    names.write_text(OTHER_NAMES)
    desk.sign_in()
    desk.number = "999913"
    desk.import_file(names, partial=True)
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")
    desk.open("leerlingen/?zoek=7001")
    desk.follow("Anders")
    desk.press("LeerID aanmaken")
    desk.read_new_password()
    desk.save_and_print()
    desk.press("Afmelden")


def path_of_doubt(first_name: str) -> str:
    """The list names nobody: where two doubts are of the same moment, either may come first."""
    doubt = IdentityConflict.objects.get(student__enrolments__first_name=first_name)
    return f"/beheer/students/identityconflict/{doubt.pk}/change/"


@pytest.mark.usefixtures("doubts")
def test_one_pupil_or_two(desk: Desk, eyes: Eyes) -> None:
    desk.sign_in(OLGA, PASSWORD)
    desk.page.goto("/beheer/students/identityconflict/")
    eyes.look("conflicts")
    desk.page.goto(path_of_doubt("Süheda"))
    desk.sees("Vraag de scholen wie het is")
    eyes.look("conflict")
    desk.follow("Het is één en dezelfde leerling: voeg samen")
    desk.sees("Dit kun je niet terugdraaien.")
    eyes.look("conflict-merge")
    desk.press("Voeg samen")
    desk.sees("Samengevoegd.")
    desk.page.goto(path_of_doubt("Ardalan"))
    desk.follow("Twee verschillende leerlingen")
    desk.sees("Dit gebeurt er")
    eyes.look("conflict-part")
    desk.press("Het zijn twee leerlingen")
    desk.sees("Genoteerd: het zijn twee verschillende leerlingen.")
    desk.press("Afmelden")

    desk.sign_in()
    desk.open("afdrukken/")
    desk.sees("Niets meer te downloaden")
    eyes.look("batches-nothing-valid")
    desk.page.get_by_role("row", name="Reeks 2").get_by_role("link").first.click()
    desk.sees("Gooi die bladen weg")
    eyes.look("result-merged")


def test_former_data_are_put_back(desk: Desk, eyes: Eyes, school: None, tmp_path: Path) -> None:
    Manager.objects.create_superuser(OLGA, PASSWORD, name="Olga")
    heads, *_ = OTHER_NAMES.splitlines()
    corrected = tmp_path / "verbeterd.csv"
    corrected.write_text(
        f"{heads};Officiële voornaam;Officiële naam\n"
        "999912;41877;Süheda;Carabin;02/02/2013;13020288253;6A;Suheda;Anders\n"
    )
    desk.sign_in()
    desk.import_file(corrected, partial=True)
    desk.press("Bevestigen en inlezen")
    desk.sees("Het bestand is ingelezen")
    desk.press("Afmelden")

    desk.sign_in(OLGA, PASSWORD)
    desk.page.goto("/beheer/identity/formerdata/")
    desk.press("Zoek")
    desk.sees("Vul een gebruikersnaam in")
    eyes.look("former-search-refused")
    desk.page.get_by_label("Instellingsnummer").fill("999912")
    desk.page.get_by_label("Stamnummer").fill("41877")
    desk.press("Zoek")
    desk.sees("Bekijk de vroegere gegevens")
    eyes.look("former-search")
    desk.follow("Bekijk de vroegere gegevens")
    desk.sees("Officiële gegevens gewijzigd")
    eyes.look("former-data")
    desk.follow("Zet terug wat er stond")
    desk.sees("Dit verandert er")
    eyes.look("former-put-back")
    desk.press("Zet terug")
    desk.sees("Teruggezet.")
    eyes.look("former-data-put-back")
