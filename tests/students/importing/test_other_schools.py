"""The list of another school is recognised and said once; it tells nothing of that school (R11)."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager, Membership
from students.importing.draft import Draft
from students.importing.other_schools import OtherSchoolsList
from students.models import Enrolment
from tests.students.helpers import Pupil, csv_file, pupil, pupils, run_import, upload, without

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

WITHOUT_NUMBER_OF_SCHOOL = without("institution")


@pytest.fixture
def both(alice: Manager, gent: Institution) -> Manager:
    """Alice works in Gent too."""
    Membership.objects.create(manager=alice, institution=gent)
    return alice


@pytest.fixture
def in_gent(bob_actor: Actor) -> list[Pupil]:
    """Ten pupils of Gent, whose list was read in there."""
    rows = pupils(10, institution="999913")
    run_import(bob_actor, csv_file(rows))
    return rows


def send(client: Client, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile("lijst.csv", content)
    return client.post("/999912/import/", {"file": file, "kind": "volledig"}, follow=True)


def text(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def refusal(actor: Actor, content: bytes) -> OtherSchoolsList:
    with pytest.raises(OtherSchoolsList) as refused:
        Draft(upload(actor, content)).plan  # noqa: B018
    return refused.value


def test_the_list_of_another_school_is_said_once_with_the_way_there(
    alice_client: Client, both: Manager
) -> None:
    page = send(alice_client, csv_file(pupils(20, institution="999913")))
    assert "Dit is de lijst van instelling 999913 (TEST School 7 (1), GENT)." in text(page)
    assert text(page).count("999913") == 1
    assert 'href="/999913/import/"' in page.content.decode()
    assert 'name="confirm"' not in page.content.decode()
    assert not Enrolment.objects.exists()


def test_a_school_of_others_looks_like_one_that_does_not_exist(
    alice_client: Client, in_gent: list[Pupil]
) -> None:
    there = text(send(alice_client, csv_file(in_gent)))
    nowhere = text(send(alice_client, csv_file(pupils(10, institution="123456"))))
    assert "Dit is de lijst van instelling 999913. Er is niets ingelezen." in there
    assert nowhere == there.replace("999913", "123456")


def test_what_stands_in_the_column_is_repeated_only_where_it_is_a_number(
    alice_actor: Actor,
) -> None:
    told = str(refusal(alice_actor, csv_file(pupils(5, institution="Süheda Carabin"))))
    assert told.startswith("Dit is de lijst van een andere instelling.")


def test_a_list_of_several_other_schools_names_their_numbers(alice_actor: Actor) -> None:
    rows = [pupil(n, institution=f"99991{3 + n % 2}") for n in range(10)]
    assert "(999913, 999914)" in str(refusal(alice_actor, csv_file(rows)))


def test_some_rows_of_another_school_are_one_warning(alice_client: Client) -> None:
    rows = [*pupils(4), *(pupil(n, institution="999913") for n in range(4, 8))]
    page = text(send(alice_client, csv_file(rows)))
    assert "4 rijen zijn van een andere school (999913). Die lezen we hier niet in." in page
    assert "4 nieuwe leerlingen" in page
    assert page.count("999913") == 1


def test_a_row_about_a_pupil_of_this_school_makes_it_a_list_of_this_school(
    alice_actor: Actor,
) -> None:
    run_import(alice_actor, csv_file(pupils(1)))
    rows = [pupil(0), *(pupil(n, institution="999913") for n in range(1, 20))]
    plan = Draft(upload(alice_actor, csv_file(rows))).plan
    assert (plan.unchanged, len(plan.problems)) == (1, 19)
    unknown = [pupil(30), *rows[1:]]
    assert "999913" in str(refusal(alice_actor, csv_file(unknown)))


def test_without_numbers_of_schools_a_list_is_known_by_the_pupils(
    alice_actor: Actor, both: Manager, in_gent: list[Pupil]
) -> None:
    refused = refusal(alice_actor, csv_file(in_gent, WITHOUT_NUMBER_OF_SCHOOL))
    assert "lijst van instelling 999913 (TEST School 7 (1), GENT)" in str(refused)
    assert refused.institution == Institution.objects.get(number="999913")
    ours = [row | {"institution": "999912"} for row in in_gent]
    assert len(Draft(upload(alice_actor, csv_file(ours))).plan.new) == 10


def test_it_takes_more_than_the_same_stamnummers(
    alice_actor: Actor, both: Manager, in_gent: list[Pupil]
) -> None:
    others = [row | {"first_name": "Wout"} for row in in_gent]
    plan = Draft(upload(alice_actor, csv_file(others, WITHOUT_NUMBER_OF_SCHOOL))).plan
    assert len(plan.new) == 10


def test_pupils_whom_both_schools_know_are_read_in(
    alice_actor: Actor, both: Manager, in_gent: list[Pupil]
) -> None:
    run_import(alice_actor, csv_file(pupils(10)))
    plan = Draft(upload(alice_actor, csv_file(in_gent, WITHOUT_NUMBER_OF_SCHOOL))).plan
    assert plan.unchanged == 10


def test_a_strangers_list_learns_nothing_of_pupils_elsewhere(
    alice_actor: Actor, in_gent: list[Pupil]
) -> None:
    plan = Draft(upload(alice_actor, csv_file(in_gent, WITHOUT_NUMBER_OF_SCHOOL))).plan
    assert (len(plan.new), plan.warnings) == (10, [])


def test_a_column_that_is_no_number_of_a_school_can_be_left_out(alice_client: Client) -> None:
    page = send(alice_client, csv_file(pupils(3, institution="77")))
    url = page.redirect_chain[-1][0]
    data = {"columns": "", "institution_number": ""}
    for place, name in enumerate(("stamnummer", "first_name", "last_name"), start=1):
        data[name] = str(place)
    assert "3 nieuwe leerlingen" in text(alice_client.post(url, data, follow=True))
