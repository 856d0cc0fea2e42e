"""New passwords of the three kinds, drawn with `secrets` (R7), and how they are shown.

The words and the blocklist lie beside this file in `material/`, where `LICENCES.md` says whence
they come; each is read once per process.
"""

import secrets
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from accounts import pictures
from accounts.models import PasswordKind
from accounts.pictures import GRID, PASSWORD_LENGTH, Picture

MATERIAL = Path(__file__).parent / "material"

WORD_DIGITS = "23456789"
DIGITS_PER_WORD = 3

CONFUSABLE = "0Oo1Il"
TEMPORARY_CHARACTERS = "".join(
    character for character in string.ascii_letters + string.digits if character not in CONFUSABLE
)
TEMPORARY_LENGTH = 8


def word_password() -> str:
    """Draw a word of 3 or 4 letters with three digits 2-9 around it: `29ban9`, `zal659` (R7).

    All lower case. The word stands before, between or after the digits, each of the four places
    equally likely. With about 980 words this allows 980 x 8^3 x 4, some 2.0 million (21 bits):
    enough only because wrong guesses at sign-in are slowed.
    """
    digits = "".join(secrets.choice(WORD_DIGITS) for _ in range(DIGITS_PER_WORD))
    place = secrets.randbelow(DIGITS_PER_WORD + 1)
    return digits[:place] + secrets.choice(words()) + digits[place:]


def temporary_password() -> str:
    """Draw 8 characters with a lower case letter, an upper case letter and a digit (R7).

    None of `0 O o 1 I l`, and no entry of the blocklist inside in any case. Candidates that break
    this are drawn again, so all that remain are equally likely: about 6.6e13 (46 bits).
    """
    while True:
        candidate = "".join(secrets.choice(TEMPORARY_CHARACTERS) for _ in range(TEMPORARY_LENGTH))
        if _has_all_kinds(candidate) and not _is_blocked(candidate):
            return candidate


def picture_password() -> tuple[Picture, ...]:
    """Draw 4 different pictures of the grid, in an order (R7).

    This allows 16 x 15 x 14 x 13 = 43,680 (15 bits): enough only because wrong guesses at
    sign-in are slowed.
    """
    return tuple(secrets.SystemRandom().sample(GRID, PASSWORD_LENGTH))


@cache
def words() -> tuple[str, ...]:
    """Give the words fit for children, a-z in lower case, 3 or 4 letters each, sorted (R7)."""
    return _lines("words.txt")


@cache
def blocklist() -> tuple[str, ...]:
    """Give what no temporary password may hold, a-z in lower case, 3 letters or more (R7)."""
    return _lines("blocklist.txt")


def _lines(name: str) -> tuple[str, ...]:
    return tuple((MATERIAL / name).read_text(encoding="ascii").split())


def _has_all_kinds(candidate: str) -> bool:
    return (
        any(character.islower() for character in candidate)
        and any(character.isupper() for character in candidate)
        and any(character.isdigit() for character in candidate)
    )


def _is_blocked(candidate: str) -> bool:
    lowered = candidate.lower()
    return any(entry in lowered for entry in blocklist())


LABELS = {
    PasswordKind.WORD: "basiswachtwoord",
    PasswordKind.PICTURES: "afbeeldingswachtwoord",
    PasswordKind.ADVANCED: "gevorderd wachtwoord",
}


def generate(kind: PasswordKind | str) -> str:
    """Return a new password of this kind, in the form that is hashed and sealed (R7)."""
    match PasswordKind(kind):
        case PasswordKind.WORD:
            return word_password()
        case PasswordKind.PICTURES:
            return pictures.canonical(picture_password())
        case PasswordKind.ADVANCED:
            return temporary_password()


@dataclass(frozen=True)
class Shown:
    """A password as it is shown and printed."""

    text: str
    label: str
    pictures: tuple[Picture, ...] = ()


def shown(kind: PasswordKind | str, password: str) -> Shown:
    """Return the password for the eye: a picture password as its pictures and their names."""
    label = f"nieuw {LABELS[PasswordKind(kind)]}"
    if kind != PasswordKind.PICTURES:
        return Shown(text=password, label=label)
    chosen = pictures.from_canonical(password)
    return Shown(text=pictures.names(chosen), label=label, pictures=chosen)
