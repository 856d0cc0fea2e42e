"""Texts in their boxes: as large as they can be, wrapped before they get small, never cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.rendering.fitting import Box, fit, height_of, lines_at
from credentials.rendering.fonts import BOLD, CODE, REGULAR, Face, printable

FACES = [REGULAR, BOLD, CODE]
NAME = "Süheda Carabin"


def on_one_line(text: str, face: Face, size: float) -> float:
    """The width in pt that a text needs to stay on one line at this size."""
    return face.ink_width(text) * size + 0.001


def test_a_text_that_fits_keeps_its_size() -> None:
    setting = fit(NAME, BOLD, 12, Box(0, 100, 200, 20))
    assert (setting.lines, setting.size) == ((NAME,), 12)


def test_a_text_wraps_before_it_gets_smaller() -> None:
    box = Box(0, 100, on_one_line(NAME, BOLD, 11), 40)
    setting = fit(NAME, BOLD, 12, box)
    assert (setting.lines, setting.size) == (("Süheda", "Carabin"), 12)


def test_a_text_stays_on_one_line_where_two_would_be_smaller() -> None:
    height_for_two_lines_of_nine = height_of(("", ""), BOLD, 9)
    box = Box(0, 100, on_one_line(NAME, BOLD, 11), height_for_two_lines_of_nine)
    setting = fit(NAME, BOLD, 12, box)
    assert setting.lines == (NAME,)
    assert setting.size == pytest.approx(11, abs=0.01)


@pytest.mark.parametrize(
    ("text", "face", "lines"),
    [
        ("Juliette Vanoverstraeten-Delacroix", BOLD, ("Juliette Vanoverstraeten-", "Delacroix")),
        # A username or a URL goes on with its dot or hyphen on the next line.
        (
            "juliette.vanoverstraeten-delacroix",
            CODE,
            ("juliette.vanoverstraeten", "-delacroix"),
        ),
    ],
)
def test_a_text_goes_on_two_lines_rather_than_under_six_points(
    text: str, face: Face, lines: tuple[str, str]
) -> None:
    box = Box(0, 100, on_one_line(text, face, 5.9), height_of(("", ""), face, 6.2))
    setting = fit(text, face, 9, box)
    assert setting.lines == lines
    assert setting.size == pytest.approx(6.2, abs=0.01)
    assert setting.whole


@pytest.mark.parametrize("text", ["Wolfeschlegelsteinhausen Bo", "wolfeschlegelsteinhausen.bo"])
def test_a_word_is_broken_where_it_would_not_fit_in_six_points(text: str) -> None:
    widest = on_one_line("Wolfeschlegelsteinhausen", CODE, 4)
    setting = fit(text, CODE, 9, Box(0, 100, widest, 40))
    assert setting.fits
    assert not setting.whole
    assert setting.size > 6
    assert "".join(setting.lines).replace(" ", "") == text.replace(" ", "")


def test_a_broken_username_ends_no_line_on_a_hyphen() -> None:
    setting = fit("abcdefg-abcdefg", CODE, 6, Box(0, 100, on_one_line("abcd", CODE, 6), 200))
    assert setting.lines == ("abcd", "efg", "-abc", "defg")


def test_a_text_for_which_there_is_no_room_says_so_and_is_set_in_six_points() -> None:
    setting = fit(NAME * 20, BOLD, 12, Box(0, 100, 40, 20))
    assert not setting.fits
    assert not setting.whole
    assert setting.size == 6
    assert "".join("".join(setting.lines).split()) == "".join((NAME * 20).split())


def test_a_line_has_room_for_what_its_ends_stick_out() -> None:
    text = "Jf Jf"
    setting = fit(text, BOLD, 20, Box(0, 100, BOLD.ink_width("Jf") * 20, 100))
    assert setting.lines == ("Jf", "Jf")
    assert setting.size == 20


def test_lines_at_a_size_are_of_whole_words_where_that_takes_no_more_of_them() -> None:
    width = on_one_line("deschuyteneer", CODE, 6)
    assert lines_at("maxim.deschuyteneer", CODE, 6, width) == ("maxim.deschuy", "teneer")
    assert lines_at("maximi.deschuytenee", CODE, 6, width) == ("maximi", ".deschuytenee")


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=150),
    st.sampled_from(FACES),
    st.floats(20, 300),
    st.floats(9, 100),
)
def test_whatever_the_text_all_of_it_is_set_and_fits_where_it_says_so(
    text: str, face: Face, width: float, height: float
) -> None:
    shown = printable(text, face)
    setting = fit(shown, face, 14, Box(0, 0, width, height))
    assert "".join("".join(setting.lines).split()) == "".join(shown.split())
    assert 6 <= setting.size <= 14
    if setting.fits:
        assert height_of(setting.lines, face, setting.size) <= height + 0.001
        assert max(map(face.ink_width, setting.lines)) * setting.size <= width + 0.001


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=150),
    st.sampled_from(FACES),
    st.sampled_from([6, 7.5, 9]),
    st.floats(20, 300),
)
def test_a_text_fits_in_the_height_of_its_lines(
    text: str, face: Face, size: float, width: float
) -> None:
    shown = printable(text, face)
    lines = lines_at(shown, face, size, width)
    assert fit(shown, face, size, Box(0, 0, width, height_of(lines, face, size))).fits
