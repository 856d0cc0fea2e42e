"""A pupil who lost the linked e-mail address (manual, chapter 4)."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from playwright.sync_api import expect

from accounts.models import Account
from students.models import Enrolment

from .desk import Desk, Shown
from .printed import SHEETS, Printed, has_row

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

MASKED = "t*****s@ond.vlaanderen.be"
NOTICE = (
    "Bij het aanpassen van een gebruikersnaam of het verwijderen van een e-mailadres wordt er "
    "ook een nieuw wachtwoord gegenereerd."
)


def test_removing_the_email_gives_a_new_password(desk: Desk) -> None:
    given_a_pupil_with_a_linked_email(desk)
    when_the_email_is_ticked_for_removal(desk)
    shown = then_a_new_password_shows_at_once(desk)
    zip_file = when_it_is_saved(desk)
    then_the_detail_page_shows_no_email(desk)
    then_the_paper_has_the_password(zip_file, shown)
    then_the_history_shows_it(desk)


def butrint() -> Account:
    enrolments = Enrolment.objects.filter(institution__number="999912", stamnummer="47727")
    return Account.objects.get(student__enrolments__in=enrolments)


def given_a_pupil_with_a_linked_email(desk: Desk) -> None:
    desk.sign_in_to_list()
    desk.find("47727")
    desk.follow("Boeren")
    expect(desk.section("Gevorderd LeerID")).to_contain_text(MASKED)
    desk.follow("Pas aanmeldgegevens aan")


def when_the_email_is_ticked_for_removal(desk: Desk) -> None:
    desk.sees("Dit LeerID heeft een gevorderd wachtwoord")
    desk.sees(MASKED)
    desk.does_not_see(NOTICE)
    desk.choose("Verwijder dit e-mailadres")


def then_a_new_password_shows_at_once(desk: Desk) -> Shown:
    desk.sees(NOTICE)
    expect(desk.page.get_by_label("Verwijder dit e-mailadres")).to_be_checked()
    account = butrint()
    assert account.is_linked
    password = desk.read_new_password()
    return Shown("Butrint Boeren (47727)", account.username, password, kind="", ticked=True)


def when_it_is_saved(desk: Desk) -> Path:
    return desk.save_and_print()


def then_the_detail_page_shows_no_email(desk: Desk) -> None:
    desk.sees("Het LeerID is succesvol aangepast.")
    account = desk.section("Gevorderd LeerID")
    expect(account).to_contain_text("Moet nieuw wachtwoord kiezen bij eerste aanmelding")
    expect(account).not_to_contain_text("E-mailadres")


def then_the_paper_has_the_password(zip_file: Path, shown: Shown) -> None:
    printed = Printed.of(zip_file)
    assert list(printed.files) == SHEETS
    assert all(has_row(printed.pages(name)[0], shown) for name in SHEETS)
    account = butrint()
    assert check_password(shown.password, account.password)
    assert account.email == ""


def then_the_history_shows_it(desk: Desk) -> None:
    desk.follow("Detail account historiek")
    change = desk.page.get_by_role("row", name="E-mailadres").first
    expect(change).to_contain_text("Aanmeldgegevens aangepast")
    expect(change).to_contain_text(MASKED)


def test_taking_the_tick_away_again_changes_nothing(desk: Desk) -> None:
    given_a_pupil_with_a_linked_email(desk)
    before = butrint().password
    when_the_email_is_ticked_for_removal(desk)
    then_a_new_password_shows_at_once(desk)
    desk.choose("Verwijder dit e-mailadres")
    desk.sees("Dit LeerID heeft een gevorderd wachtwoord")
    desk.press("Bewaren en afdrukken")
    desk.sees("Je wijzigde niets, dus is er niets bewaard of af te drukken.")
    assert butrint().password == before
