"""Cards in print order, letters that the faces lack, and names that get shorter."""

import re
from dataclasses import replace

import pytest
from anyascii import anyascii

from credentials.print_order import in_print_order
from credentials.rendering.cards import Card
from credentials.rendering.fonts import BOLD, CODE, printable, spelled_in_full

from .samples import ABDULGHANI, LONGEST, LONGEST_PICTURES, SUHEDA, job


def test_a_card_in_a_traceback_does_not_tell_its_password() -> None:
    assert repr(SUHEDA) == "Card('70246')"
    assert SUHEDA.password not in repr(job(SUHEDA))


@pytest.mark.parametrize(
    ("card", "code", "query"),
    [
        (SUHEDA, "k3Jx-0aQ_w7ZtYbN", "?k=k3Jx-0aQ_w7ZtYbN"),
        (ABDULGHANI, "k3Jx-0aQ_w7ZtYbN", "?k=k3Jx-0aQ_w7ZtYbN&wijze=afbeeldingen"),
        (SUHEDA, "", ""),
        (ABDULGHANI, "", "?wijze=afbeeldingen"),
    ],
)
def test_the_qr_code_is_the_url_with_the_code_and_the_grid(
    card: Card, code: str, query: str
) -> None:
    assert replace(card, code=code).scanned_url == card.sign_in_url + query


@pytest.mark.parametrize("card", [LONGEST, LONGEST_PICTURES])
def test_the_smallest_qr_code_keeps_its_modules_large(card: Card) -> None:
    """From 0.33 mm, as on L7163, a module is read off worn paper with any phone."""
    width = re.match(r"BI /W (\d+) ", card.qr)
    assert width
    assert 21.5 / int(width[1]) >= 0.33


def test_print_order_is_class_then_group_then_last_and_first_name() -> None:
    first = replace(SUHEDA, class_code="1A", administrative_group="b", last_name="Z")
    second = replace(SUHEDA, class_code="1A", administrative_group="c", last_name="A")
    third = replace(second, last_name="B", first_name="A")
    fourth = replace(second, last_name="B", first_name="B")
    assert in_print_order([fourth, third, second, first]) == [first, second, third, fourth]


def test_classes_are_ordered_by_their_number() -> None:
    classes = [replace(SUHEDA, class_code=code) for code in ("10A", "2B", "1C", "2A")]
    assert [card.class_code for card in in_print_order(classes)] == ["1C", "2A", "2B", "10A"]


def test_names_are_ordered_without_accents_and_capitals() -> None:
    names = ["Östman", "de Smet", "Łuczak", "Devos", "Ozcan"]
    cards = [replace(SUHEDA, last_name=name) for name in names]
    assert [card.last_name for card in in_print_order(cards)] == [
        "de Smet",
        "Devos",
        "Łuczak",
        "Östman",
        "Ozcan",
    ]


@pytest.mark.parametrize("name", ["Süheda", "Łucja", "Nguyễn Thị Ánh", "Ελένη", "Дмитрий", "Đorđe"])
def test_latin_greek_and_cyrillic_names_are_printed_as_they_are(name: str) -> None:
    assert printable(name, BOLD) == name
    assert spelled_in_full(f"{name} Carabin")


@pytest.mark.parametrize("name", ["محمد", "王小明", "さくら", "शिव", "დავით", "An\ue0f0"])
def test_names_in_other_scripts_are_printed_folded_and_reported(name: str) -> None:
    card = replace(SUHEDA, first_name=name)
    assert printable(name, BOLD) == anyascii(name)
    assert not spelled_in_full(card.full_name)


def test_only_the_letters_that_are_lacking_are_folded() -> None:
    assert printable("Zoë 😀", BOLD) == "Zoë :grinning:"


def test_a_loose_accent_becomes_part_of_its_letter_or_goes() -> None:
    assert printable("Zoe\u0308", BOLD) == "Zoë"
    assert printable("q\u0308y", BOLD) == "qy"


def test_controls_and_invisible_characters_are_not_printed() -> None:
    assert printable("An\x00na\u200b\u202e\n de\tVos\ud800", BOLD) == "Anna de Vos"


def test_a_password_is_never_respelled() -> None:
    assert printable("a  B%\\(2)", CODE) == "a  B%\\(2)"


def test_in_the_face_of_passwords_look_alikes_differ() -> None:
    glyphs = CODE.font.face.charToGlyph
    assert len({glyphs[ord(letter)] for letter in "lI1|O0o"}) == 7


@pytest.mark.parametrize(
    ("first_name", "shorter"),
    [
        ("Maximiliaan", ["Maximiliaan Carabin", "M. Carabin"]),
        ("Anna Maria-Luisa Zoë", ["Anna M.-L. Z. Carabin", "A. M.-L. Z. Carabin"]),
        ("E\u0301lodie", ["E\u0301lodie Carabin", "É. Carabin"]),
    ],
)
def test_a_name_gets_shorter_from_its_last_given_name_on(
    first_name: str, shorter: list[str]
) -> None:
    card = replace(SUHEDA, first_name=first_name)
    names = [named.printed_name for named in card.with_shorter_names()]
    assert names == [card.full_name, *shorter, "suheda.carabin", "suheda.carabin"]


def test_an_official_name_has_no_initials() -> None:
    card = replace(SUHEDA, first_name="محمد", official_name="Mohammed Carabin")
    names = [named.printed_name for named in card.with_shorter_names()]
    assert names == ["Mohammed Carabin", "suheda.carabin", "suheda.carabin"]


def test_the_class_goes_last_and_nothing_else_does() -> None:
    *others, last = SUHEDA.with_shorter_names()
    assert {card.class_code for card in others} == {"4A"}
    assert last.class_code == ""
    assert {(card.username, card.password) for card in [*others, last]} == {
        (SUHEDA.username, SUHEDA.password)
    }
