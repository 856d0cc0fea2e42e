"""Pupils sign in: from the printed sheet to the account page, on a tablet and on a phone."""

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password
from playwright.sync_api import expect

from accounts.models import Account

from .desk import Desk
from .printed import Printed, Sheet
from .pupil import PHONE, TABLET, NewPupil, Pupil, mailed_link

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

ABDULGHANI, JEF, ARDALAN, BUTRINT = "60351", "68937", "32890", "47727"
OWN, NEW = "veertig gele fietsen", "acht paarse olifanten"
EMAIL = "ardalan@voorbeeld.be"
REFUSED = "Deze gebruikersnaam en dit wachtwoord horen niet bij elkaar."

on_both = pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])


def account(stamnummer: str) -> Account:
    return Account.objects.get(
        student__enrolments__stamnummer=stamnummer,
        student__enrolments__institution__number="999912",
    )


def renewed(desk: Desk, stamnummer: str) -> Sheet:
    """The A4 sheet of a pupil whose password the desk renews in bulk."""
    desk.open("leerlingen/")
    desk.find(stamnummer)
    desk.page.locator("input[name=student]").check()
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    [shown] = desk.read_preview()
    [sheet] = Printed.of(desk.save_and_print()).sheets()
    assert (sheet.username, sheet.password) == (shown.username, shown.password)
    assert sheet.url == f"http://localhost:8000/mijn/{sheet.username}"
    return sheet


@pytest.fixture
def beheerder(desk: Desk) -> Desk:
    desk.sign_in_to_list()
    return desk


def given_a_password(stamnummer: str, password: str, **fields: object) -> Account:
    found = account(stamnummer)
    Account.objects.filter(pk=found.pk).update(password=make_password(password), **fields)
    return found


# From the sheet to the account page ------------------------------------------------------------


@on_both
def test_a_word(beheerder: Desk, new_pupil: NewPupil, size: dict[str, Any]) -> None:
    sheet = renewed(beheerder, ABDULGHANI)
    assert (sheet.label, sheet.scanned) == ("Wachtwoord:", f"{sheet.url}?k={sheet.code}")
    pupil = new_pupil(size)
    pupil.scan(sheet)
    pupil.is_at(f"/mijn/{sheet.username}")
    pupil.has_username(sheet.username)
    pupil.sign_in("zeker niet dit")
    pupil.sees(REFUSED)
    pupil.has_username(sheet.username)
    pupil.sign_in(sheet.password.upper())
    pupil.is_signed_in("Abdulghani")
    pupil.sees("TEST School 2 (2), BRUSSEL-STAD")
    pupil.sees("maandag 23 november 2026 10:0")
    expect(pupil.page.get_by_role("link", name="Wijzig je wachtwoord")).to_have_count(0)
    pupil.press("Afmelden")
    pupil.sees("Je bent afgemeld.")
    pupil.open("/mijn/start/")
    pupil.is_at("/mijn/")


@on_both
def test_pictures(beheerder: Desk, new_pupil: NewPupil, size: dict[str, Any]) -> None:
    sheet = renewed(beheerder, JEF)
    assert sheet.scanned == f"{sheet.url}?k={sheet.code}&wijze=afbeeldingen"
    first, second, third, last = pictures = sheet.password.split(" - ")
    pupil = new_pupil(size)
    pupil.scan(sheet)
    expect(pupil.grid.get_by_role("button")).to_have_count(16)
    pupil.has_username(sheet.username)
    pupil.touch(first, third)
    pupil.has_chosen(first, third)
    pupil.press("Eén terug")
    pupil.has_chosen(first)
    pupil.touch(first, second, third, last)
    pupil.has_chosen(*pictures)
    pupil.press("Meld je aan")
    pupil.is_signed_in("Jef")
    pupil.press("Afmelden")
    pupil.sees("Je bent afgemeld.")
    # The device now starts with the grid, also at a URL that does not ask for it.
    pupil.open("/mijn/")
    expect(pupil.grid.get_by_role("button")).to_have_count(16)


@on_both
def test_a_temporary_password(beheerder: Desk, new_pupil: NewPupil, size: dict[str, Any]) -> None:
    sheet = renewed(beheerder, ARDALAN)
    assert (sheet.label, sheet.scanned) == ("Tijdelijk wachtwoord:", f"{sheet.url}?k={sheet.code}")
    pupil = new_pupil(size)
    pupil.scan(sheet)
    pupil.sign_in(sheet.password)
    then_nothing_is_reachable_before_an_own_password(pupil)
    when_an_own_password_is_chosen(pupil)
    when_an_email_is_linked(pupil)
    then_the_account_page_says_so(pupil)
    then_the_desk_shows_it(beheerder)


def then_nothing_is_reachable_before_an_own_password(pupil: Pupil) -> None:
    pupil.sees_heading("Kies je eigen wachtwoord")
    for path in ("start/", "e-mail/"):
        pupil.open(f"/mijn/{path}")
        pupil.is_at("/mijn/wachtwoord/")


