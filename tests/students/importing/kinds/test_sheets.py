"""All sheets with the headings are one list, and what is left or hidden is named."""

import re
from datetime import date
from typing import Any

import pytest

from schoolloket.institutions.actors import Actor
from tests.students.importing.cast import (
    AMELIE,
    HEADINGS,
    KOBE,
    RAYAN,
    ROMY,
    SIX,
    ZOE,
    Line,
    after,
    all_said,
    is_untouched,
    preview,
    table_of,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


@pytest.mark.parametrize(
    "parts",
    [
        {"6A": SIX},
        {"Blad1": SIX[:5], "Blad2": SIX[5:]},
        {"1": SIX[:1], "2": SIX[1:2], "3": SIX[2:3], "4": SIX[3:4], "5": SIX[4:]},
        {"6A": SIX[:3], "leeg": [], "6B": SIX[3:]},
    ],
)
def test_any_number_of_sheets_is_one_list(alice_actor: Actor, parts: dict[str, list[Line]]) -> None:
    after(alice_actor, *SIX, ROMY)
    sheets = {name: table_of(lines) for name, lines in parts.items()}
    plan = preview(alice_actor, workbook_of(sheets))
    assert (plan.unchanged, plan.changed, plan.problems) == (6, [], [])
    assert ([ending.stamnummer for ending in plan.ended], plan.withheld) == (["7100107"], 0)


def test_a_sheet_may_have_other_headings_in_another_order(alice_actor: Actor) -> None:
    after(alice_actor)
    others = {"Naam": "Familienaam", "Stamnummer": "Stamboeknr", "Klas": "Klascode"}
    others |= {"Administratieve groep": "Klasgroep", "Begindatum": "Startdatum"}
    order = [*reversed(HEADINGS)]
    lines = [{name: line[name] for name in order} for line in SIX[3:]]
    rows = [["Klas 6B"], [], *table_of(lines, [others.get(name, name) for name in order])]
    plan = preview(alice_actor, workbook_of({"6A": table_of(SIX[:3]), "6B": rows}))
    assert is_untouched(plan)
    assert plan.problems == []


def test_a_sheet_may_lack_columns_that_another_has(alice_actor: Actor) -> None:
    """Its pupils are read without them, or else the sheet or its rows are named."""
    after(alice_actor)
    few = ("Stamnummer", "Voornaam", "Naam", "Klas")
    lines = [{name: line[name] for name in few} for line in SIX[3:]]
    sheets = {"6A": table_of(SIX[:3]), "6B": table_of(lines, few)}
    plan = preview(alice_actor, workbook_of(sheets))
    assert (plan.new, plan.changed, plan.ended) == ([], [], [])
    named = " ".join([*plan.warnings, *(str(problem.row) for problem in plan.problems)])
    assert plan.unchanged == 6 or "6B" in named


def test_a_bad_row_is_named_with_its_sheet(alice_actor: Actor) -> None:
    bad = [KOBE, AMELIE | {"Voornaam": None}, RAYAN]
    plan = preview(alice_actor, workbook_of({"6A": table_of(SIX[:3]), "6B": table_of(bad)}))
    assert [str(problem.row) for problem in plan.problems] == ["3 van blad “6B”"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_pupils_is_named_and_ends_nobody(
    alice_actor: Actor, state: str
) -> None:
    after(alice_actor, *SIX, ROMY)
    sheets = {"6A": table_of(SIX[:3]), "Oude lijst": table_of(SIX[3:])}
    content = workbook_of(sheets, lambda book: setattr(book["Oude lijst"], "sheet_state", state))
    plan = preview(alice_actor, content)
    assert (plan.unchanged, plan.ended, plan.withheld) == (3, [], 4)
    assert "Oude lijst" in " ".join(plan.warnings)


@pytest.mark.parametrize(
    "rows", [[["Keuzelijst"], ["M"], ["V"], ["X"]], [[]], [["Klas"], ["6A"], ["6B"]]]
)
def test_a_hidden_sheet_without_pupils_keeps_nobody(
    alice_actor: Actor, rows: list[list[Any]]
) -> None:
    after(alice_actor, *SIX, ROMY)
    content = workbook_of(
        {"Leerlingen": table_of(SIX), "Lijsten": rows},
        lambda book: setattr(book["Lijsten"], "sheet_state", "hidden"),
    )
    plan = preview(alice_actor, content)
    assert (plan.unchanged, len(plan.ended), plan.withheld) == (6, 1, 0)


@pytest.mark.parametrize(
    "cover",
    [
        [["Leerlingenlijst"], ["Gemaakt op", date(2026, 11, 23)]],
        [["Klas", "Aantal leerlingen"], ["6A", 6]],
        [["Naam", "TEST School 2 (2)"], ["Adres", "Kerkstraat 1"]],
        [[]],
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_sheet_without_pupils_makes_no_pupil(
    alice_actor: Actor, cover: list[list[Any]], first: bool
) -> None:
    after(alice_actor, *SIX, ROMY)
    sheets = {"Voorblad": cover, "Leerlingen": table_of(SIX)}
    if not first:
        sheets = dict(reversed(sheets.items()))
    plan = preview(alice_actor, workbook_of(sheets))
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert (len(plan.ended), plan.withheld) == (1, 0)


def test_one_pupil_on_two_sheets_is_named_on_both(alice_actor: Actor) -> None:
    other = [ZOE | {"Klas": "6B"}, *SIX[3:]]
    content = workbook_of({"6A": table_of(SIX[:3]), "6B": table_of(other)})
    plan = preview(alice_actor, content)
    assert [str(problem.row) for problem in plan.problems] == ["2 van blad “6A”", "2 van blad “6B”"]
    assert "van blad “6B”" in plan.problems[0].reason


def test_a_hidden_column_is_named(alice_actor: Actor) -> None:
    def hide(book: Any) -> None:
        book["6A"].column_dimensions["H"].hidden = True

    said = all_said(preview(alice_actor, workbook_of({"6A": table_of(SIX)}, hide)))
    assert "verborgen" in said
    assert "Klas" in said


@pytest.mark.parametrize("hidden", [[2], [3, 4, 5], [7]])
def test_hidden_rows_of_any_sheet_are_read_and_counted(
    alice_actor: Actor, hidden: list[int]
) -> None:
    def hide(book: Any) -> None:
        for number in hidden:
            book["6A"].row_dimensions[number].hidden = True

    plan = preview(alice_actor, workbook_of({"6A": table_of(SIX)}, hide))
    assert len(plan.new) == 6
    rows = "rij" if len(hidden) == 1 else "rijen"
    assert re.search(rf"\b{len(hidden)} verborgen {rows}\b", all_said(plan))
