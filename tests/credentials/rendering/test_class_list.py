"""`leerid-klaslijst.pdf`: who gets a page, in the hands of a teacher, without any password."""

from dataclasses import replace

import pytest
from PIL import Image

from accounts.pictures import GRID
from credentials.rendering.cards import Card
from credentials.rendering.class_list import render_class_list

from .measures import (
    HOSTILE_NAMES,
    VERY_LONG,
    WIDEST,
    Area,
    codes,
    dark_runs,
    images,
    inks,
    is_white,
    overlapping,
    read,
    without,
)
from .samples import (
    ABDULGHANI,
    AURELIAN,
    LONGEST,
    SUHEDA,
    image,
    job,
    lines,
    pages,
    squeezed,
    texts,
)

FOOT = "Basisschool De Zonnebloem (012345) Reeks 12 · 24 augustus 2026, 14.05 uur"
COLUMNS = "Naam Gebruikersnaam Type Uitgedeeld Aangemeld"
ROWS_TOP = 48


def class_of(count: int) -> list[Card]:
    return [
        replace(SUHEDA, first_name=f"Noor{number}", username=f"noor{number}.carabin")
        for number in range(count)
    ]


def rows(pdf: bytes, page: int = 0) -> list[str]:
    """What stands between the headings of the columns and the foot."""
    return read(pdf, Area(0, ROWS_TOP, 210, 275), page)


def test_a_list_reads_from_the_class_to_the_foot() -> None:
    assert lines(render_class_list(job(SUHEDA, replace(AURELIAN, class_code="4A")))) == [
        "Klas 4A",
        "2 leerlingen · blad 1 van 1",
        "Niet ophangen",
        "Alleen voor de leerkracht",
        COLUMNS,
        "Süheda Carabin suheda.carabin Basis",
        "Aurelian Appels aurelian.appels Gevorderd",
        FOOT,
    ]


def test_a_class_of_one_group_is_headed_by_it_too() -> None:
    assert lines(render_class_list(job(SUHEDA)))[:3] == [
        "Klas 4A",
        "4de leerjaar",
        "1 leerling · blad 1 van 1",
    ]


def test_nothing_secret_is_on_the_list() -> None:
    cards = [replace(card, class_code="4A") for card in (SUHEDA, AURELIAN, ABDULGHANI)]
    pdf = render_class_list(job(*cards))
    assert images(pdf) == []
    assert codes(pdf) == []

    words = set(" ".join(lines(pdf)).split())
    assert words.isdisjoint(card.password for card in cards)
    assert words.isdisjoint(picture.name for picture in GRID)
    assert words.isdisjoint(card.code for card in cards)


def test_pupils_are_in_the_order_of_the_job() -> None:
    pupils = class_of(5)[::-1]
    found = [row.split()[0] for row in rows(render_class_list(job(*pupils)))]
    assert found == ["Noor4", "Noor3", "Noor2", "Noor1", "Noor0"]


@pytest.mark.parametrize(("count", "on_pages"), [(1, [1]), (30, [30]), (31, [30, 1])])
def test_a_page_has_thirty_rows(count: int, on_pages: list[int]) -> None:
    pdf = render_class_list(job(*class_of(count)))
    assert [len(rows(pdf, page)) for page in range(pages(pdf))] == on_pages


def test_a_next_page_repeats_the_heading() -> None:
    pdf = render_class_list(job(*class_of(31)))
    for page in (0, 1):
        assert lines(pdf, page)[:6] == [
            "Klas 4A",
            "4de leerjaar",
            f"31 leerlingen · blad {page + 1} van 2",
            "Niet ophangen",
            "Alleen voor de leerkracht",
            COLUMNS,
        ]
        assert lines(pdf, page)[-1] == FOOT


def test_each_class_has_pages_of_its_own() -> None:
    pdf = render_class_list(job(SUHEDA, *class_of(2), ABDULGHANI, AURELIAN))
    found = [lines(pdf, page)[:3] for page in range(pages(pdf))]
    assert [heading[0] for heading in found] == ["Klas 4A", "Klas 6B", "Klas 6EIT"]
    assert [heading[2] for heading in found] == [
        "3 leerlingen · blad 1 van 1",
        "1 leerling · blad 1 van 1",
        "1 leerling · blad 1 van 1",
    ]


def test_who_has_no_class_is_on_a_list_too() -> None:
    pdf = render_class_list(job(replace(SUHEDA, class_code=""), ABDULGHANI))
    assert lines(pdf)[0] == "Zonder klas"
    assert lines(pdf, 1)[0] == "Klas 6B"


def test_each_pupil_has_a_row_of_seven_and_a_half_mm_with_two_boxes() -> None:
    page = image(render_class_list(job(*class_of(30))), dpi=300)
    for row in range(30):
        middle = ROWS_TOP + 7.5 * row + 3.75
        sides = dark_runs(page, Area(160, middle, 192, middle + 0.1), dpi=300)
        assert sides == pytest.approx([164.3, 168.7, 181.8, 186.2], abs=0.1)

    turned = page.transpose(Image.Transpose.TRANSPOSE)
    rules = dark_runs(turned, Area(ROWS_TOP - 1, 189, 275, 189.2), dpi=300)
    assert rules == pytest.approx([ROWS_TOP + 7.5 * row for row in range(31)], abs=0.1)


@pytest.mark.parametrize("card", [LONGEST, VERY_LONG, WIDEST])
def test_nothing_of_a_long_text_is_cut_or_overlaps(card: Card) -> None:
    pdf = render_class_list(job(card, replace(SUHEDA, class_code=card.class_code)))
    printed = squeezed(pdf).replace("\ufffe", "-")
    for text in (card.full_name, card.class_code, card.username):
        assert "".join(text.split()) in printed
    assert overlapping(pdf) == []
    assert min(size for _, size, _ in texts(pdf)) >= 6


def test_a_name_of_several_rows_pushes_others_to_the_next_page() -> None:
    long = replace(VERY_LONG, class_code="4A")
    pdf = render_class_list(job(*class_of(29), long))
    assert pages(pdf) == 2
    assert len(rows(pdf)) == 29
    assert long.username in squeezed(pdf, 1)


def test_a_long_group_stays_in_the_heading() -> None:
    pdf = render_class_list(job(replace(SUHEDA, administrative_group="W" * 200)))
    assert "W" * 200 in squeezed(pdf)
    assert overlapping(pdf) == []


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_whatever_the_name_the_row_has_one_and_nothing_overlaps(name: str) -> None:
    pdf = render_class_list(job(replace(SUHEDA, first_name=name, last_name="")))
    assert read(pdf, Area(0, ROWS_TOP, 85, 275))[0].strip()
    assert overlapping(pdf) == []


def test_the_margins_stay_white_and_all_text_is_black() -> None:
    pdf = render_class_list(job(*class_of(29), replace(LONGEST, class_code="4A")))
    page = image(pdf, dpi=100)
    assert is_white(without(page, Area(17.5, 14, 192.5, 285), dpi=100))
    assert inks(pdf) == {(0, 0, 0)}


def test_a_job_without_cards_is_still_a_pdf() -> None:
    assert pages(render_class_list(job())) == 1