def when_an_own_password_is_chosen(pupil: Pupil) -> None:
    pupil.leaks.saw(OWN)
    pupil.choose("fietsen")
    pupil.sees("Kies een langer wachtwoord: minstens 10 tekens.")
    assert account(ARDALAN).must_change_password
    field = pupil.page.get_by_label("Nieuw wachtwoord")
    field.fill("fietsen")
    pupil.sees("te kort")
    field.fill(OWN)
    pupil.sees("sterk")
    expect(field).to_have_attribute("type", "password")
    pupil.press("Toon")
    expect(field).to_have_attribute("type", "text")
    pupil.press("Verberg")
    pupil.choose(OWN)
    pupil.sees_heading("Koppel een e-mailadres")
    expect(pupil.page.get_by_role("link", name="Niet nu")).to_be_visible()


def when_an_email_is_linked(pupil: Pupil) -> None:
    pupil.give_email(EMAIL)
    assert account(ARDALAN).email == ""
    pupil.open(mailed_link(EMAIL, "Bevestig je e-mailadres voor je LeerID"))
    pupil.sees_heading("Bevestig je e-mailadres")
    pupil.is_at("/mijn/e-mail/bevestigen")
    assert account(ARDALAN).email == ""
    pupil.press("Ja, dit is mijn e-mailadres")
    pupil.sees_heading("Je e-mailadres is gekoppeld")
    pupil.follow("Verder")


def then_the_account_page_says_so(pupil: Pupil) -> None:
    pupil.is_signed_in("Ardalan")
    pupil.sees("a*****n@voorbeeld.be")
    pupil.sees("6EM · 2e lj 3e gr Elektromechanica TSO")


def then_the_desk_shows_it(desk: Desk) -> None:
    desk.open("leerlingen/")
    desk.find(ARDALAN)
    desk.follow("Bhatti")
    block = desk.section("Gevorderd LeerID")
    expect(block).to_contain_text("De leerling koos zelf een wachtwoord")
    expect(block).to_contain_text("a*****n@voorbeeld.be")
    expect(block).to_contain_text("23 november 2026 10:0")
    desk.does_not_see("Nog niet aangemeld")
    desk.follow("Account historiek")
    for what in ("Eigen wachtwoord gekozen", "E-mailadres gekoppeld", "Laatste aanmelding"):
        line = desk.page.get_by_role("row", name=what)
        expect(line).to_contain_text("De leerling")
        expect(line).to_contain_text("Mijn LeerID")


# Forgotten, and renewed at the desk ------------------------------------------------------------


def test_a_forgotten_password(new_pupil: NewPupil) -> None:
    username = account(BUTRINT).username
    pupil = new_pupil(PHONE)
    pupil.leaks.saw(NEW)
    pupil.open(f"/mijn/{username}")
    pupil.follow("Wachtwoord vergeten?")
    pupil.sees("Vraag dan een nieuw wachtwoord aan de LeerID-beheerder van je school.")
    pupil.page.get_by_label("Gebruikersnaam").fill(username.title())
    pupil.press("Stuur me een mail")
    pupil.sees_heading("Kijk in je mailbox")
    link = mailed_link("tests@ond.vlaanderen.be", "Kies een nieuw wachtwoord voor je LeerID")
    pupil.open(link)
    pupil.is_at("/mijn/vergeten/nieuw")
    pupil.choose("butrint 2026")
    pupil.sees("Gebruik je naam of je gebruikersnaam niet in je wachtwoord.")
    pupil.choose(NEW)
    pupil.sees("Je nieuwe wachtwoord is bewaard.")
    pupil.has_username(username)
    pupil.sign_in(NEW)
    pupil.is_signed_in("Butrint")
    pupil.open(link)
    pupil.sees_heading("Deze link werkt niet meer")
    pupil.forgive("410")


def test_the_desk_renews_an_own_password(beheerder: Desk, new_pupil: NewPupil) -> None:
    sheet = renewed(beheerder, ARDALAN)
    pupil = new_pupil(PHONE)
    pupil.scan(sheet)
    pupil.sign_in(sheet.password)
    pupil.choose(OWN)
    pupil.leaks.saw(OWN)
    pupil.follow("Niet nu")
    pupil.is_signed_in("Ardalan")
    then_the_preview_warns(beheerder)
    again = renewed(beheerder, ARDALAN)
    pupil.follow("Wijzig je wachtwoord")
    pupil.is_at("/mijn/")
    pupil.scan(again)
    pupil.sign_in(OWN)
    pupil.sees(REFUSED)
    pupil.scan(sheet)
    pupil.has_username(sheet.username)
    pupil.sign_in(again.password)
    pupil.sees_heading("Kies je eigen wachtwoord")
    beheerder.open("leerlingen/")
    beheerder.find(ARDALAN)
    beheerder.follow("Bhatti")
    failed = beheerder.section("Gevorderd LeerID")
    expect(failed).to_contain_text("Laatste mislukte aanmelding")
    expect(failed).to_contain_text("verkeerd wachtwoord")


