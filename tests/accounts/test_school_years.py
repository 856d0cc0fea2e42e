"""A school year at a time: the switch decides which class the list shows, filters and prints."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from accounts import overview
from accounts.models import PasswordKind
from credentials.actions import hashing
from credentials.models import Batch, BatchItem
from schoolloket.institutions.models import Institution, Manager
from students.models import Enrolment
from students.school_years import SchoolYear
from tests.credentials.helpers import Save, item_of
from tests.helpers import Enrol, GiveAccount
from tests.pages import desk, text

pytestmark = pytest.mark.usefixtures("clock")

THIS, NEXT = "2026-2027", "2027-2028"
NEXT_PERIOD = {"starts_on": date(2027, 9, 1), "ends_on": date(2028, 8, 31)}


@pytest.fixture
def two_years(brussel: Institution, enrol: Enrol, give_account: GiveAccount) -> Enrolment:
    """Blijft goes from 5B to 6A; Vertrekt is in 6A this year, Nieuw comes to 6A the next."""
    stays = enrol(brussel, last_name="Blijft", class_code="5B", group="5de leerjaar")
    give_account(stays, PasswordKind.WORD)
    enrol(
        brussel,
        last_name="Blijft",
        student=stays.student,
        stamnummer=stays.stamnummer,
        class_code="6A",
        group="6de leerjaar",
        **NEXT_PERIOD,
    )
    enrol(brussel, last_name="Vertrekt", class_code="6A")
    enrol(brussel, last_name="Nieuw", class_code="6A", **NEXT_PERIOD)
    return stays


def listed(client: Client, **query: str) -> list[tuple[str, str]]:
    page = client.get(desk("students"), query).context["table"].page
    return [(row.last_name, row.class_code) for row in page]


def on(clock: time_machine.Traveller, day: str, client: Client, alice: Manager) -> Client:
    """Alice's browser on another day, signed in anew."""
    clock.move_to(f"{day}T08:00:00+00:00")
    client.force_login(alice)
    return client


@pytest.mark.usefixtures("two_years")
@pytest.mark.parametrize(
    ("year", "rows"),
    [
        (THIS, [("Blijft", "5B"), ("Vertrekt", "6A")]),
        (NEXT, [("Blijft", "6A"), ("Nieuw", "6A")]),
        ("", [("Blijft", "5B"), ("Vertrekt", "6A")]),
        ("2031-2032", [("Blijft", "5B"), ("Vertrekt", "6A")]),
        ("2026-2028", [("Blijft", "5B"), ("Vertrekt", "6A")]),
        ("x", [("Blijft", "5B"), ("Vertrekt", "6A")]),
    ],
)
def test_the_switch_decides_who_is_in_the_list_and_in_which_class(
    alice_client: Client, year: str, rows: list[tuple[str, str]]
) -> None:
    assert listed(alice_client, schooljaar=year) == rows


@pytest.mark.usefixtures("two_years")
def test_a_class_of_one_year_does_not_take_pupils_of_the_other(alice_client: Client) -> None:
    assert listed(alice_client, klas="6A") == [("Vertrekt", "6A")]
    assert listed(alice_client, klas="6A", schooljaar=NEXT) == [("Blijft", "6A"), ("Nieuw", "6A")]


@pytest.mark.usefixtures("two_years")
def test_each_year_offers_its_own_classes_and_groups(alice_client: Client) -> None:
    for year, classes, groups in (
        (THIS, ["5B", "6A"], ["2e lj 3e gr Elektromechanica TSO", "5de leerjaar"]),
        (NEXT, ["6A"], ["2e lj 3e gr Elektromechanica TSO", "6de leerjaar"]),
    ):
        form = alice_client.get(desk("students"), {"schooljaar": year}).context["filter"].form
        assert [value for value, _ in form.fields["klas"].choices][1:] == classes
        assert [value for value, _ in form.fields["groep"].choices][1:] == groups


@pytest.mark.usefixtures("two_years")
@pytest.mark.parametrize(
    ("day", "first"),
    [("2027-06-30", "Vertrekt"), ("2027-07-01", "Nieuw"), ("2027-09-01", "Nieuw")],
)
def test_from_july_the_next_year_comes_first(
    alice: Manager, client: Client, clock: time_machine.Traveller, day: str, first: str
) -> None:
    rows = listed(on(clock, day, client, alice))
    assert first in dict(rows)


def test_in_july_a_school_without_next_years_list_still_sees_this_year(
    brussel: Institution,
    enrol: Enrol,
    alice: Manager,
    client: Client,
    clock: time_machine.Traveller,
) -> None:
    enrol(brussel, last_name="Vertrekt", class_code="6A")
    assert listed(on(clock, "2027-07-15", client, alice)) == [("Vertrekt", "6A")]


def test_with_one_year_there_is_no_switch(
    alice_client: Client, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel)
    assert alice_client.get(desk("students")).context["year_choices"] == []


@pytest.mark.usefixtures("two_years")
def test_the_switch_takes_the_filter_along_but_no_class_that_the_other_year_lacks(
    alice_client: Client,
) -> None:
    for query, kept in (
        ({"klas": "6A", "zoek": "e"}, "klas=6A&zoek=e&schooljaar=2027-2028"),
        ({"klas": "5B", "zoek": "e", "pagina": "2"}, "zoek=e&schooljaar=2027-2028"),
    ):
        choices = alice_client.get(desk("students"), query).context["year_choices"]
        assert [str(choice.year) for choice in choices] == [THIS, NEXT]
        assert choices[1].query == kept


