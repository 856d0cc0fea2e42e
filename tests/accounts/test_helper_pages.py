"""The list and the pages of pupils as a helper sees them: the own classes, and no more (R13)."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Account
from schoolloket.institutions.models import Institution, Manager, Membership
from students.models import Student
from tests.desk_client import DeskClient
from tests.helpers import Enrol, GiveAccount, helper_of
from tests.pages import desk, html, text

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def other(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Account:
    """A pupil of Brussel in another class than Helen's."""
    return give_account(enrol(brussel, "Oscar", "Otten", class_code="5KA"))


def listed(client: DeskClient, **query: str) -> str:
    return text(client.get(desk("students"), query))


# Whom ------------------------------------------------------------------------------------------


def test_a_helper_sees_the_pupils_of_the_own_class_only(
    helen_client: DeskClient, charlie: Account, other: Account
) -> None:
    page = listed(helen_client)
    assert "Peeters" in page
    assert "Otten" not in page
    assert "Totaal aantal rijen: 1" in page
    assert "Klas van" not in listed(helen_client, klas="5KA")
    assert "Otten" not in listed(helen_client, zoek="otten")


def test_a_pupil_of_another_class_is_not_found(
    helen_client: DeskClient, charlie: Account, other: Account
) -> None:
    for page in ("student", "edit_credentials"):
        assert helen_client.get(desk(page, charlie.student_id)).status_code == 200
        assert helen_client.get(desk(page, other.student_id)).status_code == 404


def test_selecting_all_selects_the_own_class(
    helen_client: DeskClient, charlie: Account, other: Account
) -> None:
    found = helen_client.get(desk("selection")).json()
    assert found == {"students": [str(charlie.student_id)]}
    posted = {"student": [charlie.student_id, other.student_id]}
    answer = helen_client.post(desk("selected"), posted)
    assert answer.status_code == 302


def test_who_comes_or_left_is_not_seen(
    helen_client: DeskClient, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel, "Laura", "Later", starts_on=date(2026, 12, 1))
    enrol(brussel, "Victor", "Voorbij", ends_on=date(2026, 11, 22))
    for query in ({}, {"lijst": "uitgeschreven"}, {"schooljaar": "2027-2028"}):
        page = listed(helen_client, **query)
        assert "Later" not in page
        assert "Voorbij" not in page


def test_a_helper_of_two_classes_sees_both(
    brussel: Institution, charlie: Account, other: Account, client: DeskClient
) -> None:
    client.force_login(helper_of(brussel, "Hugo", ["6EM", "5KA"]))
    page = listed(client)
    assert "Peeters" in page
    assert "Otten" in page


def test_two_helpers_see_the_same_class(
    brussel: Institution, charlie: Account, helen_client: DeskClient
) -> None:
    client = DeskClient()
    client.force_login(helper_of(brussel, "Hugo", ["6EM"]))
    assert "Peeters" in listed(helen_client)
    assert "Peeters" in listed(client)


def test_a_pupil_who_changes_class_goes_from_one_helper_to_the_other(
    brussel: Institution, charlie: Account, helen_client: DeskClient
) -> None:
    client = DeskClient()
    client.force_login(helper_of(brussel, "Hugo", ["5KA"]))
    charlie.student.enrolments.update(class_code="5KA")
    assert "Peeters" not in listed(helen_client)
    assert "Peeters" in listed(client)


def test_classes_that_change_bite_on_the_next_request(
    helen: Manager, helen_client: DeskClient, charlie: Account, other: Account
) -> None:
    helen.memberships.update(classes=["5KA"])
    page = listed(helen_client)
    assert "Otten" in page
    assert "Peeters" not in page


def test_a_substitute_is_in_for_two_weeks(
    brussel: Institution, charlie: Account, clock: time_machine.Traveller
) -> None:
    hugo = helper_of(brussel, "Hugo", ["6EM"], ends_on=date(2026, 12, 6))
    client = DeskClient()
    client.force_login(hugo)
    assert "Peeters" in listed(client)
    clock.move_to(datetime(2026, 12, 7, 0, 1).astimezone() + timedelta(hours=1))
    client.force_login(hugo)
    assert client.get(desk("students")).status_code == 404


def test_a_class_that_was_renamed_is_said(helen_client: DeskClient, charlie: Account) -> None:
    charlie.student.enrolments.update(class_code="6EMa")
    page = listed(helen_client)
    assert "Je bent klashelper voor 6EM, tot en met 31 augustus 2027." in page
    assert "In die klassen zit vandaag niemand." in page


def test_in_july_a_helper_still_works_for_the_running_year(
    helen: Manager,
    helen_client: DeskClient,
    charlie: Account,
    enrol: Enrol,
    brussel: Institution,
    clock: time_machine.Traveller,
) -> None:
    enrol(
        brussel,
        "Charlie",
        "Peeters",
        student=charlie.student,
        class_code="7X",
        starts_on=date(2027, 9, 1),
        ends_on=date(2028, 8, 31),
    )
    clock.move_to(datetime(2027, 7, 5, 10, 0).astimezone())
    helen_client.force_login(helen)
    assert "Peeters" in listed(helen_client)
    assert helen_client.get(desk("student", charlie.student_id)).status_code == 200


# What ------------------------------------------------------------------------------------------


def test_the_list_has_nothing_that_a_helper_may_not(
    helen_client: DeskClient, charlie: Account
) -> None:
    page = html(helen_client.get(desk("students")))
    for hidden in (
        "excel",
        "import",
        "toegang",
        "uitgeschreven",
        "Type",
        "Laatste",
        "LeerID aanmaken",
    ):
        assert hidden not in page


def test_the_page_of_a_pupil_says_what_a_helper_may_know(
    helen_client: DeskClient, charlie: Account
) -> None:
    Student.objects.filter(pk=charlie.student_id).update(birth_date=date(2010, 11, 7), sex="V")
    page = text(helen_client.get(desk("student", charlie.student_id)))
    assert "charlie.peeters" in page
    assert "Actief" in page
    assert "nog niet" in page
    for hidden in ("7 november 2010", "Geslacht", "historiek", "creatie", "Deactiveren", "vrij"):
        assert hidden not in page


def test_of_a_linked_account_a_helper_sees_no_address_and_whom_to_ask(
    helen_client: DeskClient, linked: Account
) -> None:
    page = text(helen_client.get(desk("student", linked.student_id)))
    assert "vraag de LeerID-beheerder" in page
    assert "@" not in page
    assert "vraag de LeerID-beheerder" in listed(helen_client)
    answer = helen_client.get(desk("edit_credentials", linked.student_id))
    assert answer.url == desk("student", linked.student_id)


def test_an_ended_right_of_a_helper_bites_on_the_next_request(
    helen: Manager, helen_client: DeskClient, charlie: Account
) -> None:
    assert helen_client.get(desk("students")).status_code == 200
    Membership.objects.filter(manager=helen).delete()
    assert helen_client.get(desk("students")).status_code == 404