def then_the_preview_warns(desk: Desk) -> None:
    desk.open("leerlingen/")
    desk.find(ARDALAN)
    desk.page.locator("input[name=student]").check()
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    desk.read_preview()
    desk.sees("1 leerling koos zelf een wachtwoord: Ardalan Bhatti")
    desk.press("Annuleren")


# The grid, without touch and without JavaScript ------------------------------------------------


def test_the_grid_with_the_keyboard_alone(new_pupil: NewPupil) -> None:
    jef = given_a_password(JEF, "bal-vis-laars-boom")
    pupil = new_pupil(TABLET)
    pupil.open(f"/mijn/{jef.username}?wijze=afbeeldingen")
    keyboard = pupil.page.keyboard

    def go_to(name: str, key: str = "Tab") -> None:
        """Press the key until the button with this name has the focus."""
        for _ in range(40):
            keyboard.press(key)
            button = pupil.page.get_by_role("button", name=name, exact=True)
            if button.evaluate("found => found === document.activeElement"):
                return
        raise AssertionError(f"No way to {name} by keyboard.")

    go_to("bal")
    keyboard.press("Space")
    go_to("hart")
    keyboard.press("Enter")
    pupil.has_chosen("bal", "hart")
    go_to("Eén terug", "Shift+Tab")
    keyboard.press("Enter")
    pupil.has_chosen("bal")
    go_to("vis")
    keyboard.press("Space")
    go_to("laars")
    keyboard.press("Space")
    go_to("boom", "Shift+Tab")
    keyboard.press("Space")
    pupil.has_chosen("bal", "vis", "laars", "boom")
    # With four chosen the focus is on the button that signs in.
    keyboard.press("Enter")
    pupil.is_signed_in("Jef")


def test_enter_in_the_username_chooses_no_picture(new_pupil: NewPupil) -> None:
    pupil = new_pupil(TABLET)
    pupil.open("/mijn/?wijze=afbeeldingen")
    pupil.page.get_by_label("Gebruikersnaam").fill("jef.lemmens")
    pupil.page.keyboard.press("Enter")
    pupil.has_chosen()
    pupil.follow("Ik heb een wachtwoord met letters")
    pupil.has_username("jef.lemmens")
    pupil.follow("Ik heb een wachtwoord met afbeeldingen")
    pupil.has_username("jef.lemmens")


def test_without_javascript_pictures_are_chosen_one_by_one(new_pupil: NewPupil) -> None:
    jef = given_a_password(JEF, "bal-vis-laars-boom")
    pupil = new_pupil(TABLET, java_script_enabled=False)
    pupil.open(f"/mijn/{jef.username}?wijze=afbeeldingen")
    for chosen in (["bal"], ["bal", "hart"]):
        pupil.touch(chosen[-1])
        pupil.has_chosen(*chosen)
    pupil.press("Eén terug")
    pupil.has_chosen("bal")
    for chosen in (["bal", "vis"], ["bal", "vis", "laars"], ["bal", "vis", "laars", "boom"]):
        pupil.touch(chosen[-1])
        pupil.has_chosen(*chosen)
    pupil.has_username(jef.username)
    assert account(JEF).failed_sign_ins == 0
    pupil.press("Meld je aan")
    pupil.is_signed_in("Jef")


def test_without_javascript_a_sheet_is_scanned(beheerder: Desk, new_pupil: NewPupil) -> None:
    sheet = renewed(beheerder, ABDULGHANI)
    pupil = new_pupil(PHONE, java_script_enabled=False)
    pupil.scan(sheet)
    pupil.is_at(f"/mijn/{sheet.username}")
    pupil.sign_in(sheet.password)
    pupil.is_signed_in("Abdulghani")


def test_without_javascript_a_word_is_typed(new_pupil: NewPupil) -> None:
    abdulghani = given_a_password(ABDULGHANI, "29ban9")
    pupil = new_pupil(PHONE, java_script_enabled=False)
    pupil.open(f"/mijn/{abdulghani.username}")
    pupil.sign_in("29BAN9")
    pupil.is_signed_in("Abdulghani")
    pupil.press("Afmelden")
    pupil.sees("Je bent afgemeld.")


def test_a_wrong_order_of_the_right_pictures_is_refused(new_pupil: NewPupil) -> None:
    jef = given_a_password(JEF, "bal-vis-laars-boom")
    assert not check_password("vis-bal-laars-boom", account(JEF).password)
    pupil = new_pupil(TABLET)
    pupil.open(f"/mijn/{jef.username}?wijze=afbeeldingen")
    pupil.touch("vis", "bal", "laars", "boom")
    pupil.press("Meld je aan")
    pupil.sees(REFUSED)
    pupil.has_chosen()
    pupil.touch("bal", "vis", "laars", "boom")
    pupil.press("Meld je aan")
    pupil.is_signed_in("Jef")
