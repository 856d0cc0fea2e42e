"""The pages of an operator in the desk's look: accessible at each size, and kept by the lock."""

import pytest

from schoolloket.institutions.models import Institution, Manager
from tests.helpers import PASSWORD, invitation_to
from tests.second_step import give_app

from .desk import BEHEERDER, Desk
from .eyes import Eyes

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

OLGA = "olga@beheer.test"


def look(desk: Desk, eyes: Eyes, name: str) -> None:
    """Look at a page that gave no complaint. What axe provokes is none of the page's.

    It unfolds the `@import` in a stylesheet of the admin, with a style that the policy blocks.
    """
    assert desk.complaints == []
    eyes.look(name)
    desk.complaints.clear()


@pytest.fixture
def at_beheer(desk: Desk) -> Desk:
    Manager.objects.create_superuser(OLGA, PASSWORD, name="Olga")
    desk.sign_in(OLGA, PASSWORD)
    desk.page.goto("/beheer/")
    return desk


def test_what_an_operator_needs_is_on_the_first_page(at_beheer: Desk, eyes: Eyes) -> None:
    at_beheer.sees_heading("Beheer")
    look(at_beheer, eyes, "beheer")
    for name in ("Instellingen", "Uitnodigingen", "Beheerders", "Logboek van de toegang"):
        at_beheer.follow(name)
        look(at_beheer, eyes, f"beheer-{name.lower().split()[0]}")
        at_beheer.page.goto("/beheer/")


def test_institutions(at_beheer: Desk, eyes: Eyes) -> None:
    at_beheer.page.goto("/beheer/institutions/institution/add/")
    look(at_beheer, eyes, "beheer-institution-add")
    at_beheer.press("Opslaan")
    at_beheer.sees("Dit veld is verplicht.")
    look(at_beheer, eyes, "beheer-institution-refused")
    brussel = Institution.objects.get(number=at_beheer.number)
    at_beheer.page.goto(f"/beheer/institutions/institution/{brussel.pk}/change/")
    look(at_beheer, eyes, "beheer-institution")
    at_beheer.follow("Verwijderen")
    at_beheer.sees("Deze instelling heeft leerlingen")


def test_invitations(at_beheer: Desk, eyes: Eyes) -> None:
    invitation_to(Institution.objects.get(number=at_beheer.number))
    at_beheer.follow("Uitnodigingen")
    look(at_beheer, eyes, "beheer-invitations")
    at_beheer.page.goto("/beheer/institutions/invitation/add/")
    at_beheer.press("Verstuur de uitnodiging")
    look(at_beheer, eyes, "beheer-invite-refused")
    at_beheer.page.get_by_label("Instelling").select_option(label="GENT - TEST School 7 (1)")
    at_beheer.page.get_by_label("E-mailadres").fill("eva@school.test")
    at_beheer.press("Verstuur de uitnodiging")
    at_beheer.sees("De uitnodiging voor eva@school.test is onderweg.")


def test_a_manager_who_lost_the_second_step(at_beheer: Desk, eyes: Eyes) -> None:
    manager = Manager.objects.get(email=BEHEERDER)
    give_app(manager)
    at_beheer.page.goto(f"/beheer/institutions/manager/{manager.pk}/change/")
    look(at_beheer, eyes, "beheer-manager")
    at_beheer.follow("Wis de tweede stap (verloren)")
    look(at_beheer, eyes, "beheer-reset")
    at_beheer.page.get_by_label("Reden").fill("telefoon verloren, teruggebeld")
    at_beheer.press("Wis de tweede stap")
    at_beheer.sees("krijgt een mail om een tweede stap in te stellen")


def test_the_lock_covers_beheer(desk: Desk, eyes: Eyes) -> None:
    desk.page.clock.install()
    Manager.objects.create_superuser(OLGA, PASSWORD, name="Olga")
    desk.sign_in(OLGA, PASSWORD)
    desk.page.goto("/beheer/institutions/manager/")
    desk.sees(BEHEERDER)
    desk.page.clock.fast_forward(30 * 60_000)
    desk.sees_heading("Het loket is vergrendeld")
    assert BEHEERDER not in desk.page.content()
    look(desk, eyes, "beheer-locked")
