"""The sticker sheets, in millimetres."""

from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from credentials.rendering.cards import Card
from credentials.rendering.fitting import Box
from credentials.rendering.paper import Paper
from credentials.rendering.sheets import L7160, L7163, L7651, Sheet
from credentials.rendering.stickers import ShortName, render_stickers, short_names

from .samples import (
    ABDULGHANI,
    AURELIAN,
    BASE,
    LONGEST,
    LONGEST_PICTURES,
    MM,
    SAVED_AT,
    SUHEDA,
    fill_of,
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
    pdf = render_stickers(job(*[SUHEDA] * sheet.labels, AURELIAN), sheet)
    assert pages(pdf) == 2
    assert "AurelianAppels" in squeezed(pdf, 1)


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_the_outlines_lie_on_the_edges_of_the_labels(sheet: Sheet) -> None:
    page = image(outlines(sheet), dpi=DPI)
    assert not ink_outside(page, labels(sheet, inset=-0.2))
    assert ink_outside(page, labels(sheet, inset=0.2))


# The smaller of the two has room for the address where everybody signs in.
ADDRESSES = {
    L7160: "https://leerid.voorbeeldschool.be/mijn",
    L7163: "https://leerid.voorbeeldschool.be/mijn/suheda.carabin",
}


@pytest.mark.parametrize("sheet", [L7160, L7163])
def test_a_large_label_reads_from_class_to_password(sheet: Sheet) -> None:
    assert lines(render_stickers(job(SUHEDA), sheet)) == [
        "4A · 4de leerjaar Reeks 12",
        "Süheda Carabin",
        ADDRESSES[sheet],
        "Gebruikersnaam:",
        "suheda.carabin",
        "Wachtwoord:",
        "29ban9",
    ]
    assert "Tijdelijk wachtwoord:" in lines(render_stickers(job(AURELIAN), sheet))


@pytest.mark.parametrize("sheet", [L7160, L7163])
def test_a_large_label_numbers_and_names_the_pictures(sheet: Sheet) -> None:
    written = lines(render_stickers(job(ABDULGHANI), sheet))
    assert written[-9:] == ["abdulghani.bogdan", "1", "vis", "2", "boom", "3", "huis", "4", "fiets"]


def test_a_small_label_has_name_class_reeks_username_and_password() -> None:
    assert lines(render_stickers(job(SUHEDA, AURELIAN, ABDULGHANI), L7651)) == [
        *["Süheda Carabin 4A", "Reeks", "12", "suheda.carabin", "29ban9"],
        *["Aurelian Appels 6EIT", "Reeks", "12", "aurelian.appels", "pgu9J7Zn"],
        *["Abdulghani Bogdan 6B", "Reeks", "12", "abdulghani.bogdan", "1 2 3 4"],
    ]


def test_a_person_can_read_the_password_of_a_small_label() -> None:
    assert ("DejaVuSansMono-Bold", 16, True) in texts(render_stickers(job(AURELIAN), L7651))


@pytest.mark.parametrize("sheet", [L7160, L7163])
def test_the_group_goes_before_anything_gets_smaller_than_six_points(sheet: Sheet) -> None:
    card = replace(SUHEDA, administrative_group="4de leerjaar, leerlingen van juf Katrien " * 3)
    written = lines(render_stickers(job(card), sheet))
    assert written[:2] == ["4A Reeks 12", "Süheda Carabin"]


@pytest.mark.parametrize("sheet", **BY_NAME)
@pytest.mark.parametrize("card", [SUHEDA, ABDULGHANI, LONGEST, LONGEST_PICTURES])
def test_all_text_is_black_or_white_on_black(sheet: Sheet, card: Card) -> None:
    [page] = pypdfium2.PdfDocument(render_stickers(job(card), sheet))
    found = list(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]))
    white = [text for text in found if fill_of(text) == (255, 255, 255)]
    black = [text for text in found if fill_of(text) == (0, 0, 0)]
    assert len(white) == len(card.pictures)
    assert len(black) == len(found) - len(white)


@pytest.mark.parametrize(("sheet", "address"), [(L7160, "base_url"), (L7163, "sign_in_url")])
@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES])
def test_the_longest_address_is_printed_in_full(sheet: Sheet, address: str, card: Card) -> None:
    assert getattr(card, address) in squeezed(render_stickers(job(card), sheet))


# A name for which the smallest label has no room, with its username and class.
VAN_DEN_ABEELE = replace(
    AURELIAN,
    first_name="Maximiliaan Alexander Theodorus",
    last_name="De Schuyteneer van den Abeele",
    username="maximiliaan.deschuyteneervandenabeele",
    class_code="6STWE-duaal",
)


def test_a_name_for_which_a_label_has_no_room_is_reported_with_what_is_printed() -> None:
    printed_job = job(SUHEDA, VAN_DEN_ABEELE, LONGEST)
    assert short_names(printed_job, L7651) == [
        ShortName(VAN_DEN_ABEELE, "Maximiliaan A. T. De Schuyteneer van den Abeele"),
        ShortName(LONGEST, LONGEST.username),
    ]
    assert short_names(printed_job, L7163) == []


def test_of_a_name_of_400_letters_the_username_stands_for_it() -> None:
    card = replace(LONGEST, first_name="A" * 200, last_name="B" * 200)
    assert short_names(job(card), L7651) == [ShortName(card, card.username)]
    assert squeezed(render_stickers(job(card), L7651)).count(card.username) == 1


def test_a_username_is_broken_only_where_no_form_has_room_for_its_parts() -> None:
    username = "juliette.vanoverstraeten-delacroix"
    card = replace(
        ABDULGHANI,
        first_name="Juliette",
        last_name="Vanoverstraeten-Delacroix",
        username=username,
    )
    written = lines(render_stickers(job(card), L7651))
    assert written[-3:-1] == ["juliette.vanoverstraeten", "-delacroix"]


def test_a_card_without_room_is_set_compactly_with_a_password_of_ten_points_at_least() -> None:
    pdf = render_stickers(job(VAN_DEN_ABEELE), L7651)
    assert lines(pdf)[:2] == ["Maximiliaan A. T. De", "Schuyteneer van den Abeele ·"]
    [password] = [size for face, size, _ in texts(pdf) if face == "DejaVuSansMono-Bold"][-1:]
    assert 10 <= password < 16


@pytest.mark.parametrize("sheet", **BY_NAME)
def test_every_face_is_embedded(sheet: Sheet) -> None:
    assert all(embedded for _, _, embedded in texts(render_stickers(job(SUHEDA), sheet)))


@pytest.mark.parametrize("sheet", **BY_NAME)
@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
    st.from_regex(r"[a-z0-9.-]{3,64}", fullmatch=True),
    st.booleans(),
)
def test_whatever_the_name_its_ink_stays_out_of_the_inset(
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
    assert not ink_outside(page, labels(sheet, inset=2)[:1])
