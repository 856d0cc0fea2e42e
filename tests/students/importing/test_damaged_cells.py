"""A cell that lost what it held is named, and what is known of the pupil stays."""

import pytest

from schoolloket.institutions.actors import Actor
from students.importing.damaged import UNCALCULATED
from students.importing.draft import Draft
from students.importing.sexes import words_of
from students.models import Enrolment, Student
from tests.students.helpers import (
    Pupil,
    counts,
    csv_file,
    pupil,
    pupils,
    reasons,
    run_import,
    upload,
)

ERRORS = ["#N/A", "#N/B", "#REF!", "#VERW!", "#NAAM?", "#WAARDE!", "####", "Err:502", UNCALCULATED]


@pytest.fixture
def known(alice_actor: Actor) -> Actor:
    """A school that has three pupils."""
    run_import(alice_actor, csv_file(pupils(3)))
    return alice_actor


def remarks(actor: Actor, row: Pupil) -> list[str]:
    """Import a list in which the second pupil has this row; return what is remarked about it."""
    run = run_import(actor, csv_file([pupil(0), row, pupil(2)]))
    assert counts(run) == (0, 0, 0, 3)
    return [remark["reason"] for remark in run.remarks if remark["row"] == 3]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    "field", ["class_code", "group", "official_last_name", "sex", "number", "ends_on", "birth_date"]
)
def test_an_error_value_wipes_nothing(known: Actor, field: str, error: str) -> None:
    (remark,) = remarks(known, pupil(1, **{field: error}))
    assert "Wat we van de leerling weten, blijft." in remark
    assert "1001" not in remark


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("field", ["stamnummer", "first_name", "last_name", "starts_on"])
def test_an_error_value_in_a_needed_cell_is_a_bad_row(known: Actor, field: str, error: str) -> None:
    run = run_import(known, csv_file([pupil(0), pupil(1, **{field: error}), pupil(2)]))
    assert list(reasons(run)) == [3]
    assert Enrolment.objects.count() == 3


def test_a_row_of_error_values_may_be_any_pupil(known: Actor) -> None:
    lost = dict.fromkeys(("stamnummer", "first_name", "last_name", "number"), "#N/B")
    plan = Draft(upload(known, csv_file([pupil(0), pupil(1, **lost)]))).plan
    assert (plan.ended, plan.withheld) == ([], 2)


@pytest.mark.parametrize("code", ["2026-02-01", "1/02/2026", "1-feb", "feb-01", "2-mrt-26"])
def test_a_class_that_became_a_date_is_no_class(known: Actor, code: str) -> None:
    (remark,) = remarks(known, pupil(1, class_code=code))
    assert "Excel maakte een datum van de cel “klas”" in remark
    new = pupil(7, class_code=code)
    run_import(known, csv_file([new]), full_list=False)
    assert Enrolment.objects.get(stamnummer="1007").class_code == ""


@pytest.mark.parametrize("code", ["2-1", "6A", "1 feb B", "1.2", "maart", "3 mei", "10/11"])
def test_a_class_that_looks_a_bit_like_a_date_is_a_class(known: Actor, code: str) -> None:
    run_import(known, csv_file([pupil(1, class_code=code)]), full_list=False)
    assert Enrolment.objects.get(stamnummer="1001").class_code == code


@pytest.mark.parametrize("number", ["1,20304E+10", "1.20304E+10", "1E+10", "1,2e+10"])
def test_a_number_that_was_shortened_leaves_what_is_known(known: Actor, number: str) -> None:
    (remark,) = remarks(known, pupil(1, number=number))
    assert "Excel kortte het nummer in" in remark


def test_a_stamnummer_that_was_shortened_is_a_bad_row(known: Actor) -> None:
    run = run_import(known, csv_file([pupil(1, stamnummer="7,1E+06")]), full_list=False)
    assert "Excel kortte de cel “stamnummer” in" in reasons(run)[2]


@pytest.mark.parametrize("name", ["Zo\ufffd", "Bj?rn", "?"])
def test_a_name_that_lost_letters_is_a_bad_row(known: Actor, name: str) -> None:
    run = run_import(known, csv_file([pupil(0), pupil(1, first_name=name), pupil(2)]))
    assert "gingen letters verloren" in reasons(run)[3]
    assert not Enrolment.objects.filter(first_name=name).exists()


@pytest.mark.parametrize("field", ["class_code", "group", "official_first_name"])
def test_other_cells_that_lost_letters_leave_what_is_known(known: Actor, field: str) -> None:
    (remark,) = remarks(known, pupil(1, **{field: "6\ufffd"}))
    assert "gingen letters verloren" in remark


# Words of sex -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["V", "f", "Meisje", "FEMALE", "vrouw"])
def test_words_for_a_girl(known: Actor, word: str) -> None:
    assert remarks(known, pupil(1, sex=word)) == []


@pytest.mark.parametrize("word", ["w", "1", "onbekend", "meisje?"])
def test_an_unknown_word_wipes_no_sex(known: Actor, word: str) -> None:
    (remark,) = remarks(known, pupil(1, sex=word))
    assert "geen woord dat we kennen" in remark
    assert Student.objects.filter(sex="V").count() == 3


def test_m_is_a_girl_beside_j_for_a_boy() -> None:
    words = words_of(["J", "M", ""])
    assert (words["j"], words["m"]) == ("M", "V")


def test_j_alone_is_a_boy() -> None:
    assert words_of(["J", "J", ""])["j"] == "M"


def test_m_is_not_known_beside_j_and_v() -> None:
    assert "m" not in words_of(["J", "M", "V"])
    assert words_of(["M", "V"])["m"] == "M"


# Rows that are no pupils ------------------------------------------------------------------------

LINES = [
    "Totaal: 2;;;;;;;;;;;;",
    ";;;Totaal: 2;;;;;;;;;",
    ";Aantal leerlingen;2;;;;;;;;;;",
    ";;Subtotaal 6A;2;;;;;;;;;",
    ";Jongens: 1;Meisjes: 1;;;;;;;;;;",
    ";;;;;;;;;;6A;;",
    ";;;;;;;;;6de leerjaar;6A;;",
    ";;Afgedrukt op 23/11/2026;;;;;;;;;;",
    ";Pagina 1;van 3;;;;;;;;;;",
    "-----;-----;-----;;;;;;;;;;",
    "Instellingsnummer;Stamnummer;Voornaam;Naam;;;;;;;;;",
    ";STAMNR.;VOORNAAM;NAAM;;;;;;;;;",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_pupil_is_left_out_with_a_remark(known: Actor, line: str) -> None:
    run = run_import(known, csv_file(pupils(2)) + f"{line}\r\n".encode())
    assert counts(run) == (0, 0, 1, 2)
    assert [remark["row"] for remark in run.remarks] == [4]
    assert run.problems == []


PERHAPS = [
    ";;Kind;Zonder nummer;;;;05/05/2010;;;6A;01/09/2026;",
    ";1002;;;;;;;;;;;",
    ";;Som;Jan;;;;;;;;;",
    ";;;Janssens;;;;;;;6A;;",
    f";;;;;;;;{pupil(2)['number']};;;;",
]


@pytest.mark.parametrize("line", PERHAPS)
def test_a_line_that_may_be_a_pupil_is_a_bad_row_and_ends_nobody_unseen(
    known: Actor, line: str
) -> None:
    plan = Draft(upload(known, csv_file(pupils(2)) + f"{line}\r\n".encode())).plan
    assert [problem.row for problem in plan.problems] == [4]
    assert plan.ended == []
