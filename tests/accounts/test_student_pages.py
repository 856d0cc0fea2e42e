"""Leerlingdetail and its three tabs."""

from datetime import date

import pytest
from django.test import Client

from accounts.actions import link_email
from accounts.models import Account, PasswordKind
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Student
from tests.helpers import Enrol, GiveAccount
from tests.pages import desk, html, text

pytestmark = pytest.mark.usefixtures("clock")


def test_the_detail_shows_enrolment_official_data_and_account(
    alice_client: Client, brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    student = Student.objects.create(
        official_data=Student.OfficialData.AVAILABLE,
        identity_hash="0" * 64,
        official_first_name="Abdulghani",
        official_last_name="Bogdan",
        sex="M",
        birth_date=date(2010, 11, 7),
    )
    row = enrol(brussel, "Abdulghani", "Bogdan", student=student, stamnummer="60351")
    give_account(row, PasswordKind.WORD)

    page = text(alice_client.get(desk("student", student.pk)))
    for line in (
        "Stamnummer 60351",
        "Geboortedatum 7 november 2010",
        "Basis LeerID",
        "Account status Actief",
        "Wordt automatisch inactief bij einde inschrijving - 31 augustus 2027",
        "Gebruikersnaam abdulghani.bogdan",
        "Wachtwoord type Basis wachtwoord",
        "Laatste aanmelding Nog niet aangemeld",
    ):
        assert line in page


@pytest.mark.parametrize("reason", [*Student.OfficialData])
def test_without_official_data_the_page_gives_the_reason(
    alice_client: Client, brussel: Institution, enrol: Enrol, reason: Student.OfficialData
) -> None:
    if reason == Student.OfficialData.AVAILABLE:
        return
    row = enrol(brussel, student=Student.objects.create(official_data=reason))
    assert reason.label in text(alice_client.get(desk("student", row.student_id)))


def test_the_detail_shows_a_temporary_password_and_a_masked_email(
    alice_client: Client, charlie: Account, alice_actor: Actor
) -> None:
    page = text(alice_client.get(desk("student", charlie.student_id)))
    assert "Moet nieuw wachtwoord kiezen bij eerste aanmelding" in page

    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=alice_actor)
    page = text(alice_client.get(desk("student", charlie.student_id)))
    assert "Moet nieuw wachtwoord kiezen" not in page
    assert "c*****e@voorbeeld.test" in page
    assert "charlie@voorbeeld.test" not in page


def test_the_histories_show_what_happened(
    alice_client: Client, charlie: Account, alice_actor: Actor
) -> None:
    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=alice_actor)
    history = text(alice_client.get(desk("account_history", charlie.student_id)))
    details = text(alice_client.get(desk("detail_history", charlie.student_id)))
    assert "E-mailadres gekoppeld Alice" in history
    assert "E-mailadres - c*****e@voorbeeld.test Alice" in details


def test_a_pupil_who_left_is_read_only(
    alice_client: Client, brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    row = enrol(brussel, ends_on=date(2026, 10, 1))
    give_account(row)
    page = text(alice_client.get(desk("student", row.student_id)))
    assert "is uitgeschreven sinds 1 oktober 2026" in page
    assert "Pas aanmeldgegevens aan" not in page
    assert alice_client.get(desk("edit_credentials", row.student_id)).status_code == 404


def test_a_pupil_of_another_school_is_not_found(
    alice_client: Client, gent: Institution, enrol: Enrol
) -> None:
    assert alice_client.get(desk("student", enrol(gent).student_id)).status_code == 404


def test_each_page_of_one_pupil_says_which_pupil(
    alice_client: Client, brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    row = enrol(brussel, "Butrint", "Boeren", stamnummer="47727", class_code="6A")
    give_account(row)
    for name in ("student", "account_history", "detail_history"):
        page = alice_client.get(desk(name, row.student_id))
        assert "6A · 47727 Butrint Boeren" in text(page)
        assert "Butrint Boeren (47727)" in html(page).partition("</title>")[0]


def test_the_data_of_a_pupil_are_exported_from_the_history(
    alice_client: Client, charlie: Account
) -> None:
    export = "Exporteer alle gegevens"
    assert export in text(alice_client.get(desk("account_history", charlie.student_id)))
    for name in ("student", "detail_history"):
        assert export not in text(alice_client.get(desk(name, charlie.student_id)))
