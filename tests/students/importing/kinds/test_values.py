"""An unknown word, an error and an empty cell wipe nothing."""

from datetime import date

import pytest

from schoolloket.institutions.actors import Actor
from tests.students.importing.cast import (
    BORN,
    SIX,
    ZOE,
    after,
    all_said,
    born,
    case,
    classes,
    each,
    imported,
    is_untouched,
    last_days,
    list_of,
    preview,
    table_of,
    told,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("woman", "man"),
    [
        ("v", "m"),
        ("V", "M"),
        ("f", "m"),
        ("F", "M"),
        ("Female", "Male"),
        ("FEMALE", "MALE"),
        ("vrouw", "man"),
        ("Vrouwelijk", "Mannelijk"),
        ("Meisje", "Jongen"),
        ("meisje", "jongen"),
        (" V ", "M."),
    ],
)
def test_sexes_in_the_words_of_packages(alice_actor: Actor, woman: str, man: str) -> None:
    after(alice_actor)
    lines = each("Geslacht", be={"V": woman, "M": man}.__getitem__)
    plan = preview(alice_actor, list_of(lines))
    assert is_untouched(plan)
    assert plan.remarks == []


@pytest.mark.parametrize("text", ["w", "1", "2", "0", "?", "-", "onbekend", "Juf", "#N/B"])
def test_a_word_that_is_no_sex_wipes_nothing(alice_actor: Actor, text: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {"Geslacht": text}, *SIX[1:]]))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]


ERRORS = ["#N/A", "#N/B", "#NAME?", "#NAAM?", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!"]
ERRORS += ["#DIV/0!", "#DEEL/0!", "#NUM!", "#GETAL!", "#NULL!", "#LEEG!", "#SPILL!", "#OVERLOOP!"]
ERRORS += ["#NOM?", "#VALEUR!", "#n/b", "#CALC!"]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_another_cell_keeps_what_is_known(alice_actor: Actor, error: str) -> None:
    after(alice_actor)
    for name in ("Klas", "Administratieve groep", "Geslacht", "Rijksregisternummer"):
        plan = preview(alice_actor, list_of([ZOE | {name: error}, *SIX[1:]]))
        assert is_untouched(plan), name
        assert list(told(plan.remarks)) == [2], name


@pytest.mark.parametrize("name", ["Geboortedatum", "Einddatum"])
def test_an_error_in_a_date_keeps_what_is_known(alice_actor: Actor, name: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {name: "#N/B"}, *SIX[1:]]))
    assert (plan.changed, plan.ended) == ([], [])
    assert 2 in {**told(plan.problems), **told(plan.remarks)}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_a_needed_cell_is_a_bad_row_and_ends_nobody(
    alice_actor: Actor, error: str
) -> None:
    after(alice_actor)
    for name in ("Stamnummer", "Voornaam", "Naam"):
        plan = preview(alice_actor, list_of([ZOE | {name: error}, *SIX[1:]]))
        assert (plan.new, plan.changed, plan.ended, plan.unchanged) == ([], [], [], 5), name
        assert list(told(plan.problems)) == [2], name


@pytest.mark.parametrize("error", ["#N/A", "#NAME?", "#REF!", "#DIV/0!"])
def test_an_error_in_a_workbook_is_no_class(alice_actor: Actor, error: str) -> None:
    lines = [ZOE | {"Klas": error}, *SIX[1:]]
    imported(alice_actor, workbook_of({"6A": table_of(lines)}))
    assert classes(alice_actor) == ["", *["6A"] * 5]


@pytest.mark.parametrize("name", ["Klas", "Administratieve groep"])
@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2025, 3, 1), date(2026, 6, 5)])
def test_no_day_in_a_workbook_is_a_class(alice_actor: Actor, name: str, day: date) -> None:
    after(alice_actor)
    lines = [ZOE | {name: day}, *SIX[1:]]
    plan = preview(alice_actor, workbook_of({"6A": table_of(lines)}))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]


@pytest.mark.parametrize("text", ["1/feb", "01-feb", "2-mrt", "5/jun", "2026-02-01", "01/02/2026"])
def test_no_day_in_text_is_a_class(alice_actor: Actor, text: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {"Klas": text}, *SIX[1:]]))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]


@pytest.mark.parametrize("text", ["2-1", "6.5", "3/1", "1A-2", "OKAN", "6de", "2026", "5/6 BSO"])
def test_a_class_that_is_no_day_stays_what_it_is(alice_actor: Actor, text: str) -> None:
    imported(alice_actor, list_of([ZOE | {"Klas": text}]))
    assert classes(alice_actor) == [text]


def test_the_good_list_is_read_without_a_word(alice_actor: Actor) -> None:
    imported(alice_actor, list_of(SIX))
    assert (last_days(alice_actor), born(alice_actor)) == ({date(2027, 8, 31)}, BORN)
    plan = preview(alice_actor, case("baseline.csv"))
    assert is_untouched(plan)
    assert all_said(plan) == ""
