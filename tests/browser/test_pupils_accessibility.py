"""Every page of Mijn LeerID is accessible, on a tablet and two phones; see `eyes`."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from accounts.models import Account, PasswordKind
from tests.accounts.portal.helpers import take_all_places
from tests.helpers import Enrol, GiveAccount

from .eyes import Eyes, once_for_all_databases
from .pupil import TABLET, NewPupil, Pupil, mailed_link

pytestmark = [pytest.mark.browser, once_for_all_databases]

SIZES = {
    "tablet": {"width": 820, "height": 1180},
    "phone": {"width": 390, "height": 844},
    "narrow": {"width": 320, "height": 640},
}
PICTURES = ("bal", "vis", "laars", "boom")
WORD, TEMPORARY, OWN = "29ban9", "Kd7mPq2x", "veertig gele fietsen"
EMAIL = "pieter-alexander.van.den.broeck@voorbeeld.be"

# The smallest side of all tiles, buttons and fields that a pupil touches.
_SMALLEST = """touched => Math.min(...touched.map(one => {
    const {width, height} = one.getBoundingClientRect();
    return Math.min(width, height);
}))"""


@pytest.fixture
def pupil(new_pupil: NewPupil) -> Pupil:
    return new_pupil(TABLET)


@pytest.fixture
def eyes(pupil: Pupil) -> Iterator[Eyes]:
    eyes = Eyes(pupil.page, SIZES)
    yield eyes
    assert not eyes.faults, "\n".join(eyes.faults)


@pytest.fixture
def pieter(brussel: object, enrol: Enrol, give_account: GiveAccount) -> Account:
    """Has a long name and a temporary password."""
    enrolment = enrol(brussel, "Pieter-Alexander", "Van den Broeck-Vandenbossche")
    return give_account(enrolment, password=make_password(TEMPORARY))


def own_password_of(account: Account, **fields: object) -> None:
    Account.objects.filter(pk=account.pk).update(
        password=make_password(OWN), must_change_password=False, **fields
    )


def test_signing_in(pupil: Pupil, eyes: Eyes, pieter: Account) -> None:
    pupil.open("/mijn/")
    eyes.look("portal-empty")
    pupil.open(f"/mijn/{pieter.username}")
    eyes.look("portal-word")
    pupil.sign_in("zeker niet dit")
    pupil.sees("horen niet bij elkaar")
    eyes.look("portal-wrong")
    pupil.follow("Ik heb een wachtwoord met afbeeldingen")
    expect(pupil.grid).to_be_visible()
    eyes.look("portal-grid")
    pupil.touch(*PICTURES)
    pupil.has_chosen(*PICTURES)
    eyes.look("portal-grid-chosen")
    pupil.press("Meld je aan")
    pupil.sees("horen niet bij elkaar")
    eyes.look("portal-grid-wrong")
    pupil.page.get_by_label("Gebruikersnaam").fill("")
    pupil.press("Meld je aan")
    expect(pupil.page.locator("#id_username_error")).to_be_visible()
    eyes.look("portal-nameless")


def test_the_pictures_are_large_enough_to_touch(pupil: Pupil) -> None:
    pupil.open("/mijn/?wijze=afbeeldingen")
    for viewport in SIZES.values():
        pupil.page.set_viewport_size(viewport)
        tiles = pupil.grid.get_by_role("button")
        expect(tiles).to_have_count(16)
        assert tiles.evaluate_all(_SMALLEST) >= 64
        # Buttons and fields that are touched less often are no small targets either.
        assert (
            pupil.page.locator("main button:visible, main input:visible").evaluate_all(_SMALLEST)
            >= 44
        )


def test_a_pupil_with_a_basic_account(
    pupil: Pupil, eyes: Eyes, brussel: object, enrol: Enrol, give_account: GiveAccount
) -> None:
    enrolment = enrol(brussel, "Pien", "Prent", group="1ste leerjaar", class_code="1A")
    pien = give_account(enrolment, PasswordKind.WORD, password=make_password(WORD))
    pupil.open(f"/mijn/{pien.username}")
    pupil.sign_in(WORD)
    pupil.is_signed_in("Pien")
    eyes.look("portal-home-basic")
    pupil.press("Afmelden")
    pupil.sees("Je bent afgemeld.")
    eyes.look("portal-signed-out")


def test_an_own_password_and_an_email(pupil: Pupil, eyes: Eyes, pieter: Account) -> None:
    pupil.open(f"/mijn/{pieter.username}")
    pupil.sign_in(TEMPORARY)
    pupil.sees_heading("Kies je eigen wachtwoord")
    eyes.look("portal-own")
    pupil.page.get_by_label("Nieuw wachtwoord").fill("kort")
    pupil.sees("te kort")
    eyes.look("portal-own-short")
    pupil.press("Bewaar mijn wachtwoord")
    pupil.sees("Kies een langer wachtwoord")
    pupil.page.get_by_label("Nieuw wachtwoord").fill(OWN)
    pupil.press("Toon")
    pupil.sees("sterk")
    eyes.look("portal-own-refused-then-strong")
    pupil.choose(OWN)
    pupil.sees_heading("Koppel een e-mailadres")
    eyes.look("portal-email-offer")
    pupil.page.get_by_label("E-mailadres").fill("geen adres")
    pupil.press("Stuur me een mail")
    pupil.sees("Dit is geen e-mailadres.")
    eyes.look("portal-email-wrong")
    pupil.give_email(EMAIL)
    eyes.look("portal-email-sent")
    pupil.open(mailed_link(EMAIL, "Bevestig je e-mailadres voor je LeerID"))
    pupil.sees_heading("Bevestig je e-mailadres")
    eyes.look("portal-confirm")
    pupil.press("Ja, dit is mijn e-mailadres")
    pupil.sees_heading("Je e-mailadres is gekoppeld")
    eyes.look("portal-linked")
    pupil.follow("Verder")
    pupil.is_signed_in("Pieter-Alexander")
    eyes.look("portal-home-advanced")
    pupil.follow("Wijzig je e-mailadres")
    pupil.sees_heading("Wijzig je e-mailadres")
    eyes.look("portal-email-change")
    pupil.open("/mijn/wachtwoord/")
    pupil.sees_heading("Wijzig je wachtwoord")
    eyes.look("portal-password-change")
    pupil.page.get_by_label("Je wachtwoord van nu").fill("niet dit")
    pupil.choose("acht paarse olifanten")
    pupil.sees("Dat is niet je wachtwoord.")
    eyes.look("portal-password-change-refused")


def test_a_forgotten_password(pupil: Pupil, eyes: Eyes, pieter: Account) -> None:
    own_password_of(pieter, email=EMAIL)
    pupil.open("/mijn/vergeten/")
    eyes.look("portal-forgotten")
    pupil.page.get_by_label("Gebruikersnaam").fill(pieter.username)
    pupil.press("Stuur me een mail")
    pupil.sees_heading("Kijk in je mailbox")
    eyes.look("portal-forgotten-sent")
    link = mailed_link(EMAIL, "Kies een nieuw wachtwoord voor je LeerID")
    pupil.open(link)
    pupil.sees_heading("Kies je eigen wachtwoord")
    eyes.look("portal-reset")
    pupil.choose("acht paarse olifanten")
    pupil.sees("Je nieuwe wachtwoord is bewaard.")
    eyes.look("portal-reset-done")
    pupil.open(link)
    pupil.sees_heading("Deze link werkt niet meer")
    pupil.forgive("410")
    eyes.look("portal-dead-link")


def test_an_email_long_after_the_password(pupil: Pupil, eyes: Eyes, pieter: Account) -> None:
    own_password_of(pieter)
    pupil.open(f"/mijn/{pieter.username}")
    pupil.sign_in(OWN)
    pupil.is_signed_in("Pieter-Alexander")
    pupil.follow("Koppel een e-mailadres")
    pupil.page.get_by_label("E-mailadres").fill(EMAIL)
    pupil.page.get_by_label("Je wachtwoord").fill("niet dit")
    pupil.press("Stuur me een mail")
    pupil.sees("Dat is niet je wachtwoord.")
    eyes.look("portal-email-not-proven")
    pupil.follow("Niet nu")
    pupil.press("Meld je overal af")
    pupil.sees("Je bent overal afgemeld.")
    eyes.look("portal-signed-out-everywhere")


def test_too_many_at_once(pupil: Pupil, eyes: Eyes, pieter: Account) -> None:
    pupil.open(f"/mijn/{pieter.username}")
    with ExitStack() as others:
        take_all_places(others)
        pupil.sign_in(TEMPORARY)
        pupil.sees_heading("Even wachten")
        pupil.forgive("503")
        eyes.look("portal-busy")
    pupil.follow("Opnieuw proberen")
    pupil.has_username(pieter.username)


def test_what_went_wrong(pupil: Pupil, eyes: Eyes) -> None:
    pupil.open("/mijn/bestaat/niet/")
    pupil.sees_heading("Deze pagina bestaat niet")
    pupil.forgive("404")
    eyes.look("portal-404")
    pupil.open("/mijn/?wijze=woord")
    pupil.page.context.clear_cookies()
    pupil.page.get_by_label("Gebruikersnaam").fill("iemand")
    pupil.sign_in("29ban9")
    pupil.sees_heading("Dit formulier was te oud")
    pupil.forgive("403")
    eyes.look("portal-csrf")
