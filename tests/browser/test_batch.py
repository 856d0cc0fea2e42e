"""What a reeks leads to: its ZIP when asked, its end after a warning, and the next reeks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Account
from credentials.models import Batch

from .desk import Desk
from .printed import Printed

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("school")]

PUPILS = {"32890": "Ardalan Bhatti", "80240": "Amani Bockstal", "60351": "Abdulghani Bogdan"}


def given_a_saved_batch(desk: Desk) -> Batch:
    desk.sign_in_to_list()
    for stamnummer, name in PUPILS.items():
        desk.find(stamnummer)
        desk.tick(f"{name} ({stamnummer})")
    desk.press("Vernieuw wachtwoord")
    desk.is_prepared()
    desk.read_preview()
    desk.press("Bewaren en afdrukken")
    desk.sees_heading("3 leerlingen hebben nieuwe aanmeldgegevens")
    return Batch.objects.get(pk=desk.path.split("/")[-2])


def test_new_passwords_for_those_who_did_not_use_theirs_in_three_clicks(desk: Desk) -> None:
    """From the sentence two clicks to saved, the third for the paper."""
    batch = given_a_saved_batch(desk)
    Account.objects.filter(username="amani.bockstal").update(
        last_sign_in_at=timezone.now() + timedelta(seconds=1)
    )
    desk.page.reload()
    desk.sees("1 van 3 meldde zich sindsdien aan.")
    desk.press("Nieuw wachtwoord voor deze 2")
    desk.is_prepared()
    shown = desk.read_preview()
    assert {row.name for row in shown} == {"Ardalan Bhatti", "Abdulghani Bogdan"}
    sheets = Printed.of(desk.save_and_print()).sheets()
    assert len(sheets) == 2
    desk.sees_heading("2 leerlingen hebben nieuwe aanmeldgegevens")
    desk.open(f"afdrukken/{batch.pk}/")
    desk.sees(f"2 wachtwoorden zijn vervangen door reeks {batch.number + 1}")
    links = desk.page.get_by_role("link", name=f"vervangen door reeks {batch.number + 1}")
    expect(links).to_have_count(2)


def test_a_reeks_is_destroyed_after_a_page_that_says_what_is_lost(desk: Desk) -> None:
    batch = given_a_saved_batch(desk)
    desk.follow("Afdrukken")
    desk.follow(f"Vernietig nu: reeks {batch.number}")
    desk.sees("Deze reeks werd nooit gedownload.")
    desk.sees("de enige exemplaren van 3 wachtwoorden")
    desk.follow("Annuleren")
    desk.sees("Download en druk af.")
    desk.follow("Vernietig nu")
    desk.press("Vernietig nu")
    desk.sees("Niemand heeft deze wachtwoorden: vernieuw ze.")
    desk.press("Vernieuw deze wachtwoorden")
    desk.is_prepared()
    assert len(desk.read_preview()) == len(PUPILS)


def test_a_download_starts_by_itself_where_the_browser_was_told_to(desk: Desk) -> None:
    """Unasked nothing lands on a computer that others use too."""
    downloads: list[object] = []
    desk.page.on("download", lambda download: downloads.append(download))
    batch = given_a_saved_batch(desk)
    choice = desk.page.get_by_label("Start downloads in deze browser voortaan vanzelf")
    expect(choice).not_to_be_checked()
    choice.check()
    desk.page.reload()
    expect(choice).to_be_checked()
    assert downloads == []
    batch.refresh_from_db()
    assert batch.first_downloaded_at is None
    desk.open("leerlingen/")
    desk.find("60351")
    desk.follow("Pas aan: aanmeldgegevens van Abdulghani Bogdan")
    desk.press("genereer nieuw wachtwoord")
    desk.read_new_password()
    with desk.page.expect_download():
        desk.press("Bewaren en afdrukken")
    desk.page.get_by_label("Start downloads in deze browser voortaan vanzelf").first.uncheck()
    desk.page.reload()
    expect(choice.first).not_to_be_checked()
