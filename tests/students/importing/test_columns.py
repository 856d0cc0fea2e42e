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


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Geboortedatum (dd/mm/jjjj)", "birth_date"),
        ("Geboortedatum dd/mm/jjjj", "birth_date"),
        ("Geslacht (M/V)", "sex"),
        ("Geslacht [m, v of x]", "sex"),
        ("Klas 2026-2027", "class_code"),
        ("Klas (2026/27)", "class_code"),
        ("Huidige klas", "class_code"),
        ("Rijksregisternr. leerling", "national_number"),
        ("Adm. groep", "administrative_group"),
        ("Stamnummer *", "stamnummer"),
        ("Leerling: naam", "last_name"),
        ("Naam van de leerling", "last_name"),
    ],
)
def test_a_heading_is_known_by_what_stands_beside_a_unit_a_year_or_the_word_pupil(
    heading: str, field: str
) -> None:
    assert find_columns((heading,)).places == {field: 0}


def test_a_heading_without_a_unit_goes_first() -> None:
    columns = find_columns(("Klas (2025-2026)", "Klas", "Naam leerling", "Naam"))
    assert columns.places == {"class_code": 1, "last_name": 3}


@pytest.mark.parametrize(
    "heading",
    ["Naam moeder", "Geboortedatum vader", "Klas vorig jaar", "Naam school", "Woonplaats", "M"],
)
def test_a_heading_about_somebody_else_is_not_taken(heading: str) -> None:
    assert find_columns((heading,)).places == {}


@pytest.mark.parametrize(
    "heading", ["Gebortedatum", "Geboortedatum kind 2", "Rijksregisternummmer"]
)
def test_an_unread_column_that_looks_needed_is_a_warning(heading: str) -> None:
    needed = ("Stamnummer", "Voornaam", "Naam")
    (warning,) = find_columns((*needed, heading, "Woonplaats")).warnings
    assert warning.startswith(f"De kolom “{heading}” lezen we niet.")


def test_no_warning_where_the_field_has_a_column_or_the_manager_wants_none() -> None:
    headings = ("Stamnummer", "Voornaam", "Naam", "Naam moeder", "Klas vorig jaar")
    assert find_columns(headings, {"class_code": None}).warnings == []


def test_a_list_without_begin_dates_is_of_the_year_in_its_headings() -> None:
    assert find_columns(("Naam", "Klas 2027-2028")).school_year == 2027
    assert find_columns(("Naam", "Klas")).school_year is None
