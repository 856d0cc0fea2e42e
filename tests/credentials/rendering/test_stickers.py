"""The sticker sheets, in millimetres."""

from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from credentials.rendering.cards import Card
from credentials.rendering.fitting import Box
from credentials.rendering.paper import Paper
from credentials.rendering.sheets import L7160, L7163, L7651, Sheet
from credentials.rendering.stickers import render_stickers

from .samples import (
    ABDULGHANI,
    AURELIAN,
    BASE,
    LONGEST,
    LONGEST_PICTURES,
    LUCJA,
    MM,
    SAVED_AT,
    SUHEDA,
    image,
    job,
    lines,
    pages,
    squeezed,
    texts,
)

SHEETS = [L7160, L7163, L7651]
BY_NAME = {"argvalues": SHEETS, "ids": [sheet.name for sheet in SHEETS]}

# Avery's own measures: columns, rows, label width and height, left, top, pitch x and y (mm).
GRIDS = {
    "L7160": (3, 7, 63.5, 38.1, 7.20, 15.15, 66.04, 38.10),
    "L7163": (2, 7, 99.06, 38.1, 4.67, 15.15, 101.60, 38.10),
    "L7651": (5, 13, 38.1, 21.17, 4.67, 10.90, 40.64, 21.17),
}
DPI = 144


