"""From a kind of password to a new one, and from a stored one to what a person sees."""

from dataclasses import dataclass

from accounts import pictures
from accounts.models import PasswordKind
from accounts.pictures import Picture

from . import generation

GENERATED_LABELS = {
    PasswordKind.WORD: "nieuw basiswachtwoord",
    PasswordKind.PICTURES: "nieuw afbeeldingswachtwoord",
    PasswordKind.ADVANCED: "nieuw gevorderd wachtwoord",
}


def generate(kind: PasswordKind | str) -> str:
    """Return a new password of this kind, in the form that is hashed and sealed (R7)."""
    match PasswordKind(kind):
        case PasswordKind.WORD:
            return generation.word_password()
        case PasswordKind.PICTURES:
            return pictures.canonical(generation.picture_password())
        case PasswordKind.ADVANCED:
            return generation.temporary_password()


@dataclass(frozen=True)
class Shown:
    """A password as it is shown and printed."""

    text: str
    label: str
    pictures: tuple[Picture, ...] = ()


def shown(kind: PasswordKind | str, password: str) -> Shown:
    """Return the password for the eye: a picture password as its pictures and their names."""
    label = GENERATED_LABELS[PasswordKind(kind)]
    if kind != PasswordKind.PICTURES:
        return Shown(text=password, label=label)
    chosen = pictures.from_canonical(password)
    return Shown(text=pictures.names(chosen), label=label, pictures=chosen)
