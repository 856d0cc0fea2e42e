"""New passwords (R7): words, temporary passwords, pictures and the material they are drawn from."""

import random
import re
import secrets
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.pictures import GRID, Picture, canonical, from_canonical, names
from credentials import passwords
from credentials.passwords import (
    blocklist,
    picture_password,
    temporary_password,
    word_password,
    words,
)

SAMPLES = 2000

four_different = st.permutations(GRID).map(lambda grid: tuple(grid[:4]))


def samples(draw: Callable[[], str]) -> list[str]:
    return [draw() for _ in range(SAMPLES)]


def plant(monkeypatch: pytest.MonkeyPatch, text: str) -> Iterator[str]:
    """Let `secrets.choice` deal the characters of the text; return those that are left."""
    characters = iter(text)
    monkeypatch.setattr(secrets, "choice", lambda _: next(characters))
    return characters


# Word passwords


def test_word_password_is_a_known_word_and_three_digits_from_2_to_9() -> None:
    for password in samples(word_password):
        assert re.fullmatch("[2-9]*[a-z]{3,4}[2-9]*", password)
        assert len(re.findall("[2-9]", password)) == 3
        assert re.sub("[2-9]", "", password) in words()


def test_word_stands_before_between_and_after_the_digits() -> None:
    shapes = {re.sub("[a-z]+", "w", re.sub("[2-9]", "9", text)) for text in samples(word_password)}
    assert shapes == {"w999", "9w99", "99w9", "999w"}


def test_word_password_uses_every_digit_from_2_to_9() -> None:
    assert set(re.findall(r"\d", "".join(samples(word_password)))) == set("23456789")


def test_word_password_has_the_form_of_the_manual_when_secrets_deals_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dealt = iter(["2", "9", "9", "ban"])
    monkeypatch.setattr(secrets, "choice", lambda _: next(dealt))
    monkeypatch.setattr(secrets, "randbelow", lambda below: below - 2)
    assert word_password() == "29ban9"


# Temporary passwords


def test_temporary_password_has_8_characters_with_lower_upper_and_digit() -> None:
    for password in samples(temporary_password):
        assert re.fullmatch("[A-Za-z0-9]{8}", password)
        for kind in ("[a-z]", "[A-Z]", "[0-9]"):
            assert re.search(kind, password)


def test_temporary_password_never_holds_a_confusable_character() -> None:
    assert not set("".join(samples(temporary_password))) & set("0Oo1IlCSVWXZijJq5f")


def test_temporary_password_uses_all_other_letters_and_digits() -> None:
    lower, upper, digits = "abcdeghkmnprstuvwxyz", "ABDEFGHKLMNPQRTUY", "2346789"
    assert set("".join(samples(temporary_password))) == set(lower + upper + digits)
    assert len(lower + upper + digits) == 44


def test_temporary_password_never_holds_an_entry_of_the_blocklist() -> None:
    blocked = re.compile("|".join(blocklist()), re.IGNORECASE)
    assert not [password for password in samples(temporary_password) if blocked.search(password)]


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param("ab2kUt9D", id="blocked-in-mixed-case"),
        pytest.param("sex2Bcd7", id="blocked-at-the-start"),
        pytest.param("2Ba7dsex", id="blocked-at-the-end"),
        pytest.param("abcd2346", id="no-upper-case"),
        pytest.param("ABDE2346", id="no-lower-case"),
        pytest.param("abcdEFGH", id="no-digit"),
    ],
)
def test_temporary_password_that_breaks_r7_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    left = plant(monkeypatch, refused + "bcDF23gh" + "unused")
    assert temporary_password() == "bcDF23gh"
    assert "".join(left) == "unused"


# Picture passwords


def test_picture_password_is_four_different_pictures_of_the_grid() -> None:
    for _ in range(SAMPLES):
        password = picture_password()
        assert len(password) == 4
        assert len(set(password)) == 4
        assert set(password) <= set(GRID)


def test_every_picture_comes_in_every_position() -> None:
    drawn = [picture_password() for _ in range(SAMPLES)]
    for position in range(4):
        assert {password[position] for password in drawn} == set(GRID)


def test_pictures_are_drawn_with_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "SystemRandom", lambda: random.Random(7))
    expected = tuple(random.Random(7).sample(GRID, 4))
    assert picture_password() == picture_password() == expected


# The words and the blocklist


def test_every_word_has_three_or_four_letters() -> None:
    assert [word for word in words() if not re.fullmatch("[a-z]{3,4}", word)] == []


def test_words_are_sorted_and_given_once() -> None:
    assert all(first < second for first, second in pairwise(words()))


def test_there_are_enough_words_of_each_length() -> None:
    lengths = [len(word) for word in words()]
    assert len(lengths) >= 400
    assert min(lengths.count(3), lengths.count(4)) >= 100


def test_no_word_is_on_the_blocklist() -> None:
    assert not set(words()) & set(blocklist())


def test_words_are_things_that_a_child_can_picture() -> None:
    assert {"tent", "vis", "boom", "egel", "kast"} <= set(words())
    assert not {"ban", "zal", "niks", "data", "heen", "meen", "ook", "slim"} & set(words())


def test_words_are_the_ones_judged_by_hand() -> None:
    lines = (passwords.MATERIAL / "kept.txt").read_text(encoding="ascii").splitlines()
    kept = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert sorted(kept) == list(words())


def test_blocklist_entries_have_three_letters_or_more_and_are_sorted() -> None:
    assert [entry for entry in blocklist() if not re.fullmatch("[a-z]{3,}", entry)] == []
    assert all(first < second for first, second in pairwise(blocklist()))


def test_blocklist_knows_dutch_french_english_and_german_words_and_our_own() -> None:
    assert {"kut", "merde", "shit", "arsch", "kanker"} <= set(blocklist())


# The grid


def test_grid_order_never_changes() -> None:
    assert [picture.slug for picture in GRID] == [
        *("vis", "boom", "huis", "fiets"),
        *("bal", "schaar", "hoed", "eend"),
        *("stoel", "auto", "ladder", "sleutel"),
        *("paraplu", "bril", "hart", "laars"),
    ]


def test_pictures_have_plain_slugs_and_distinct_names() -> None:
    assert all(re.fullmatch("[a-z]+", picture.slug) for picture in GRID)
    assert len({picture.slug for picture in GRID}) == 16
    assert len({picture.name for picture in GRID}) == 16


# The text of a picture password


@given(four_different)
def test_canonical_text_reads_back_as_the_same_pictures(pictures: tuple[Picture, ...]) -> None:
    assert from_canonical(canonical(pictures)) == pictures


def test_canonical_text_and_names_keep_the_order() -> None:
    pictures = from_canonical("laars-vis-hart-boom")
    assert canonical(pictures) == "laars-vis-hart-boom"
    assert names(pictures) == "laars - vis - hart - boom"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vis",
        "vis-boom-huis",
        "vis-boom-huis-bal-auto",
        "vis-boom-huis-vis",
        "vis-boom-huis-draak",
        "vis-boom-huis-",
        "Vis-boom-huis-bal",
        " vis-boom-huis-bal",
        "vis - boom - huis - bal",
    ],
)
def test_anything_else_than_four_different_pictures_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="picture"):
        from_canonical(text)


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(ValueError, match="grid") as refusal:
        from_canonical("vis-boom-huis-draak")
    assert "huis" not in str(refusal.value)
