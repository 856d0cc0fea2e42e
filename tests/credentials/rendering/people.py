"""Whose cards the paper must hold: made-up lists of a Flemish school, and names out to break it.

Both are the same at every run.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice, product

from accounts import usernames
from accounts.pictures import GRID
from credentials.passwords import TEMPORARY_CHARACTERS, words
from credentials.rendering.cards import Card

from .samples import ABDULGHANI, AURELIAN, BASE, SUHEDA

FIRST_NAMES = [
    *["Emma", "Louise", "Olivia", "Mila", "Noor", "Juliette", "Ella", "Süheda", "Amina"],
    *["Fien", "Zoë", "Renée", "Inès", "Łucja", "Anaïs", "Marie-Claire", "Anne-Sophie"],
    *["Jean-Baptiste", "Pieter-Alexander", "Maximiliaan", "Christophe", "Abdulghani"],
    *["Mohamed-Amine", "Aurelian", "Jef", "Jan", "Liam", "Noah", "Arthur", "Lowie", "Björn"],
    *["Ömer", "Đorđe", "Butrint", "Ardalan", "Emmanuel-Théodore", "Ann", "Bo", "Yağmur"],
    *["Oleksandra", "Alexandra-Victoria", "Fatima-Zahra", "Guillaume", "Kobe"],
]
LAST_NAMES = [
    *["Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens"],
    *["Wouters", "De Smet", "De Clercq", "Van den Broeck", "Vandenberghe", "Van de Velde"],
    *["Vanoverstraeten", "Van Hooydonck", "Vandecasteele", "Van der Auwera", "Verschueren"],
    *["Van Nieuwenhuyse", "De Schuyteneer", "Vandenbroucke", "Van Overstraeten", "Delacroix"],
    *["El Khattabi", "El Idrissi", "Ben Abdellah", "Yılmaz", "Öztürk", "Kowalczyk", "Nguyễn"],
    *["Dvořák", "O'Neill", "D'Hondt", "'t Jampens", "Van 't Hof", "Al-Hashimi", "Oyewolé"],
    *["Xi", "Fernandes da Silva", "van den Abeele de Crombrugghe", "de Limburg Stirum"],
    *["Rodríguez Fernández", "Papadopoulou"],
]
# Class -> administrative group.
CLASSES = {
    "1A": "1ste leerjaar",
    "2B": "2de leerjaar",
    "4A": "4de leerjaar",
    "6B": "6de leerjaar",
    "1LA": "1e lj 1e gr A-stroom",
    "2ME": "2e lj 1e gr Mechanica-elektriciteit",
    "4WE": "2e lj 2e gr Wetenschappen ASO",
    "5STW": "1e lj 3e gr Sociale en techn. wet. TSO",
    "5ECWIa": "1e lj 3e gr Economie-wiskunde",
    "6EIT": "2e lj 3e gr Elektri.installatietechn.TSO",
    "6LWEI": "2e lj 3e gr Latijn-wetenschappen D-finaliteit",
    "7ZDT2": "3e lj 3e gr Zorgkundige/thuis- en bejaardenzorg BSO (duaal)",
    "OKAN-1": "Onthaalklas voor anderstalige nieuwkomers",
}
KINDS = [SUHEDA, AURELIAN, ABDULGHANI]


def real_cards(count: int) -> list[Card]:
    """The cards of a school of so many pupils, with names and classes as schools have them."""
    drawn = random.Random(2026)
    taken: set[str] = set()
    return [_real_card(drawn, kind, taken) for kind in islice(cycle(KINDS), count)]


def _real_card(drawn: random.Random, kind: Card, taken: set[str]) -> Card:
    first_name, last_name = drawn.choice(FIRST_NAMES), drawn.choice(LAST_NAMES)
    # One in fifteen has the names of both parents, one in ten a second given name.
    if drawn.random() < 1 / 15:
        last_name = f"{last_name}-{drawn.choice(LAST_NAMES)}"
    if drawn.random() < 1 / 10:
        first_name = f"{first_name} {drawn.choice(FIRST_NAMES)}"

    class_code, group = drawn.choice(list(CLASSES.items()))
    username = _free(usernames.from_name(first_name, last_name), taken)
    return _with_password(
        drawn,
        replace(
            kind,
            first_name=first_name,
            last_name=last_name,
            class_code=class_code,
            administrative_group=group,
            username=username,
            sign_in_url=BASE + username,
        ),
    )


def _free(username: str, taken: set[str]) -> str:
    number = 0
    free = username
    while free in taken:
        number += 1
        free = f"{username}{number}"
    taken.add(free)
    return free


def _with_password(drawn: random.Random, card: Card) -> Card:
    """The card with a password of its kind."""
    if card.pictures:
        pictures = tuple(drawn.sample(GRID, 4))
        names = " - ".join(picture.name for picture in pictures)
        return replace(card, pictures=pictures, password=names)
    if card.temporary:
        return replace(card, password="".join(drawn.choices(TEMPORARY_CHARACTERS, k=8)))

    digits = "".join(drawn.choices("23456789", k=3))
    place = drawn.randrange(4)
    return replace(card, password=digits[:place] + drawn.choice(words()) + digits[place:])


LETTERS = [
    *["a", "W", "m", "i", "J", "f", "Î", "ß", "Ж", "Ω", "Ấ", "Ợ", "ĳ", "ﬁ", "đ", "Ø"],
    *[
        "م",
        "ש",
        "田",
        "さ",
        "한",
        "ก",
        "অ",
        "ა",
        "Ա",
        "አ",
        "ⵣ",
        "Ꭰ",
        "😀",
        "\U0001f468\u200d\U0001f9b0",
    ],
    *["e\u0301", "S\u0323", "x\u0308\u0301", "\u0301", "\ue0f0", "\u202ea", "\u200ba", "\x07a"],
    *["\u00ada", "\ufeffb", "1", "'", "-", ".", "(", "\\", "<b>", "&amp;", "%s", "ÿ", "\U00010400"],
]
# How such a sign is repeated in first and last name.
SHAPES = [
    ("{0}", "{0}"),
    ("{0}", ""),
    ("", "{0}{0}{0}"),
    ("{0}nna", "Peeter{0}"),
    ("Jean-{0} {0}", "Van den {0}-{0}"),
    ("{5}", "{30}"),
    ("{30}", "{60}"),
    ("{200}", "{200}"),
    ("{words}", "{words}"),
    ("{5} {5} {5}", "{5}-{5} {5}-{5} {5}-{5}"),
]
NAMES = [
    ("Jan", "Peeters"),
    ("jef", "ffjJf"),
    ("Îf", "Ĵf"),
    ("NULL", "NaN"),
    ('O\'Neill "Bo"', "D'Hondt-'t Jampens"),
    ("<script>alert(1)</script>", "Robert'); DROP TABLE"),
    ("=1+1", "@SUM(A1)"),
    ("12345", "67890"),
    ("Nguyễn Thị Ánh Tuyết", "Đặng Trần Lê"),
    ("(cid:3)", "BT /F1 12 Tf ET"),
    (
        "Wolfeschlegelsteinhausenbergerdorff",
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    ),
    ("Adolph Blaine Charles David Earl Frederick", "Gerald Hubert Irvin John Kenneth Lloyd Martin"),
]
USERNAMES = [
    *["bo1", "jan.peeters", "juliette.vanoverstraeten-delacroix", "w" * 64, "i" * 64],
    *["a" * 31 + "." + "b" * 32, "ab.cd-" * 10 + "abcd", "maximiliaan-alexander.de-schuyteneer-2"],
    *["m" * 14 + "." + "w" * 13 + "." + "m" * 14 + "." + "w" * 13, "0" * 26],
]
CLASS_CODES = ["4A", "6EIT", "6STWE-duaal", "", "Klas van juf Katrien", "w" * 20]
GROUPS = [
    "4de leerjaar",
    "",
    "2e lj 3e gr Sociale en technische wetenschappen TSO (duaal)",
    "g" * 200,
]


def hostile_cards(count: int) -> list[Card]:
    """The worst that a name, username or class can be; a small number of them is a sample."""
    drawn = random.Random(500)
    varied = zip(hostile_names(), cycle(USERNAMES), cycle(CLASS_CODES), cycle(GROUPS), strict=False)
    cards = [
        _with_password(
            drawn,
            replace(
                kind,
                first_name=first_name[:200],
                last_name=last_name[:200],
                username=username,
                sign_in_url=BASE + username,
                class_code=class_code,
                administrative_group=group,
            ),
        )
        for kind, ((first_name, last_name), username, class_code, group) in zip(
            cycle(KINDS), varied, strict=False
        )
    ]
    drawn.shuffle(cards)
    return cards[:count]


def hostile_names() -> Iterator[tuple[str, str]]:
    """First and last names: of each sign in each shape, and some by themselves."""
    yield from NAMES
    for letter, (first_name, last_name) in product(LETTERS, SHAPES):
        yield _shaped(first_name, letter), _shaped(last_name, letter)


def _shaped(shape: str, letter: str) -> str:
    shaped = shape.replace("{0}", letter).replace("{words}", f"{letter * 4} " * 40)
    for times in (5, 30, 60, 200):
        shaped = shaped.replace(f"{{{times}}}", letter * times)
    return shaped
