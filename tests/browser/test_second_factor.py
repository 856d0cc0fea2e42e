"""The second step of the sign-in, from the mail to the loss, by keyboard (R14)."""

import re

import pytest
from playwright.sync_api import expect

from schoolloket.institutions.models import Institution, Manager
from tests.helpers import PASSWORD, manager_of
from tests.second_step import code_of, give_app, unused_recovery_code

from .desk import Desk
from .entrance import DEVICE, join, mailed_path, plug_in, read_codes
from .eyes import Eyes


def reach(desk: Desk, name: str, role: str = "button") -> None:
    """Go to a link or button with the Tab key, and press Enter on it."""
    target = desk.page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    for _ in range(40):
        desk.page.keyboard.press("Tab")
        if target.evaluate("found => found === document.activeElement"):
            desk.page.keyboard.press("Enter")
            return
    raise AssertionError(f"not reached by keyboard: {name}")


def sign_in_by_password(desk: Desk, email: str) -> None:
    desk.page.goto("/aanmelden/")
    desk.page.get_by_label("E-mailadres").focus()
    desk.page.keyboard.type(email)
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.type(PASSWORD)
    desk.page.keyboard.press("Enter")


@pytest.fixture
def enrolled(desk: Desk, alice: Manager) -> list[str]:
    """Alice has a passkey, made with the link in the mail; the recovery codes that it gave."""
    plug_in(desk.page)
    sign_in_by_password(desk, "alice@school.test")
    desk.sees_heading("Nog een tweede stap")
    reach(desk, "Mail me de link")
    desk.sees("De mail is onderweg")
    desk.page.goto(mailed_path("alice@school.test", "/aanmelden/tweede-stap/"))
    expect(desk.page).to_have_url(re.compile("/aanmelden/tweede-stap/kies/$"))
    reach(desk, "Gebruik een toegangssleutel", "link")
    desk.sees_heading("Een toegangssleutel")
    reach(desk, "Maak de toegangssleutel")
    codes = read_codes(desk)
    reach(desk, "Ik heb ze bewaard", "link")
    desk.sees_heading("Ingeschreven leerlingen")
    return codes


def test_a_passkey_signs_in_alone(desk: Desk, enrolled: list[str]) -> None:
    reach(desk, "Afmelden")
    desk.sees_heading("Aanmelden")
    reach(desk, "Aanmelden met een toegangssleutel")
    desk.sees_heading("Ingeschreven leerlingen")


def test_a_passkey_is_the_second_step_after_the_password(desk: Desk, enrolled: list[str]) -> None:
    reach(desk, "Afmelden")
    desk.sees_heading("Aanmelden")
    sign_in_by_password(desk, "alice@school.test")
    desk.sees_heading("Tweede stap")
    reach(desk, "Gebruik een toegangssleutel")
    desk.sees_heading("Ingeschreven leerlingen")


def test_a_recovery_code_opens_the_desk_without_the_device(desk: Desk, enrolled: list[str]) -> None:
    assert len(enrolled) == 10
    desk.press("Afmelden")
    desk.sees_heading("Aanmelden")
    sign_in_by_password(desk, "alice@school.test")
    desk.page.get_by_label("Code").fill(enrolled[3])
    desk.page.keyboard.press("Enter")
    desk.sees_heading("Ingeschreven leerlingen")


def test_a_device_that_refuses_is_told_in_dutch(desk: Desk, alice: Manager) -> None:
    session = desk.page.context.new_cdp_session(desk.page)
    session.send("WebAuthn.enable")
    options = DEVICE | {"isUserVerified": False}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    desk.page.goto("/aanmelden/")
    desk.press("Aanmelden met een toegangssleutel")
    desk.sees("Er kwam geen toegangssleutel door.")


def test_an_app_with_its_code(desk: Desk, eyes: Eyes, alice: Manager) -> None:
    sign_in_by_password(desk, "alice@school.test")
    desk.sees_heading("Nog een tweede stap")
    eyes.look("factor-needed")
    desk.press("Mail me de link")
    desk.sees("De mail is onderweg")
    desk.page.goto(mailed_path("alice@school.test", "/aanmelden/tweede-stap/"))
    desk.sees_heading("Kies je tweede stap")
    eyes.look("factor-choose")
    desk.follow("Gebruik een app")
    desk.sees_heading("Een app als tweede stap")
    desk.page.get_by_text("Scannen lukt niet").click()
    secret = desk.page.locator("code.secret").inner_text()
    desk.leaks.saw(secret)
    eyes.look("factor-app")
    desk.page.get_by_label("Code").fill("000000")
    desk.press("Stel de app in")
    desk.sees("Deze code klopt niet")
    eyes.look("factor-app-wrong")
    desk.page.get_by_label("Code").fill(code_of(secret))
    desk.press("Stel de app in")
    read_codes(desk)
    eyes.look("recovery-codes")
    desk.follow("Ik heb ze bewaard")
    desk.follow("Mijn aanmelding")
    desk.sees("Nog 10 niet gebruikt.")
    desk.follow("Verwijder de app")
    desk.sees("Dit is je enige tweede stap")
    eyes.look("factor-app-last")


