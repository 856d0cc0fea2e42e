"""New passwords of the three kinds, drawn with `secrets`, and the way they are shown (R7).

The words and the blocklist lie beside this file in `material/`, with their sources in
`LICENCES.md`; each is read once per process.
"""

import secrets
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from accounts import pictures
from accounts.models import Kind, PasswordKind
from accounts.pictures import GRID, PASSWORD_LENGTH, Picture

MATERIAL = Path(__file__).parent / "material"

# The kinds that an account of each type may have, the usual one first.
KINDS = {
    Kind.BASIC: [PasswordKind.WORD, PasswordKind.PICTURES],
    Kind.ADVANCED: [PasswordKind.ADVANCED],
}
# The kinds as they are called within a sentence; PasswordKind has their labels.
NAMES = {
    PasswordKind.WORD: "basiswachtwoord",
    PasswordKind.PICTURES: "afbeeldingswachtwoord",
    PasswordKind.ADVANCED: "gevorderd wachtwoord",
}

WORD_DIGITS = "23456789"
DIGITS_PER_WORD = 3

# Two groups that readers take for one another: those that look alike, and those that a copy or a
# child confuses most (docs/decisions/0049).
CONFUSABLE = set("0Oo1Il" + "CSVWXZ" + "ijJq5f")
TEMPORARY_CHARACTERS = "".join(
    character for character in string.ascii_letters + string.digits if character not in CONFUSABLE
)
TEMPORARY_LENGTH = 8
# A temporary password has at least one of each.
REQUIRED = (set(string.ascii_lowercase), set(string.ascii_uppercase), set(string.digits))


def generate(kind: PasswordKind | str) -> str:
    """Return a new password of this kind, in the form that is hashed and sealed (R7).

    A picture password takes the canonical form of `accounts.pictures`, the others stay as drawn.
    """
    match PasswordKind(kind):
        case PasswordKind.WORD:
            return word_password()
        case PasswordKind.PICTURES:
            return pictures.canonical(picture_password())
        case PasswordKind.ADVANCED:
            return temporary_password()


@dataclass(frozen=True)
class Shown:
    """A password as it is shown and printed: a picture password also as its pictures."""

    text: str
    label: str
    pictures: tuple[Picture, ...] = ()


def shown(kind: PasswordKind | str, password: str) -> Shown:
    """Return a generated password as people see it.

    Raises ValueError where a picture password is not in the form that `generate` gives.
    """
    label = f"nieuw {NAMES[PasswordKind(kind)]}"

    if kind == PasswordKind.PICTURES:
        chosen = pictures.from_canonical(password)
        return Shown(
            text=pictures.names(chosen),
            label=label,
            pictures=chosen,
        )

    return Shown(text=password, label=label)


def word_password() -> str:
    """Draw a word of 3 or 4 letters with three digits 2-9 around it: `29ban9`, `zal659` (R7).

    All lower case. The word comes before, between or after the digits, each of the four places
    equally likely. With 440 words this allows 440 x 8^3 x 4, some 0.9 million (20 bits): enough
    only because wrong guesses at sign-in are slowed.
    """
    digits = "".join(secrets.choice(WORD_DIGITS) for _ in range(DIGITS_PER_WORD))
    place = secrets.randbelow(DIGITS_PER_WORD + 1)
    word = secrets.choice(words())

    return digits[:place] + word + digits[place:]


def picture_password() -> tuple[Picture, ...]:
    """Draw 4 different pictures of the grid, in an order (R7).

    The order is part of the password. This allows 16 x 15 x 14 x 13 = 43,680 (15 bits): enough
    only because wrong guesses at sign-in are slowed.
    """
    return tuple(secrets.SystemRandom().sample(GRID, PASSWORD_LENGTH))


def temporary_password() -> str:
    """Draw 8 characters with a lower case letter, an upper case letter and a digit (R7).

    None of `0 O o 1 I l`, and no entry of the blocklist inside in any case. Candidates that break
    this are drawn again, so all that remain are equally likely: about 1.3e13 (44 bits).
    """
    while True:
        candidate = "".join(secrets.choice(TEMPORARY_CHARACTERS) for _ in range(TEMPORARY_LENGTH))
        if _is_fit(candidate):
            return candidate


def _is_fit(candidate: str) -> bool:
    """Whether a temporary password has a character of each set and no entry of the blocklist."""
    for required in REQUIRED:
        if not required.intersection(candidate):
            return False

    lowered = candidate.lower()
    return not any(entry in lowered for entry in blocklist())


@cache
def words() -> tuple[str, ...]:
    """Return the words fit for children, a-z in lower case, 3 or 4 letters each, sorted (R7)."""
    return _lines("words.txt")


@cache
def blocklist() -> tuple[str, ...]:
    """Return what no temporary password may hold, a-z in lower case, 3 letters or more (R7)."""
    return _lines("blocklist.txt")


def _lines(name: str) -> tuple[str, ...]:
    return tuple((MATERIAL / name).read_text(encoding="ascii").split())
