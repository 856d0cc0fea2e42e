"""A new school: from one command, by the mail and the first import, to accounts on paper."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Account, PasswordKind
from schoolloket.demo.school import BRUSSEL, DATA
from students.models import Enrolment

from .desk import Desk, Shown
from .entrance import join, mailed_path, plug_in
from .printed import A4, CLASS_LIST, SHEETS, STICKERS, WORKBOOK, Printed, has_row

pytestmark = pytest.mark.browser

ELS = "els@school.test"


@pytest.mark.django_db(transaction=True)
def test_from_one_command_to_printed_accounts(desk: Desk) -> None:
    given_a_school_of_one_command(desk)
    when_its_first_beheerder_follows_the_mail(desk)
    when_the_file_is_uploaded(desk)
    then_the_preview_shows_200_new_pupils_and_nothing_is_imported(desk)
    when_the_import_is_confirmed(desk)
    then_the_list_shows_them(desk)
    when_accounts_are_made_for_all(desk)
    shown = then_the_preview_shows_a_password_for_everybody(desk)
    zip_file = when_it_is_saved(desk)
    then_the_zip_has_a_page_for_everybody(zip_file, shown)
    then_everybody_has_the_account_of_the_preview(shown)


def given_a_school_of_one_command(desk: Desk) -> None:
    school = (BRUSSEL.number, BRUSSEL.municipality, BRUSSEL.name)
    call_command("create_institution", *school, invite=ELS, stdout=StringIO())


def when_its_first_beheerder_follows_the_mail(desk: Desk) -> None:
    plug_in(desk.page)
    desk.page.goto(mailed_path(ELS, "/uitnodiging/"))
    desk.sees_heading("Welkom in het LeerID Schoolloket")
    join(desk, "Els Engels")
    desk.sees_heading("Nog geen leerlingen")


def when_the_file_is_uploaded(desk: Desk) -> None:
    desk.follow("Importeer leerlingen")
    desk.page.get_by_label("Bestand").set_input_files(DATA / "discimus-999912.csv")
    expect(desk.page.get_by_label("Volledige lijst")).to_be_checked()
    desk.press("Toon het voorbeeld")


def then_the_preview_shows_200_new_pupils_and_nothing_is_imported(desk: Desk) -> None:
    desk.sees_heading("Voorbeeld van de import")
    desk.sees("discimus-999912.csv · volledige lijst")
    expect(desk.page.get_by_role("definition").first).to_have_text("200")
    assert not Enrolment.objects.exists()


def when_the_import_is_confirmed(desk: Desk) -> None:
    desk.press("Bevestigen en inlezen")
    desk.sees("200 nieuw, 0 gewijzigd, 0 beëindigd, 0 ongewijzigd, 0 niet ingelezen.")


def then_the_list_shows_them(desk: Desk) -> None:
    desk.follow("Leerlingen")
    desk.lists(200)
    desk.sees("Laatste import: 23 november 2026 10:0")


def when_accounts_are_made_for_all(desk: Desk) -> None:
    desk.press("Selecteer alle 200")
    desk.counts(200)
    desk.press("LeerID aanmaken")
    desk.sees_heading("LeerID's aanmaken")


def then_the_preview_shows_a_password_for_everybody(desk: Desk) -> list[Shown]:
    expect(desk.section("Leerlingen zonder LeerID")).to_contain_text("Totaal aantal rijen: 200")
    expect(desk.page.get_by_role("progressbar")).to_be_visible()
    desk.is_prepared()
    shown = desk.read_preview()
    assert len(shown) == 200
    assert all(row.ticked and row.password for row in shown)
    assert not Account.objects.exists()
    return shown


def when_it_is_saved(desk: Desk) -> Path:
    zip_file = desk.save_and_print()
    desk.sees_heading("200 leerlingen hebben nieuwe aanmeldgegevens")
    return zip_file


def then_the_zip_has_a_page_for_everybody(zip_file: Path, shown: list[Shown]) -> None:
    printed = Printed.of(zip_file)
    assert list(printed.files) == [*SHEETS, CLASS_LIST, WORKBOOK]
    rows = {row.username: row for row in shown}
    in_order = [rows[str(row["LeerID Gebruikersnaam"])] for row in printed.workbook()]
    assert [row["LeerID Wachtwoord"] for row in printed.workbook()] == [
        row.password for row in in_order
    ]
    sheets = printed.pages(A4)
    assert len(sheets) == 200
    assert all(has_row(page, row) for page, row in zip(sheets, in_order, strict=True))
    for name in STICKERS:
        text = "".join(printed.pages(name))
        assert [row.username for row in shown if row.username not in text] == []


def then_everybody_has_the_account_of_the_preview(shown: list[Shown]) -> None:
    accounts = {account.username: account for account in Account.objects.all()}
    assert len(accounts) == 200
    for row in shown:
        canonical = row.password.replace(" - ", "-")
        assert check_password(canonical, accounts[row.username].password)
    # The group proposes the kind: primary school gets a word.
    kinds = {account.password_kind for account in accounts.values()}
    assert kinds == {PasswordKind.PICTURES, PasswordKind.WORD, PasswordKind.ADVANCED}
