"""Rows that are no pupils are left with a remark, and end nobody."""

import pytest

from schoolloket.institutions.actors import Actor
from tests.students.importing.cast import (
    AMELIE,
    BJORN,
    HEADINGS,
    KOBE,
    NOEMIE,
    RAYAN,
    ROMY,
    SIX,
    ZOE,
    after,
    imported,
    list_of,
    names,
    preview,
    text_of,
    told,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def glued(*between: str) -> bytes:
    """The list in two halves, with these lines in the middle."""
    heading, *lines = text_of(SIX).splitlines(keepends=True)
    middle = [f"{line}\r\n" for line in between]
    return "".join([heading, *lines[:3], *middle, *lines[3:]]).encode()


@pytest.mark.parametrize(
    "between",
    [
        [";".join(HEADINGS)],
        [";".join(HEADINGS).upper()],
        [";".join(f" {heading} " for heading in HEADINGS)],
        ["Stamnummer;Voornaam;Naam"],
        [";" * 9, ";".join(HEADINGS)],
    ],
)
def test_headings_anywhere_are_no_pupil(alice_actor: Actor, between: list[str]) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, glued(*between))
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert list(told(plan.remarks)) == [4 + len(between)]
    assert (len(plan.ended), plan.withheld) == (1, 0)


def test_a_title_and_headings_above_each_class(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, glued("", "Klas 6B", "", ";".join(HEADINGS)))
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert list(told(plan.remarks)) == [6, 8]
    assert (len(plan.ended), plan.withheld) == (1, 0)


NO_PUPILS = [
    "Totaal;6",
    "Totaal: 6",
    ";;Totaal;6",
    ";;;;;;;Totaal;;6",
    "Aantal leerlingen: 6",
    ";Aantal;6",
    "TOTAAL;;;;;;;;;6",
    "Subtotaal 6A;6",
    "Som;;;6",
    "Eindtotaal;6;;;;;;;;",
    "6 leerlingen",
    ";;;;;;;;;6",
    "Afgedrukt op 23/11/2026",
    ";;Pagina 1 van 1",
    "--- einde van de lijst ---",
    "Jongens: 3;Meisjes: 3",
]


@pytest.mark.parametrize("line", NO_PUPILS)
def test_no_total_or_footer_is_a_pupil(alice_actor: Actor, line: str) -> None:
    after(alice_actor, *SIX, ROMY)
    content = list_of(SIX) + f"{line}\r\n".encode()
    plan = preview(alice_actor, content)
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert list(told(plan.remarks)) == [8]
    assert (len(plan.ended), plan.withheld) == (1, 0)


def test_totals_after_each_class_are_no_pupils(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, glued(";;Totaal 6A;3") + b";;Totaal 6B;3\r\n")
    assert (plan.unchanged, plan.problems, list(told(plan.remarks))) == (6, [], [5, 9])
    assert len(plan.ended) == 1


def test_a_pupil_may_be_called_like_a_total(alice_actor: Actor) -> None:
    lines = [ZOE | {"Naam": "Totaal"}, BJORN | {"Naam": "Aantal", "Voornaam": "Som"}]
    imported(alice_actor, list_of(lines))
    assert names(alice_actor) == ["Zoë Totaal", "Som Aantal"]


@pytest.mark.parametrize(
    "line",
    [
        "7100103;;;;;;;;;",
        "7100103;Noémie;;;;;;;;",
        ";;;;;13061728831;;;;",
    ],
)
def test_a_row_that_names_a_pupil_by_number_ends_nobody(alice_actor: Actor, line: str) -> None:
    after(alice_actor, *SIX, ROMY)
    content = list_of([ZOE, BJORN, KOBE, AMELIE, RAYAN]) + f"{line}\r\n".encode()
    plan = preview(alice_actor, content)
    assert "7100103" not in [ending.stamnummer for ending in plan.ended]
    assert 7 in {**told(plan.problems), **told(plan.remarks)}


def test_a_pupil_without_any_number_withholds_endings_with_a_word(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    line = NOEMIE | {"Stamnummer": "", "Rijksregisternummer": ""}
    plan = preview(alice_actor, list_of([ZOE, BJORN, line, KOBE, AMELIE, RAYAN]))
    assert (plan.ended, list(told(plan.problems))) == ([], [4])
    assert plan.withheld >= 1
    assert "stamnummer" in " ".join(plan.warnings)