def test_more_than_one_factor(desk: Desk, eyes: Eyes, enrolled: list[str]) -> None:
    desk.follow("Mijn aanmelding")
    desk.sees("Toegangssleutel 1")
    eyes.look("my-sign-in-with-passkey")
    desk.follow("Voeg een toegangssleutel toe")
    desk.sees_heading("Een toegangssleutel")
    eyes.look("passkey-add")
    desk.page.goto("/aanmelden/mijn/")
    desk.page.get_by_role("link", name="Verwijder Toegangssleutel 1").click()
    desk.sees_heading("Verwijder de toegangssleutel")
    eyes.look("passkey-remove")
    desk.press("Verwijder de toegangssleutel")
    desk.sees("Dit is je enige tweede stap")
    desk.follow("Maak nieuwe herstelcodes")
    desk.sees_heading("Nieuwe herstelcodes")
    eyes.look("recovery-codes-new")
    desk.press("Maak nieuwe herstelcodes")
    assert read_codes(desk) != enrolled


def test_the_second_step_and_the_proof_again(desk: Desk, eyes: Eyes, alice: Manager) -> None:
    give_app(alice)
    sign_in_by_password(desk, "alice@school.test")
    desk.sees_heading("Tweede stap")
    eyes.look("second-step")
    desk.page.get_by_label("Code").fill("123456")
    desk.press("Ga verder")
    desk.sees("Deze code klopt niet")
    eyes.look("second-step-wrong")
    desk.press("Meld je aan als iemand anders")
    desk.sees_heading("Aanmelden")
    desk.sign_in("alice@school.test", PASSWORD)
    desk.page.goto("/aanmelden/bevestigen/")
    desk.sees_heading("Bevestig dat jij het bent")
    eyes.look("prove-again")
    desk.page.get_by_label("Code").fill(unused_recovery_code(alice))
    desk.press("Ga verder")
    desk.sees_heading("Ingeschreven leerlingen")


def test_a_colleague_helps_who_lost_it(
    desk: Desk, eyes: Eyes, alice: Manager, brussel: Institution
) -> None:
    carol = manager_of(brussel, "Carol")
    give_app(carol)
    desk.sign_in("alice@school.test", PASSWORD)
    desk.follow("Toegang")
    desk.page.get_by_role("link", name="Wis de tweede stap van Carol").click()
    desk.sees_heading("Wis de tweede stap van Carol")
    eyes.look("access-reset")
    desk.press("Wis de tweede stap")
    desk.sees("Geef een reden")
    desk.page.get_by_label("Reden").fill("telefoon verloren, zelf gezien")
    desk.press("Wis de tweede stap")
    desk.sees("Carol krijgt een mail")
    desk.press("Afmelden")
    desk.sees_heading("Aanmelden")

    sign_in_by_password(desk, "carol@school.test")
    desk.sees_heading("Nog een tweede stap")
    desk.page.goto(mailed_path("carol@school.test", "/aanmelden/tweede-stap/"))
    desk.sees_heading("Kies je tweede stap")


def test_somebody_is_invited_and_goes_when_done(
    desk: Desk, eyes: Eyes, alice: Manager, charlie: object
) -> None:
    plug_in(desk.page)
    desk.sign_in("alice@school.test", PASSWORD)
    desk.follow("Toegang")
    desk.sees_heading("Toegang")
    desk.follow("Nodig iemand uit")
    eyes.look("access-invite")
    desk.press("Verstuur de uitnodiging")
    desk.sees("Kies minstens één klas")
    eyes.look("access-invite-refused")
    desk.page.get_by_label("E-mailadres").fill("juf.els@school.test")
    desk.page.get_by_label("6EM").check()
    desk.press("Verstuur de uitnodiging")
    desk.sees("juf.els@school.test is onderweg")
    eyes.look("access-invited")
    desk.press("Afmelden")

    desk.sees_heading("Aanmelden")
    desk.page.goto(mailed_path("juf.els@school.test", "/uitnodiging/"))
    desk.sees_heading("Welkom in het LeerID Schoolloket")
    eyes.look("invitation")
    desk.page.get_by_label("Kies een wachtwoord").fill("kort")
    desk.press("Ga verder")
    desk.sees("Kies een langer wachtwoord")
    eyes.look("invitation-refused")
    join(desk, "Els Engels")
    desk.sees_heading("Ingeschreven leerlingen")
    desk.press("Afmelden")

    desk.sees_heading("Aanmelden")
    desk.sign_in("alice@school.test", PASSWORD)
    desk.follow("Toegang")
    desk.sees("Klashelper van 6EM")
    eyes.look("access")
    desk.page.get_by_role("link", name="Wijzig de toegang van Els Engels").click()
    desk.sees_heading("Wijzig de toegang van Els Engels")
    eyes.look("access-change")
    desk.follow("Annuleer")
    desk.page.get_by_role("link", name="Beëindig de toegang van Els Engels").click()
    eyes.look("access-end")
    desk.press("Beëindig de toegang")
    desk.sees("Els Engels kan niet meer in dit loket.")


def test_the_own_email_address(desk: Desk, eyes: Eyes, alice: Manager) -> None:
    desk.sign_in("alice@school.test", PASSWORD)
    desk.follow("Mijn aanmelding")
    desk.follow("Wijzig mijn e-mailadres")
    eyes.look("email-change")
    desk.page.get_by_label("Nieuw e-mailadres").fill("alice.nieuw@school.test")
    desk.press("Stuur de mail")
    desk.sees("Kijk in je nieuwe mailbox")
    desk.page.goto(mailed_path("alice.nieuw@school.test", "/aanmelden/e-mail/"))
    desk.sees_heading("Nieuw e-mailadres")
    eyes.look("email-confirm")
    desk.press("Wijzig mijn e-mailadres")
    desk.sees("Je e-mailadres is gewijzigd.")
