"""`leerid-brief.pdf`: a letter that shows nothing until it is unfolded."""

from dataclasses import replace
from itertools import pairwise

import pytest

from credentials.rendering.cards import Card
from credentials.rendering.letter import render_letter

from .measures import (
    HOSTILE_NAMES,
    VERY_LONG,
    VERY_LONG_PICTURES,
    WIDEST,
    Area,
    codes,
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

# Folded at 99 and 198 mm: the front is the upper third. The white back of the lower one is the
# back of the letter, and the two others lie against each other.
FRONT = Area(0, 0, 210, 99)
INSIDE = Area(0, 99, 210, 198)
LOWER = Area(0, 198, 210, 297)
CARD = Area(104.4, 206, 190, 260)

STEPS = [
    "1 Scan de code, of ga naar dit adres:",
    "https://leerid.voorbeeldschool.be/mijn",
    "2 Je gebruikersnaam (na het scannen staat die er al):",
]
PARENTS = [
    "Voor de ouders",
    "Met dit LeerID meldt je kind zich aan bij de",
    "digitale leermiddelen van de school, in de klas en",
    "thuis. Probeer het gerust eens samen uit.",
    "Het wachtwoord is alleen van je kind. Bewaar",
    "deze brief op een veilige plek, deel er geen foto",
    "van en geef het wachtwoord niet door.",
    "Lukt het niet, of ben je de brief kwijt? Geen nood:",
    "vraag op school naar de LeerID-beheerder. Die",
    "geeft je kind een nieuw wachtwoord.",
]


def secrets(card: Card) -> set[str]:
    """What nobody may read off a folded letter."""
    return {card.username, card.password, *(picture.name for picture in card.pictures)}


def test_each_student_has_a_page_in_the_order_of_the_job() -> None:
    pdf = render_letter(job(AURELIAN, SUHEDA, ABDULGHANI))
    assert pages(pdf) == 3
    assert [lines(pdf, page)[0] for page in range(3)] == [
        "Aurelian Appels",
        "Süheda Carabin",
        "Abdulghani Bogdan",
    ]


@pytest.mark.parametrize("card", CARDS)
def test_the_front_shows_the_name_and_the_class_alone(card: Card) -> None:
    pdf = render_letter(job(card))
    assert "".join(read(pdf, FRONT)).replace(" ", "").replace("\ufffe", "-") == (
        card.full_name + card.class_code
    ).replace(" ", "")

    name_and_class = Area(20, 34, 190, 72)
    fold = Area(0, 98.5, 210, 297)
    assert is_white(without(image(pdf, dpi=100), name_and_class, fold, dpi=100))


@pytest.mark.parametrize("card", CARDS)
def test_pictures_and_codes_lie_inside_the_folded_letter(card: Card) -> None:
    found = images(render_letter(job(card)))
    assert len(found) >= 1 + len(card.pictures)
    assert all(INSIDE.holds(area) or CARD.holds(area) for area in found)


def test_the_code_inside_is_forty_mm_wide() -> None:
    [code] = [area for area in images(render_letter(job(SUHEDA))) if INSIDE.holds(area)]
    assert code == pytest.approx((150, 109, 190, 149), abs=0.1)


def test_the_inside_has_three_steps_to_a_word() -> None:
    assert read(render_letter(job(SUHEDA)), INSIDE) == [
        *STEPS,
        "suheda.carabin",
        "3 Vul je wachtwoord in:",
        "29ban9",
        "Je wachtwoord is alleen van jou. Vertel het niet verder.",
        "Vouw daarna hier naar achteren",
    ]


def test_a_temporary_password_says_that_an_own_one_is_chosen() -> None:
    assert read(render_letter(job(AURELIAN)), INSIDE)[4:7] == [
        "3 Vul je tijdelijk wachtwoord in:",
        "pgu9J7Zn",
        "Daarna kies je zelf een nieuw wachtwoord.",
    ]


def test_a_picture_password_shows_numbered_pictures_with_their_names() -> None:
    assert read(render_letter(job(ABDULGHANI)), INSIDE) == [
        *STEPS,
        "abdulghani.bogdan",
        "3 Kies je vier afbeeldingen, van 1 tot 4:",
        *["1", "vis", "2", "boom", "3", "huis", "4", "fiets"],
        "Vouw daarna hier naar achteren",
    ]


def test_the_lower_third_speaks_to_the_parents() -> None:
    pdf = render_letter(job(SUHEDA))
    assert read(pdf, Area(0, 204, 100, 275)) == PARENTS


@pytest.mark.parametrize("card", CARDS)
def test_the_lower_third_tells_nothing_secret_beside_the_card(card: Card) -> None:
    pdf = render_letter(job(card))
    left_of_card, below_card = Area(0, 198, 104, 297), Area(0, 260.5, 210, 297)
    beside = " ".join(read(pdf, left_of_card) + read(pdf, below_card))
    assert secrets(card).isdisjoint(beside.split())


def test_the_card_to_cut_out_has_all_that_is_needed() -> None:
    assert read(render_letter(job(SUHEDA)), CARD) == [
        "4A",
        "Süheda Carabin",
        "https://leerid.voorbeeldschool.be/mijn",
        "Gebruikersnaam:",
        "suheda.carabin",
        "Wachtwoord:",
        "29ban9",
        "LeerID · Reeks 12",
    ]


def test_the_foot_names_the_school_the_batch_and_its_time() -> None:
    foot = read(render_letter(job(SUHEDA)), Area(0, 275, 210, 297))
    assert foot == ["Basisschool De Zonnebloem (012345) Reeks 12 · 24 augustus 2026, 14.05 uur"]


@pytest.mark.parametrize("fold", [99, 198])
def test_the_folds_are_dotted_and_marked_at_the_edges(fold: float) -> None:
    pixels = 300 / 25.4
    page = image(render_letter(job(SUHEDA)), dpi=300)
    row = page.crop((0, round((fold - 0.1) * pixels), page.width, round((fold + 0.1) * pixels)))
    dark = [row.crop((x, 0, x + 1, row.height)).getextrema()[0] < 128 for x in range(page.width)]

    assert all(dark[round(3.1 * pixels) : round(7.9 * pixels)])
    assert all(dark[round(202.1 * pixels) : round(206.9 * pixels)])
    dots = sum(here and not after for here, after in pairwise(dark))
    assert dots > 100


@pytest.mark.parametrize("card", [SUHEDA, ABDULGHANI, LONGEST, LONGEST_PICTURES])
def test_both_codes_are_read_from_black_and_white(card: Card) -> None:
    assert codes(render_letter(job(card))) == [card.scanned_url] * 2


@pytest.mark.parametrize("card", CARDS)
def test_nothing_of_a_long_text_is_cut_or_overlaps(card: Card) -> None:
    pdf = render_letter(job(card))
    printed = squeezed(pdf).replace("\ufffe", "-")
    for text in (card.full_name, card.class_code, card.base_url):
        assert printed.count("".join(text.split())) == 2
    assert printed.count(card.username) == 2
    assert overlapping(pdf) == []


@pytest.mark.parametrize("card", [*CARDS, WIDEST])
def test_nothing_is_smaller_than_six_points(card: Card) -> None:
    assert min(size for _, size, _ in texts(render_letter(job(card)))) >= 6


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_whatever_the_name_the_front_has_one_and_nothing_overlaps(name: str) -> None:
    pdf = render_letter(job(replace(SUHEDA, first_name=name, last_name="")))
    assert read(pdf, FRONT)[0].strip()
    assert overlapping(pdf) == []


@pytest.mark.parametrize("card", [*CARDS, WIDEST])
def test_the_margins_stay_white(card: Card) -> None:
    page = image(render_letter(job(card)), dpi=72)
    folds = Area(0, 98, 210, 100), Area(0, 197, 210, 199)
    assert is_white(without(page, Area(19.5, 30, 190.5, 285), *folds, dpi=72))


@pytest.mark.parametrize("card", [AURELIAN, ABDULGHANI])
def test_all_text_is_black_or_white_on_black(card: Card) -> None:
    assert inks(render_letter(job(card))) <= {(0, 0, 0), (255, 255, 255)}


def test_the_file_asks_for_its_own_size_and_one_side() -> None:
    pdf = render_letter(job(SUHEDA))
    assert b"/PrintScaling /None" in pdf
    assert b"/Duplex /Simplex" in pdf
