import pytest

from students.importing.columns import find_columns
from tests.students.helpers import HEADINGS


def test_discimus_headings_in_any_order_case_and_spelling() -> None:
    headings = [f" {h.upper()}. " for h in reversed(HEADINGS.values())]
    columns = find_columns(tuple(h.replace("Ë", "e").replace(" N", "  n") for h in headings))
    assert columns.taken["stamnummer"] == " STAMNUMMER. "
    assert len(columns.places) == len(HEADINGS)


def test_unknown_columns_are_named_and_left() -> None:
    columns = find_columns(("Stamnummer", "Voornaam", "Naam", "Woonplaats", ""))
    assert columns.unread == ["Woonplaats"]


def test_every_missing_column_is_named_with_the_headings_that_would_do() -> None:
    problems = " ".join(find_columns(("Naam", "Klas")).problems)
    assert "stamnummer: geef een kolom het kopje “Stamnummer” of “Stamnr”" in problems
    assert "kolom met voornaam" in problems
    assert "kolom met naam" not in problems


def test_the_same_heading_twice_is_a_question() -> None:
    headings = ("Stamnummer", "Voornaam", "Naam", "naam")
    (problem,) = find_columns(headings).problems
    assert "“Naam” staat 2 keer" in problem
    assert find_columns(headings, {"last_name": 3}).problems == ()


def test_a_column_that_is_pointed_out_is_nothing_else_any_more() -> None:
    headings = ("Leerling", "Voornaam", "Naam", "Klas")
    assert find_columns(headings).problems
    columns = find_columns(headings, {"stamnummer": 0, "class_code": None, "first_name": 2})
    assert columns.taken == {"stamnummer": "Leerling", "first_name": "Naam"}
    assert "kolom met naam" in columns.problems[0]


@pytest.mark.parametrize(
    ("field", "headings"),
    [
        ("stamnummer", ["STAMBOEKNUMMER", "Stamnr", "Stamnr_kort", "Stamboeknummer", "stamnr."]),
        ("last_name", ["NAAM", "Achternaam", "Familienaam"]),
        ("call_name", ["ROEPNAAM"]),
        (
            "national_number",
            ["RIJKSREGISTERNR", "Rijksregisternr.", "rijksregnr", "INSZ", "bisnr", "Bisnummer"],
        ),
        ("administrative_group", ["ADMINGROEP", "Administratieve groep", "KLASGROEP"]),
        ("class_code", ["KLAS", "Klascode"]),
        ("institution_number", ["instelnr", "Instellingsnummer"]),
        ("starts_on", ["begindatum", "INSCHRIJVINGSDATUM"]),
        ("ends_on", ["einddatum"]),
    ],
)
def test_the_headings_of_wisa_informat_and_their_kin(field: str, headings: list[str]) -> None:
    for heading in headings:
        assert find_columns((f" {heading} ",)).places == {field: 0}


def test_of_two_headings_for_one_field_the_preferred_is_taken() -> None:
    columns = find_columns(("Klascode", "Stamnummer", "Voornaam", "Naam", "Klas"))
    assert columns.taken["class_code"] == "Klas"
    assert columns.unread == ["Klascode"]
