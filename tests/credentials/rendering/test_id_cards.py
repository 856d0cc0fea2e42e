"""`leerid-kaartjes.pdf`: cards of the size of a bank card, ten on plain A4 to cut."""

from dataclasses import replace

import pytest
from PIL import Image

from credentials.rendering.cards import Card, Printing
from credentials.rendering.id_cards import render_id_cards

from .measures import (
    HOSTILE_NAMES,
    VERY_LONG,
    VERY_LONG_PICTURES,
    WIDEST,
    WIDEST_PICTURES,
    Area,
    codes,
    crop,
    dark_runs,
    images,
    inks,
    is_white,
    overlapping,
    without,
)
from .samples import (
    ABDULGHANI,
    AURELIAN,
    LONGEST,
    LONGEST_PICTURES,
    SUHEDA,
    image,
    job,
    lines,
    pages,
    squeezed,
    texts,
)

CARDS = [SUHEDA, AURELIAN, ABDULGHANI, LONGEST, LONGEST_PICTURES, VERY_LONG, VERY_LONG_PICTURES]
WIDE = [WIDEST, WIDEST_PICTURES]


def places(*, inset: float = 0) -> list[Area]:
    """The ten cards in mm, along the rows, reduced by `inset` on every side."""
    return [
        Area(
            19.4 + column * 85.6 + inset,
            13.5 + row * 54 + inset,
            19.4 + (column + 1) * 85.6 - inset,
            13.5 + (row + 1) * 54 - inset,
        )
        for row in range(5)
        for column in range(2)
    ]


def test_a_card_reads_from_class_to_password() -> None:
    assert lines(render_id_cards(job(SUHEDA, AURELIAN))) == [
        "4A",
        "Süheda Carabin",
        "https://leerid.voorbeeldschool.be/mijn",
        "Gebruikersnaam:",
        "suheda.carabin",
        "Wachtwoord:",
        "29ban9",
        "LeerID · Reeks 12 6EIT",
        "Aurelian Appels",
        "https://leerid.voorbeeldschool.be/mijn",
        "Gebruikersnaam:",
        "aurelian.appels",
        "Tijdelijk wachtwoord:",
        "pgu9J7Zn",
        "LeerID · Reeks 12",
    ]


def test_a_card_numbers_and_names_the_pictures() -> None:
    pdf = render_id_cards(job(ABDULGHANI))
    assert lines(pdf)[4:] == [
        "abdulghani.bogdan",
        "1 vis 2 boom 3 huis 4 fiets",
        "LeerID · Reeks 12",
    ]
    assert len(images(pdf)) == 5


def test_cards_fill_a_page_along_the_rows_and_go_on_on_the_next() -> None:
    for count in (1, 3, 10):
        page = image(render_id_cards(job(*[SUHEDA] * count)), dpi=72)
        used = [not is_white(crop(page, place, dpi=72)) for place in places(inset=3)]
        assert used == [index < count for index in range(10)]

    assert pages(render_id_cards(job(*[SUHEDA] * 10))) == 1
    assert lines(render_id_cards(job(*[SUHEDA] * 10, AURELIAN)), 1)[1] == "Aurelian Appels"


def test_a_class_begins_a_new_page_where_the_job_says_so() -> None:
    cards = job(SUHEDA, AURELIAN)
    assert pages(render_id_cards(cards)) == 1

    apart = render_id_cards(replace(cards, printing=Printing(page_per_class=True)))
    assert pages(apart) == 2
    assert lines(apart, 1)[1] == "Aurelian Appels"


def test_the_offset_of_labels_moves_nothing_on_plain_paper() -> None:
    cards = job(SUHEDA)
    moved = replace(cards, printing=Printing(right=3, down=-2))
    assert render_id_cards(moved) == render_id_cards(cards)


@pytest.mark.parametrize("card", [*CARDS, *WIDE])
def test_all_ink_lies_four_millimetres_inside_the_cards(card: Card) -> None:
    page = image(render_id_cards(job(*[card] * 10)), dpi=200)
    beside = without(page, *places(inset=4), dpi=200)
    assert is_white(crop(beside, Area(19.4, 13.5, 190.6, 283.5), dpi=200))


def test_the_crop_marks_lie_outside_the_cards_on_their_edges() -> None:
    page = image(render_id_cards(job(SUHEDA)), dpi=300)
    marks = without(page, places()[0], dpi=300)
    assert is_white(crop(marks, Area(18, 12, 192, 285), dpi=300))

    for top in (9, 288):
        found = dark_runs(marks, Area(0, top, 210, top + 0.2), dpi=300)
        assert found == pytest.approx([19.4, 105, 190.6], abs=0.1)

    turned = marks.transpose(Image.Transpose.TRANSPOSE)
    for left in (15, 195):
        found = dark_runs(turned, Area(0, left, 297, left + 0.2), dpi=300)
        assert found == pytest.approx([13.5, 67.5, 121.5, 175.5, 229.5, 283.5], abs=0.1)


@pytest.mark.parametrize("card", [SUHEDA, ABDULGHANI, LONGEST, LONGEST_PICTURES])
def test_every_code_is_read_from_black_and_white(card: Card) -> None:
    cards = [
        replace(
            card, username=f"{card.username}{number}", sign_in_url=f"{card.sign_in_url}{number}"
        )
        for number in range(10)
    ]
    assert set(codes(render_id_cards(job(*cards)))) == {card.scanned_url for card in cards}


@pytest.mark.parametrize("card", [*CARDS, *WIDE])
def test_nothing_of_a_long_text_is_cut_or_overlaps(card: Card) -> None:
    pdf = render_id_cards(job(card))
    printed = squeezed(pdf).replace("\ufffe", "-")
    for text in (card.full_name, card.class_code, card.base_url, card.username):
        assert "".join(text.split()) in printed
    assert overlapping(pdf) == []


@pytest.mark.parametrize("card", [*CARDS, *WIDE])
def test_nothing_is_smaller_than_six_points(card: Card) -> None:
    assert min(size for _, size, _ in texts(render_id_cards(job(card)))) >= 6


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_whatever_the_name_the_card_has_one_and_nothing_overlaps(name: str) -> None:
    pdf = render_id_cards(job(replace(SUHEDA, first_name=name, last_name="")))
    assert lines(pdf)[1].strip()
    assert overlapping(pdf) == []


@pytest.mark.parametrize("card", [SUHEDA, ABDULGHANI])
def test_all_text_is_black_or_white_on_black(card: Card) -> None:
    assert inks(render_id_cards(job(card))) <= {(0, 0, 0), (255, 255, 255)}


def test_a_job_without_cards_is_still_a_pdf() -> None:
    assert pages(render_id_cards(job())) == 1