def labels(sheet: Sheet, *, inset: float) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom in mm of each label, reduced by `inset` on every side."""
    columns, rows, width, height, left, top, pitch_x, pitch_y = GRIDS[sheet.name]
    return [
        (
            left + column * pitch_x + inset,
            top + row * pitch_y + inset,
            left + column * pitch_x + width - inset,
            top + row * pitch_y + height - inset,
        )
        for row in range(rows)
        for column in range(columns)
    ]


def outlines(sheet: Sheet) -> bytes:
    """A page with the outline of every label, where `Sheet.corner` puts the cards."""
    paper = Paper(f"Testblad {sheet.name}", made_at=SAVED_AT)
    height, width = sheet.label_height * MM, sheet.label_width * MM
    for index in range(sheet.labels):
        with paper.moved_to(*sheet.corner(index)):
            paper.rounded(Box(0, height, width, height), radius=1.5 * MM, line=0.4)
    paper.next_page()
    return paper.finished()


def ink_outside(
    page: Image.Image, areas: list[tuple[float, float, float, float]], *, dpi: int = DPI
) -> bool:
    """Whether there is ink outside `areas` (mm), with a pixel of tolerance."""
    pixels = dpi / 25.4
    wiped = page.copy()
    for left, top, right, bottom in areas:
        edges = (left * pixels - 1, top * pixels - 1, right * pixels, bottom * pixels)
        ImageDraw.Draw(wiped).rectangle(edges, fill=255)
    return wiped.getextrema()[0] < 250


@pytest.mark.parametrize("sheet", **BY_NAME)
@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES, ABDULGHANI, AURELIAN])
def test_all_ink_lies_two_millimetres_inside_the_labels(sheet: Sheet, card: Card) -> None:
    page = image(render_stickers(job(*[card] * sheet.labels), sheet), dpi=DPI)
    assert page.getextrema()[0] < 100
    assert not ink_outside(page, labels(sheet, inset=2))


@pytest.mark.parametrize("sheet", **BY_NAME)
@pytest.mark.parametrize("name", ["Jan", "jef", "Îf"])
def test_a_letter_that_sticks_out_of_its_width_stays_out_of_the_inset(
    sheet: Sheet, name: str
) -> None:
    card = replace(SUHEDA, first_name=name, last_name="Peeters")
    page = image(render_stickers(job(card), sheet), dpi=600)
    assert not ink_outside(page, labels(sheet, inset=2)[:1], dpi=600)


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_cards_fill_the_labels_along_the_rows(sheet: Sheet) -> None:
    for count in (1, sheet.columns + 1):
        page = image(render_stickers(job(*[SUHEDA] * count), sheet), dpi=DPI)
        used = labels(sheet, inset=2)[:count]
        assert not ink_outside(page, used)
        assert ink_outside(page, used[:-1])


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_a_full_sheet_is_followed_by_a_next_one(sheet: Sheet) -> None:
    assert pages(render_stickers(job(*[SUHEDA] * sheet.labels), sheet)) == 1
    pdf = render_stickers(job(*[SUHEDA] * sheet.labels, LUCJA), sheet)
    assert pages(pdf) == 2
    assert "Łucja Van Overstraeten-Delacroix" in lines(pdf, 1)


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_the_outlines_lie_on_the_edges_of_the_labels(sheet: Sheet) -> None:
    page = image(outlines(sheet), dpi=DPI)
    assert not ink_outside(page, labels(sheet, inset=-0.2))
    assert ink_outside(page, labels(sheet, inset=0.2))


@pytest.mark.parametrize("sheet", [L7160, L7163])
def test_a_large_label_reads_from_class_to_password(sheet: Sheet) -> None:
    assert lines(render_stickers(job(SUHEDA, AURELIAN), sheet)) == [
        "4A · 4de leerjaar",
        "Süheda Carabin",
        "https://leerid.voorbeeldschool.be/mijn/suheda.carabin",
        "Gebruikersnaam:",
        "suheda.carabin",
        "Wachtwoord:",
        "29ban9",
        "6EIT · 2e lj 3e gr Elektri.installatietechn.TSO",
        "Aurelian Appels",
        "https://leerid.voorbeeldschool.be/mijn/aurelian.appels",
        "Gebruikersnaam:",
        "aurelian.appels",
        "Tijdelijk wachtwoord:",
        "pgu9J7Zn",
    ]


@pytest.mark.parametrize("sheet", [L7160, L7163])
def test_a_large_label_numbers_and_names_the_pictures(sheet: Sheet) -> None:
    assert lines(render_stickers(job(ABDULGHANI), sheet)) == [
        "6B · 6de leerjaar",
        "Abdulghani Bogdan",
        "https://leerid.voorbeeldschool.be/mijn/abdulghani.bogdan",
        "abdulghani.bogdan",
        *["1", "vis", "2", "boom", "3", "huis", "4", "fiets"],
    ]


def test_a_small_label_has_name_username_and_password() -> None:
    assert lines(render_stickers(job(SUHEDA, AURELIAN, ABDULGHANI), L7651)) == [
        *["Süheda Carabin", "suheda.carabin", "29ban9"],
        *["Aurelian Appels", "aurelian.appels", "pgu9J7Zn"],
        *["Abdulghani Bogdan", "abdulghani.bogdan", "1 2 3 4"],
    ]


@pytest.mark.parametrize("sheet", **BY_NAME)
@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES])
def test_nothing_of_a_long_text_is_cut(sheet: Sheet, card: Card) -> None:
    # A viewer copies the hyphen at the end of a line as U+FFFE.
    printed = squeezed(render_stickers(job(card), sheet)).replace("\ufffe", "-")
    assert "".join(card.full_name.split()) in printed
    assert card.username in printed
    assert sheet is L7651 or card.sign_in_url in printed


@pytest.mark.parametrize(("sheet", "smallest"), [(L7160, 4.6), (L7163, 5), (L7651, 4.2)])
def test_the_longest_texts_stay_legible(sheet: Sheet, smallest: float) -> None:
    pdf = render_stickers(job(LONGEST, LONGEST_PICTURES), sheet)
    assert min(size for _, size, _ in texts(pdf)) >= smallest


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_every_face_is_embedded(sheet: Sheet) -> None:
    assert all(embedded for _, _, embedded in texts(render_stickers(job(SUHEDA), sheet)))


@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES])
def test_the_qr_codes_of_a_sheet_are_the_sign_in_urls(card: Card) -> None:
    cards = [replace(card, sign_in_url=f"{card.sign_in_url}{number}") for number in range(14)]
    codes = zxingcpp.read_barcodes(image(render_stickers(job(*cards), L7163), dpi=200))
    assert {code.text for code in codes} == {card.scanned_url for card in cards}


@pytest.mark.parametrize("sheet", **BY_NAME)
@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    st.from_regex(r"[a-z0-9.-]{3,64}", fullmatch=True),
    st.booleans(),
)
def test_whatever_the_name_its_ink_stays_inside_the_label(
    sheet: Sheet, first_name: str, last_name: str, username: str, pictures: bool
) -> None:
    card = replace(
        ABDULGHANI if pictures else SUHEDA,
        first_name=first_name,
        last_name=last_name,
        username=username,
        sign_in_url=BASE + username,
    )
    page = image(render_stickers(job(card), sheet), dpi=DPI)
    assert not ink_outside(page, labels(sheet, inset=0)[:1])
