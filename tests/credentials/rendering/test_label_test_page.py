"""The test page of a sheet of labels, as it is held against the light."""

import pytest
from PIL import Image

from credentials.rendering.cards import Printing
from credentials.rendering.label_test_page import render_label_test_page
from credentials.rendering.sheets import L7160, LABEL_SHEETS, Sheet

from .measures import Area, crop, dark_runs, images, inks, overlapping, read
from .samples import SAVED_AT, image, lines, pages, texts

SCHOOL = "Basisschool De Zonnebloem (012345)"
SHEETS = pytest.mark.parametrize("sheet", LABEL_SHEETS.values(), ids=LABEL_SHEETS)
OFFSETS = pytest.mark.parametrize(("right", "down"), [(0, 0), (0.5, -1.5), (-4.5, 4.5)])


def printed(sheet: Sheet, right: float = 0, down: float = 0, school: str = SCHOOL) -> bytes:
    printing = Printing(right=right, down=down)
    return render_label_test_page(sheet, printing=printing, made_at=SAVED_AT, school=school)


def has_upright(page: Image.Image, area: Area) -> bool:
    """Whether an upright line runs through the whole of a narrow area."""
    strip = crop(page, area, dpi=600)
    columns = (strip.crop((x, 0, x + 1, strip.height)) for x in range(strip.width))
    return any(column.getextrema()[1] < 200 for column in columns)


def has_tick(page: Image.Image, along: float, hair_line: float) -> bool:
    return has_upright(page, Area(along - 0.06, hair_line - 0.8, along + 0.06, hair_line + 0.8))


@SHEETS
@OFFSETS
def test_every_frame_lies_on_the_edges_of_its_label(
    sheet: Sheet, right: float, down: float
) -> None:
    page = image(printed(sheet, right, down), dpi=600)
    turned = page.transpose(Image.Transpose.TRANSPOSE)

    for index in range(sheet.labels):
        left, top = sheet.position(index)
        left, top = left + right, top + down
        end, bottom = left + sheet.label_width, top + sheet.label_height
        for edge in (left, end):
            assert has_upright(page, Area(edge - 0.2, top, edge + 0.2, bottom))
        for edge in (top, bottom):
            assert has_upright(turned, Area(edge - 0.2, left, edge + 0.2, end))


@SHEETS
@pytest.mark.parametrize("last", [False, True])
def test_a_cross_has_ticks_up_to_five_mm_from_the_frame(sheet: Sheet, last: bool) -> None:
    page = image(printed(sheet), dpi=600)
    turned = page.transpose(Image.Transpose.TRANSPOSE)
    left, top = sheet.position(sheet.labels - 1 if last else 0)
    end, bottom = left + sheet.label_width, top + sheet.label_height
    across, down = (left + end) / 2, (top + bottom) / 2

    assert has_upright(page, Area(across - 0.1, top - 5, across + 0.1, bottom + 5))
    assert has_upright(turned, Area(down - 0.1, left + 0.1, down + 0.1, end - 0.1))
    for mm in range(-5, 6):
        assert has_tick(page, left + mm, down)
        assert has_tick(page, end + mm, down)
        assert has_tick(turned, top + mm, across)
        assert has_tick(turned, bottom + mm, across)
    assert not has_tick(page, left + 6, down)


@OFFSETS
def test_both_rulers_are_a_hundred_mm_long_with_a_tick_each_mm(right: float, down: float) -> None:
    page = image(printed(L7160, right, down), dpi=600)
    turned = page.transpose(Image.Transpose.TRANSPOSE)

    # The zeros lie at 6 and 251 mm, and at 20 and 133 mm.
    for mm in range(101):
        assert has_upright(page, Area(6 + mm - 0.06, 249.1, 6 + mm + 0.06, 251))
        assert has_upright(turned, Area(133 + mm - 0.06, 18.1, 133 + mm + 0.06, 20))


@pytest.mark.parametrize(("shorter", "count"), [(2.5, 21), (4, 11)])
def test_every_fifth_and_tenth_mm_has_a_longer_tick(shorter: float, count: int) -> None:
    page = image(printed(L7160), dpi=600)
    strip = Area(5.5, 251 - shorter - 0.1, 106.5, 251 - shorter)
    frames = {7.2, 70.7, 73.24}
    found = dark_runs(page, strip, dpi=600)
    ticks = [tick for tick in found if all(abs(tick - frame) > 0.2 for frame in frames)]
    assert len(ticks) == count


def test_the_page_says_how_it_is_used() -> None:
    text = " ".join(lines(printed(L7160)))
    for sentence in (
        "LeerID testblad L7160 · Basisschool De Zonnebloem (012345) · 24 augustus 2026, 14.05 uur",
        "Ingestelde verschuiving: 0 mm naar rechts, 0 mm naar beneden.",
        "1. Druk dit blad af op 100 %. Meet na: elke liniaal is precies 100 mm lang.",
        "2. Leg het op een leeg vel L7160 en houd ze samen tegen het licht.",
        "3. Liggen de kaders op de randen van de stickers? Dan klopt het. Elk streepje is 1 mm.",
        "4. Ligt het kader 1 mm te ver naar links? Vul dan 1 mm naar rechts in, en omgekeerd.",
        "5. Ligt het kader 1 mm te ver naar boven? Vul dan 1 mm naar beneden in, en omgekeerd.",
    ):
        assert sentence in text
    assert "Tel" not in text


@pytest.mark.parametrize(
    ("right", "down", "said"),
    [
        (0.5, 0, "0,5 mm naar rechts, 0 mm naar beneden."),
        (-2, -1.5, "2 mm naar links, 1,5 mm naar boven."),
        (0, 5, "0 mm naar rechts, 5 mm naar beneden."),
    ],
)
def test_the_offset_in_use_is_said_and_what_is_measured_goes_with_it(
    right: float, down: float, said: str
) -> None:
    text = " ".join(lines(printed(L7160, right, down)))
    assert f"Ingestelde verschuiving: {said} Tel wat je nu meet daarbij op." in text


@SHEETS
def test_the_notes_lie_inside_their_labels(sheet: Sheet) -> None:
    pdf = printed(sheet, school="")
    left, top = sheet.position(1)
    inside = Area(left + 3, top + 3, left + sheet.label_width - 3, top + sheet.label_height - 3)
    assert " ".join(read(pdf, inside)) == (
        "Ingestelde verschuiving: 0 mm naar rechts, 0 mm naar beneden."
    )


@SHEETS
@OFFSETS
def test_no_text_overlaps_or_is_too_small(sheet: Sheet, right: float, down: float) -> None:
    pdf = printed(sheet, right, down, school="Vrije Basisschool " * 12)
    assert overlapping(pdf) == []
    assert min(size for _, size, _ in texts(pdf)) >= 6


def test_the_page_is_one_black_page_at_its_own_size() -> None:
    pdf = printed(L7160)
    assert pages(pdf) == 1
    assert inks(pdf) == {(0, 0, 0)}
    assert images(pdf) == []
    assert b"/PrintScaling /None" in pdf