@pytest.mark.usefixtures("two_years")
def test_the_excel_and_the_one_click_are_of_the_year_too(alice_client: Client) -> None:
    answer = alice_client.get(desk("students_workbook"), {"schooljaar": NEXT})
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [(row[2], row[3], row[-1]) for row in rows[1:]] == [
        ("Blijft", "6A", NEXT),
        ("Nieuw", "6A", NEXT),
    ]
    for year, number in ((THIS, 1), (NEXT, 2)):
        found = alice_client.get(desk("selection"), {"schooljaar": year, "klas": "6A"}).json()
        assert len(found["students"]) == number


@pytest.mark.usefixtures("two_years")
def test_a_pupil_who_left_in_the_course_of_the_year_is_not_in_its_list(
    alice_client: Client, brussel: Institution, enrol: Enrol
) -> None:
    left = enrol(brussel, last_name="Weg", ends_on=date(2026, 10, 1))
    assert "Weg" not in dict(listed(alice_client))
    assert listed(alice_client, lijst="uitgeschreven") == [("Weg", "6EM")]

    # Who comes back next year did not leave.
    enrol(brussel, last_name="Weg", student=left.student, class_code="1A", **NEXT_PERIOD)
    assert listed(alice_client, lijst="uitgeschreven") == []
    assert dict(listed(alice_client, schooljaar=NEXT))["Weg"] == "1A"
    assert "Weg" not in dict(listed(alice_client))


# A batch keeps its school year ----------------------------------------------------------------


def start(client: Client, *students: int, year: str) -> Batch:
    client.post(desk("start_batch"), {"purpose": "renew", "student": students, "schooljaar": year})
    return Batch.objects.latest("created_at")


@pytest.mark.parametrize(("year", "class_code"), [(THIS, "5B"), (NEXT, "6A")])
def test_a_batch_shows_and_prints_the_class_of_the_year_of_the_list(
    alice_client: Client,
    two_years: Enrolment,
    year: str,
    class_code: str,
) -> None:
    batch = start(alice_client, two_years.student_id, year=year)
    assert str(batch.year) == year
    assert item_of(batch, two_years).class_code == class_code


def test_who_is_not_in_the_year_is_named_and_stays_as_he_or_she_was(
    alice_client: Client, two_years: Enrolment, brussel: Institution
) -> None:
    leaving = Enrolment.objects.get(last_name="Vertrekt")
    batch = start(alice_client, two_years.student_id, leaving.student_id, year=NEXT)
    assert item_of(batch, leaving).obstacle == BatchItem.Obstacle.OTHER_YEAR
    assert not item_of(batch, two_years).obstacle
    page = text(alice_client.get(desk("preview_batch", batch.pk)))
    assert "Deze leerling is in dit schooljaar niet ingeschreven." in page


def test_an_enrolment_withdrawn_after_the_preview_is_no_class_to_print_for(
    save: Save, alice_client: Client, two_years: Enrolment
) -> None:
    batch = start(alice_client, two_years.student_id, year=NEXT)
    hashing.hash_all(batch)
    Enrolment.objects.filter(student=two_years.student, starts_on__year=2027).delete()
    save(batch)
    assert item_of(batch, two_years).obstacle == BatchItem.Obstacle.OTHER_YEAR


def test_without_a_year_a_batch_is_of_the_one_in_which_the_pupils_are(
    brussel: Institution, enrol: Enrol
) -> None:
    this_year = enrol(brussel)
    next_year = enrol(brussel, **NEXT_PERIOD)
    november, july = date(2026, 11, 23), date(2027, 7, 15)
    assert overview.year_of(brussel, [this_year], november) == SchoolYear(2026)
    assert overview.year_of(brussel, [next_year], november) == SchoolYear(2027)
    assert overview.year_of(brussel, [this_year], july) == SchoolYear(2026)
    assert overview.year_of(brussel, [this_year, next_year], july) == SchoolYear(2027)


# Who is selected and hidden ---------------------------------------------------------------------


def test_the_selected_ones_can_be_shown_whatever_the_filter(
    alice_client: Client, two_years: Enrolment
) -> None:
    answer = alice_client.post(
        desk("selected"),
        {"student": [two_years.student_id], "schooljaar": NEXT, "query": "klas=6A"},
    )
    [row] = answer.context["rows"]
    assert (row.last_name, row.class_code) == ("Blijft", "6A")
    assert f"{desk('students')}?klas=6A" in answer.content.decode()


def test_showing_the_selected_ones_shows_nobody_of_another_school(
    alice_client: Client, gent: Institution, enrol: Enrol
) -> None:
    stranger = enrol(gent, last_name="Elders")
    answer = alice_client.post(desk("selected"), {"student": [stranger.student_id]}, follow=True)
    assert "Elders" not in text(answer)
    assert "selectie" in text(answer)


@pytest.mark.parametrize("student", ["", "x", "9" * 30])
def test_a_selection_of_nobody_or_of_nonsense_leads_back_to_the_list(
    alice_client: Client, student: str
) -> None:
    answer = alice_client.post(desk("selected"), {"student": student})
    assert answer["Location"] == desk("students")
    assert alice_client.get(desk("selected"))["Location"] == desk("students")


# Held pupils ----------------------------------------------------------------------------------


def test_a_held_pupil_shows_why_and_offers_no_change(
    alice_client: Client,
    brussel: Institution,
    gent: Institution,
    enrol: Enrol,
    give_account: GiveAccount,
    clock: time_machine.Traveller,
) -> None:
    first = enrol(gent)
    give_account(first)
    clock.shift(60)
    enrol(brussel, student=first.student)
    page = alice_client.get(desk("students")).content.decode()
    assert "nog van andere school" in page
    assert desk("edit_credentials", first.student_id) not in page
