import pytest

from students.importing import UnusableFile
from students.importing.columns import find_columns

from . import HEADINGS


def test_discimus_headings_in_any_order_case_and_spelling() -> None:
    headings = [f" {h.upper()}. " for h in reversed(HEADINGS.values())]
    columns = find_columns(tuple(h.replace("Ë", "e").replace(" N", "  n") for h in headings))
    assert columns.taken["stamnummer"] == " STAMNUMMER. "
    assert len(columns.places) == len(HEADINGS)


def test_unknown_columns_are_named_and_left() -> None:
    columns = find_columns(("Stamnummer", "Voornaam", "Naam", "Woonplaats", ""))
    assert columns.left == ["Woonplaats"]


def test_every_missing_column_is_named_with_the_headings_that_would_do() -> None:
    with pytest.raises(UnusableFile) as caught:
        find_columns(("Naam", "Klas"))
    assert "stamnummer: geef een kolom het kopje “Stamnummer” of “Stamnr”" in str(caught.value)
    assert "kolom met voornaam" in str(caught.value)
    assert "kolom met naam" not in str(caught.value)


def test_the_same_heading_twice_is_refused() -> None:
    with pytest.raises(UnusableFile, match="“Naam” staat 2 keer"):
        find_columns(("Stamnummer", "Voornaam", "Naam", "naam"))


def test_of_two_headings_for_one_field_the_preferred_is_taken() -> None:
    columns = find_columns(("Klascode", "Stamnummer", "Voornaam", "Naam", "Klas"))
    assert columns.taken["class_code"] == "Klas"
    assert columns.left == ["Klascode"]
