"""What the words in a column of sexes mean: `V`, `meisje`, `female`."""

from collections.abc import Iterable, Mapping

_WORDS = {
    "M": ("m", "man", "mannelijk", "jongen", "male"),
    "V": ("v", "f", "vrouw", "vrouwelijk", "meisje", "female"),
    "X": ("x",),
}
SEXES = {word: sex for sex, words in _WORDS.items() for word in words}
# `J` and `M` for jongen and meisje.
BOY_OR_GIRL = {"j": "M", "m": "V"}


def as_word(cell: str) -> str:
    """Return a cell as it is compared: `M.` and `m` are one word."""
    return cell.casefold().strip(" .")


def words_of(column: Iterable[str]) -> Mapping[str, str]:
    """Return the sex by the words of a column, in lower case: {"meisje": "V"}.

    A word that is not there means nothing that we know. Where there are boys as `J`, an `M` is a
    girl; unless there is a `V` too, since then it may be either.
    """
    words = set(map(as_word, column))
    if "j" not in words:
        return SEXES
    if "m" not in words:
        return SEXES | {"j": "M"}
    if words & {"v", "f"}:
        return {word: sex for word, sex in SEXES.items() if word != "m"}
    return SEXES | BOY_OR_GIRL
