"""R6: usernames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import usernames
from accounts.models import Username
from schoolloket.institutions.models import Institution
from tests.helpers import Enrol


@pytest.mark.parametrize(
    ("first_name", "last_name", "username"),
    [
        ("Süheda", "Carabin", "suheda.carabin"),
        ("Łukasz", "Nowak", "lukasz.nowak"),
        ("Amani", "O'Neill", "amani.oneill"),
        ("Pieter-Alexander", "Van den Broeck", "pieter-alexander.vandenbroeck"),
        ("Gülşah", "Yılmaz", "gulsah.yilmaz"),
        ("Øystein", "Aït Ouali", "oystein.aitouali"),
        ("Cher", "", "cher"),
        ("", "", "leerling"),
        ("A", "", "a.leerling"),
        ("Jan 3", "Peeters", "jan3.peeters"),
    ],
)
def test_a_username_is_the_folded_name(first_name: str, last_name: str, username: str) -> None:
    assert usernames.from_name(first_name, last_name) == username


@given(st.text(), st.text())
def test_any_name_gives_a_well_formed_username(first_name: str, last_name: str) -> None:
    assert usernames.is_well_formed(usernames.from_name(first_name, last_name))


def test_a_long_name_leaves_room_for_a_number() -> None:
    assert len(usernames.from_name("a" * 200, "b" * 200)) <= usernames.LONGEST_STEM


@pytest.mark.parametrize(
    "text",
    [
        "ab",
        "a" * 65,
        "Jan.peeters",
        "jan peeters",
        "jan_peeters",
        "jän.peeters",
        ".jan",
        "jan-",
        "jan.pееters",
        "<b>jan</b>",
        "jan\n",
        "",
        "jan.peeters ",
    ],
)
def test_other_letters_signs_and_lengths_are_not_well_formed(text: str) -> None:
    assert not usernames.is_well_formed(text)


@pytest.mark.django_db
def test_a_clash_gets_a_number() -> None:
    Username.objects.create(value="butrint.boeren", stem="butrint.boeren")
    assert usernames.free({7: "butrint.boeren"}) == {7: "butrint.boeren1"}


@pytest.mark.django_db
def test_the_same_username_wished_twice_gives_two_usernames() -> None:
    given = usernames.free({1: "jan.peeters", 2: "jan.peeters", 3: "jan.peeters"})
    assert given == {1: "jan.peeters", 2: "jan.peeters1", 3: "jan.peeters2"}


@pytest.mark.django_db
def test_a_taken_username_with_a_number_is_counted_on_from_its_stem() -> None:
    for value in ("jan.peeters", "jan.peeters1"):
        Username.objects.create(value=value, stem="jan.peeters")
    assert usernames.suggestion("jan.peeters1") == "jan.peeters2"


@pytest.mark.django_db
@pytest.mark.parametrize(("wished", "also_taken"), [("a" * 64, "a" * 58 + "1"), ("123", "1231")])
def test_a_suggestion_is_free_for_long_names_and_for_numbers_too(
    wished: str, also_taken: str
) -> None:
    for value in (wished, also_taken):
        Username.objects.create(value=value, stem=usernames.stem(value))
    assert usernames.suggestion(wished) not in (wished, also_taken)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [3, 30])
def test_one_query_however_many_are_wished(number: int, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        usernames.free({key: f"leerling{key}.peeters" for key in range(number)})


def test_a_username_once_given_is_never_given_to_another_student(
    brussel: Institution, enrol: Enrol
) -> None:
    jan, piet = enrol(brussel, "Jan"), enrol(brussel, "Piet")
    assert usernames.reserve({jan.student_id: "jan.peeters"}) == set()

    assert usernames.reserve({piet.student_id: "jan.peeters"}) == {piet.student_id}
    assert usernames.reserve({jan.student_id: "jan.peeters"}) == set()


def test_the_username_of_an_erased_student_stays_taken(brussel: Institution, enrol: Enrol) -> None:
    Username.objects.create(value="jan.peeters", stem="jan.peeters", student=None)
    jan = enrol(brussel, "Jan")
    assert usernames.reserve({jan.student_id: "jan.peeters"}) == {jan.student_id}
