"""`leerid.xlsx`, read back by a library that did not write it."""

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from credentials.rendering.cards import Card
from credentials.rendering.credentials_workbook import render_workbook

from .samples import ABDULGHANI, AURELIAN, SUHEDA, job


def sheet(*cards: Card) -> Worksheet:
    workbook = load_workbook(BytesIO(render_workbook(job(*cards))))
    assert workbook.sheetnames == ["LeerID"]
    active = workbook.active
    assert isinstance(active, Worksheet)
    return active


def values(*cards: Card) -> list[tuple[object, ...]]:
    return list(sheet(*cards).iter_rows(values_only=True))


def test_the_headings_are_those_that_schools_scripts_know() -> None:
    assert values()[0] == (
        "Stamnummer",
        "Voornaam",
        "Achternaam",
        "Administratieve groep",
        "LeerID Gebruikersnaam",
        "LeerID Wachtwoord",
        "Klas",
        "Type",
        "Wachtwoord type",
        "LeerID adres",
    )


def test_a_row_per_card_in_the_order_of_the_job() -> None:
    assert values(ABDULGHANI, SUHEDA)[1:] == [
        (
            60351,
            "Abdulghani",
            "Bogdan",
            "6de leerjaar",
            "abdulghani.bogdan",
            "vis - boom - huis - fiets",
            "6B",
            "Basis",
            "Afbeeldingswachtwoord",
            "https://leerid.voorbeeldschool.be/mijn/abdulghani.bogdan",
        ),
        (
            70246,
            "Süheda",
            "Carabin",
            "4de leerjaar",
            "suheda.carabin",
            "29ban9",
            "4A",
            "Basis",
            "Basis wachtwoord",
            "https://leerid.voorbeeldschool.be/mijn/suheda.carabin",
        ),
    ]


@pytest.mark.parametrize(
    ("stamnummer", "kept"),
    [
        ("70246", 70246),
        ("0080240", "0080240"),
        ("0", "0"),
        ("123456789012345", 123456789012345),
        ("1234567890123456", "1234567890123456"),
        ("12A", "12A"),
        ("1e5", "1e5"),
        ("-5", "-5"),
        ("٣٤", "٣٤"),
        ("", ""),
    ],
)
def test_a_stamnummer_is_a_number_only_if_it_stays_the_same(stamnummer: str, kept: object) -> None:
    assert values(replace(SUHEDA, stamnummer=stamnummer))[1][0] == kept


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+32", "-1", "12", "1/2/26", "TRUE", "<b>&"])
def test_no_name_comes_alive(name: str) -> None:
    cell = sheet(replace(SUHEDA, first_name=name))["B2"]
    assert (cell.value, cell.data_type, cell.number_format) == (name, "s", "@")


def test_every_cell_but_the_stamnummer_is_text() -> None:
    kinds = [cell.data_type for cell in sheet(AURELIAN, SUHEDA)[3]]
    assert kinds == ["n", *["s"] * 9]


def test_spaces_around_a_name_are_kept() -> None:
    assert values(replace(SUHEDA, first_name=" An "))[1][1] == " An "


def test_the_sheet_can_be_filtered_and_its_headings_stay_in_sight() -> None:
    active = sheet(SUHEDA, AURELIAN)
    assert active.auto_filter.ref == "A1:J3"
    assert active.freeze_panes == "A2"
    assert all(active.column_dimensions[column].width >= 8 for column in "ABCDEFGHIJ")


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_name_makes_a_file_that_cannot_be_read(first_name: str, last_name: str) -> None:
    row = values(replace(SUHEDA, first_name=first_name, last_name=f"x{last_name}\x00\ud800"))[1]
    assert str(row[2]).startswith("x")
    assert row[5] == "29ban9"


def test_printed_it_is_one_page_wide_with_its_headings_on_every_page() -> None:
    printed = sheet(SUHEDA, AURELIAN)
    assert (printed.page_setup.orientation, printed.page_setup.paperSize) == ("landscape", 9)
    assert printed.sheet_properties.pageSetUpPr.fitToPage
    # As many pages as it takes in height, and one, which is the default, in width.
    assert (printed.page_setup.fitToWidth or 1, printed.page_setup.fitToHeight) == (1, 0)
    assert printed.print_title_rows == "$1:$1"
    assert printed.print_area == "'LeerID'!$A$1:$G$3"
    assert printed.oddFooter.left.text == "Reeks 12"
