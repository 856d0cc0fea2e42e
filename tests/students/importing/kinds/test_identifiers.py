"""Numbers lose their packaging and keep their zeros, however a program wrote them."""

from collections.abc import Callable

import pytest

from schoolloket.institutions.actors import Actor
from tests.students.importing.cast import (
    DATES,
    KOBE,
    ROMY,
    SIX,
    STAMNUMMERS,
    ZOE,
    Line,
    after,
    classes,
    each,
    imported,
    is_untouched,
    list_of,
    names,
    preview,
    stamnummers,
    table_of,
    told,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


PACKED: list[Callable[[str], str]] = [
    lambda text: f'"=""{text}"""',
    lambda text: f'="{text}"',
    lambda text: f"'{text}",
    lambda text: f"’{text}",
    lambda text: f"'{text}'",
    lambda text: f'"""{text}"""',
    lambda text: f" {text}\u00a0",
]


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("fields", [["Stamnummer"], ["Rijksregisternummer"], DATES])
def test_packaging_is_no_part_of_an_identifier_or_a_date(
    alice_actor: Actor, packed: Callable[[str], str], fields: list[str]
) -> None:
    after(alice_actor)
    lines = each(*fields, be=packed)
    plan = preview(alice_actor, list_of(lines))
    assert is_untouched(plan)
    assert plan.problems == []


@pytest.mark.parametrize(
    "written",
    [
        lambda text: f"{text}.0",
        lambda text: f"{text},0",
        lambda text: f"{text}.00",
        lambda text: f"{int(text):,}".replace(",", "."),
        lambda text: f"{int(text):,}".replace(",", " "),
        lambda text: f"{int(text):,}".replace(",", "\u00a0"),
        lambda text: f"{int(text):,}",
        lambda text: f"{int(text):,}".replace(",", ".") + ",00",
    ],
)
@pytest.mark.parametrize("fields", [["Stamnummer"], ["Rijksregisternummer"]])
def test_a_number_written_as_an_amount_is_the_same_number(
    alice_actor: Actor, written: Callable[[str], str], fields: list[str]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(each(*fields, be=written)))
    assert is_untouched(plan)
    assert plan.problems == []


def test_an_apostrophe_belongs_to_a_name(alice_actor: Actor) -> None:
    lines = [ZOE | {"Naam": "'t Jampens"}, KOBE | {"Voornaam": "’Abd", "Klas": "'t Groen"}]
    imported(alice_actor, list_of(lines))
    assert names(alice_actor) == ["Zoë 't Jampens", "’Abd Verlinden"]
    assert classes(alice_actor) == ["6A", "'t Groen"]


def test_a_stamnummer_may_have_letters_and_signs(alice_actor: Actor) -> None:
    odd = ["A-12.4", "2026/007", "0.12", "LL 15"]
    lines = [line | {"Stamnummer": text} for line, text in zip(SIX[:4], odd, strict=True)]
    imported(alice_actor, list_of(lines))
    assert sorted(stamnummers(alice_actor)) == sorted(odd)


ZEROS = [f"000{number}" for number in range(101, 107)]
WITH_ZEROS = [line | {"Stamnummer": text} for line, text in zip(SIX, ZEROS, strict=True)]
NO_NUMBERS = each("Rijksregisternummer", be=lambda _: "", lines=WITH_ZEROS)


@pytest.mark.parametrize("lines", [WITH_ZEROS, NO_NUMBERS])
@pytest.mark.parametrize("full_list", [True, False])
@pytest.mark.parametrize("as_numbers", [True, False])
def test_zeros_that_were_lost_are_put_back_where_the_school_knows_them(
    alice_actor: Actor, lines: list[Line], full_list: bool, as_numbers: bool
) -> None:
    after(alice_actor, *lines)
    short = each("Stamnummer", be=int, lines=lines)
    content = list_of(short)
    if as_numbers:
        content = workbook_of({"6A": table_of(short)})
    assert is_untouched(preview(alice_actor, content, full_list=full_list))


def test_a_new_pupil_gets_the_zeros_that_all_others_have(alice_actor: Actor) -> None:
    after(alice_actor, *WITH_ZEROS)
    lines = [*each("Stamnummer", be=int, lines=WITH_ZEROS), ROMY | {"Stamnummer": "107"}]
    imported(alice_actor, list_of(lines))
    assert stamnummers(alice_actor) == [*ZEROS, "000107"]


def test_a_short_stamnummer_stays_where_the_school_has_no_zeros(alice_actor: Actor) -> None:
    after(alice_actor)
    imported(alice_actor, list_of([ROMY | {"Stamnummer": "77"}]), full_list=False)
    assert sorted(stamnummers(alice_actor)) == sorted([*STAMNUMMERS, "77"])


@pytest.mark.parametrize("text", ["1,2E+10", "1.20304E+10", "1,20304e10", "1,00125E10", "1E+10"])
def test_no_shortened_number_is_a_number(alice_actor: Actor, text: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {"Rijksregisternummer": text}, *SIX[1:]]))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]
    assert "Excel kortte het nummer in" in plan.remarks[0].reason


@pytest.mark.parametrize("text", ["7,1001E+06", "7.1001E+6", "7E+06"])
@pytest.mark.parametrize("number", [ZOE["Rijksregisternummer"], ""])
def test_no_shortened_stamnummer_is_a_stamnummer(
    alice_actor: Actor, text: str, number: str
) -> None:
    after(alice_actor)
    lines = [ZOE | {"Stamnummer": text, "Rijksregisternummer": number}, *SIX[1:]]
    plan = preview(alice_actor, list_of(lines))
    assert (plan.new, plan.changed, plan.ended) == ([], [], [])
    assert list(told(plan.problems)) == [2]
