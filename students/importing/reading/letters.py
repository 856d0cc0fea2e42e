"""How well the letters of a text fit in names, the more the better. Loads no Django."""

import re

# Each character becomes one that tells its kind. A letter becomes a letter, in upper or lower case
# as it was: a vowel of ASCII `a`, its H `h`, its other letters `b`; of the others those of names in
# Western Europe `m`, `n` or `o`, the more usual first, one with a trema `r`, one that is in doubt
# `q`, any other Latin one `p`. Neither Latin nor of names: `s`, which are Icelandic or none at all;
# of other scripts: `x`. Blanks and all else of ASCII are a blank. An apostrophe is `'`, a quotation
# mark before or behind a word `(` or `)`, the mark that may be either `<`; any other sign `#`.
_CHARACTERS = {
    "a": "aeiouy",
    "A": "AEIOUY",
    "h": "h",
    "b": "bcdfgjklmnpqrstvwxz",
    "B": "BCDFGHJKLMNPQRSTVWXZ",
    "m": "éèöüçšž",
    "M": "ÉÖÜÇ",
    "n": "áàâäåæêîíñóôøúû",
    "N": "ÁÄÅÑÔØŠŽ",
    "o": "ã",
    "O": "ÂÃÊÈÍÎÓÚ",
    "r": "ëï",
    "R": "ËÏ",
    "q": "œ",
    "Q": "ŒÕ",
    "s": "ƒªºµþðÞÐ",
    "'": "\u2019\u00b4",
    "<": "\u2018",
    "(": "\u2039“„«¿¡",
    ")": "\u203a”»…°",
}
_LATIN = re.compile("[\x80-\u036f\u1e00-\u1eff]")

FLAW = -3
# How well each place with a character that is not ASCII fits: the first pattern that is found there
# counts, and a place without one counts 0. A flaw is a letter or sign where no name has it.
_FITS = (
    # Signs: an apostrophe as in D'Hondt and D'haene, in Sa'id, which might hold a letter that was
    # read wrongly, and in N'diaye; another inside a word, or on the wrong side of it.
    (6, r"(?<=\w)['<](?=[A-Zh])"),
    (-1, r"(?<=\w)['<](?=a)"),
    (0, r"(?<=\b\w)['<](?=\w)"),
    (FLAW, r"(?<=\w)['<()#](?=\w)|(?<=\w)[<(#]|[)#](?=\w)"),
    # Letters that are strange here, and letters of other scripts inside a Latin word.
    (-1, r"s"),
    (FLAW, r"(?<=[abhAB])x|x(?=[abhAB])"),
    # A capital behind a small letter, or the second of a word in small letters; a small letter
    # between a small one and a capital. `ANDRé` is fine: some keyboards have no É.
    (FLAW, r"(?<=[a-z])[M-R]|(?<=\w)[M-R](?=[a-z])|(?<=[a-z])[m-r](?=[A-Z])"),
    (0, r"[m-r](?=[A-Z])|(?<=[A-Z][A-Z])[m-r]"),
    # A small letter that begins a word.
    (1, r"\b[m-r]"),
    # The others, as usual as they are; a trema behind a vowel only.
    (0, r"(?<!a)r|(?<![aA])R"),
    (4, r"[mrMR]"),
    (3, r"[nN]"),
    (2, r"[oO]"),
    (1, r"[pP]"),
)
_PLACES = re.compile("|".join(f"({pattern})" for _, pattern in _FITS))
_FIT_OF_GROUP = (0, *(fit for fit, _ in _FITS))


# No figures, among them those that an encoding has beside its letters.
_NAME = re.compile(r"(?=.*[^\W\d_])[^\d²³¹¼½¾]+")


def fit(text: str) -> int:
    """Return how much the letters that are not ASCII look like those of names.

    Less than 0: some stand where no name has them; FLAW for one of these.
    """
    total = 0
    for place in _PLACES.finditer(text.translate(_KINDS)):
        total += _FIT_OF_GROUP[place.lastindex or 0]
    return total


def is_name(word: str) -> bool:
    """Return whether the word has letters and no figures."""
    return _NAME.fullmatch(word) is not None


class _Kinds(dict[int, str]):
    """The kind of each character by its number, as `str.translate` takes them."""

    def __init__(self) -> None:
        super().__init__()
        for kind, characters in _CHARACTERS.items():
            self.update(dict.fromkeys(map(ord, characters), kind))

    def __missing__(self, number: int) -> str:
        """Return, and keep, the kind of a character that is in no list above."""
        character = chr(number)
        kind = "p"
        if character.isascii() or character.isspace():
            kind = " "
        elif not character.isalpha():
            kind = "#"
        elif not _LATIN.match(character):
            kind = "x"
        elif character.isupper():
            kind = "P"

        self[number] = kind
        return kind


_KINDS = _Kinds()
