"""Numbers lose the packaging that spreadsheets put around them, and get their zeros back."""

import pytest

from schoolloket.institutions.actors import Actor
from students.importing.identifiers import Stamnummers, unpacked
from students.models import Enrolment, Student
from tests.students.helpers import counts, csv_file, pupil, pupils, run_import

PACKED = ['="{}"', "'{}", "={}", "{}.0", "{},0", '="{}', "\u2018{}\u2019", "'{}.0"]


@pytest.mark.parametrize("packed", PACKED)
def test_packaging_goes_from_a_number(packed: str) -> None:
    assert unpacked(packed.format("0712345")) == "0712345"


@pytest.mark.parametrize("text", ["'s Gravenwezel-12", "A-12.0", "", "12.05", "1,5E+3", "="])
def test_what_is_no_packaging_stays(text: str) -> None:
    assert unpacked(text) in (text, text.removeprefix("'"))


@pytest.mark.parametrize("packed", PACKED)
def test_the_same_list_in_other_packaging_changes_nothing(alice_actor: Actor, packed: str) -> None:
    rows = pupils(3)
    run_import(alice_actor, csv_file(rows))
    for row in rows:
        for name in ("stamnummer", "number", "institution", "birth_date", "starts_on"):
            row[name] = packed.format(row[name])
    if packed.endswith("0"):
        for row, plain in zip(rows, pupils(3), strict=True):
            row |= {name: plain[name] for name in ("birth_date", "starts_on")}
    assert counts(run_import(alice_actor, csv_file(rows))) == (0, 0, 0, 3)


def test_the_apostrophe_of_a_name_is_no_packaging(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file([pupil(1, last_name="'t Jampens", class_code="'6A")]))
    enrolment = Enrolment.objects.get()
    assert (enrolment.last_name, enrolment.class_code) == ("'t Jampens", "'6A")


@pytest.mark.parametrize("number", ["12.030.441.162", "12,030,441,162", "12 030 441 162"])
def test_a_national_number_in_groups_is_read(alice_actor: Actor, number: str) -> None:
    run_import(alice_actor, csv_file([pupil(1, number=number, birth_date="04/03/2012")]))
    assert Student.objects.get().official_data == Student.OfficialData.AVAILABLE


# Stamnummers as the school has them -------------------------------------------------------------


def kept(of_the_file: list[str], known: list[str]) -> list[str]:
    stamnummers = Stamnummers(of_the_file, known)
    return [stamnummers.as_kept(number) for number in of_the_file]


def test_zeros_come_back_from_the_stamnummers_that_the_school_has() -> None:
    assert kept(["1", "12", "7100101"], ["0000001", "0000012", "7100101"]) == [
        "0000001",
        "0000012",
        "7100101",
    ]


def test_a_new_pupil_gets_as_many_zeros_as_the_others() -> None:
    assert kept(["9", "7100199"], ["0000001", "7100101"]) == ["0000009", "7100199"]


def test_a_first_list_tells_the_length_itself() -> None:
    assert kept(["0000001", "12"], []) == ["0000001", "0000012"]


def test_zeros_that_the_school_does_not_have_go() -> None:
    assert kept(["0001", "0012"], ["1", "12"]) == ["1", "12"]


@pytest.mark.parametrize(
    ("of_the_file", "known"),
    [
        (["1", "12"], []),
        (["1", "0001"], ["0001"]),
        (["1"], ["01", "001"]),
        (["9"], ["0000001", "123456789"]),
        (["A1"], ["000A1"]),
        (["2026.001"], ["0000001"]),
        (["12.345", "12345"], []),
        (["12.345"], ["99.999"]),
    ],
)
def test_a_stamnummer_stays_as_it_is_where_that_is_not_certain(
    of_the_file: list[str], known: list[str]
) -> None:
    assert kept(of_the_file, known) == of_the_file


def test_groups_of_three_go_where_all_stamnummers_have_them() -> None:
    assert kept(["7.100.101", "100.102", "12"], []) == ["7100101", "100102", "12"]
    assert kept(["7.100.101", "X"], ["7100101"]) == ["7100101", "X"]


def test_a_list_without_zeros_makes_nobody_anew(alice_actor: Actor) -> None:
    rows = [pupil(n, stamnummer=f"{n:07}", number="") for n in range(1, 5)]
    run_import(alice_actor, csv_file(rows))
    stripped = [row | {"stamnummer": row["stamnummer"].lstrip("0")} for row in rows]
    assert counts(run_import(alice_actor, csv_file(stripped))) == (0, 0, 0, 4)
    assert Student.objects.count() == 4
