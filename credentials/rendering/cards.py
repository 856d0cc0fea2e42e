"""What is printed: one card per student and the job that holds them, in print order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anyascii import anyascii

from accounts.pictures import Picture


@dataclass(frozen=True)
class Card:
    """The sign-in data of one student, as they are printed."""

    stamnummer: str
    first_name: str
    last_name: str
    administrative_group: str
    class_code: str
    username: str
    address: str  # the full sign-in address that is printed
    kind: str  # 'Basis' or 'Gevorderd'
    password_kind: str  # 'Basis wachtwoord', 'Afbeeldingswachtwoord' or 'Gevorderd wachtwoord'
    temporary: bool
    password: str  # as typed; a picture password is its names joined by ' - '
    pictures: tuple[Picture, ...] = ()

    def __repr__(self) -> str:
        """Only the stamnummer: a card in a traceback or a log must not tell its password."""
        return f"Card({self.stamnummer!r})"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def scanned_url(self) -> str:
        """What the QR code holds: for a picture password the address that opens the grid."""
        return f"{self.address}?wijze=afbeeldingen" if self.pictures else self.address

    @property
    def class_and_group(self) -> str:
        return " · ".join(filter(None, (self.class_code, self.administrative_group)))

    @property
    def password_label(self) -> str:
        return "Tijdelijk wachtwoord:" if self.temporary else "Wachtwoord:"


@dataclass(frozen=True)
class PrintJob:
    """Everything one ZIP needs; `cards` are already in print order."""

    institution_number: str
    institution_name: str
    batch_number: int
    saved_at: datetime  # aware, already Europe/Brussels
    cards: tuple[Card, ...]

    @property
    def batch(self) -> str:
        return f"Reeks {self.batch_number}"


def in_print_order(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Sort by class, group, last and first name, as a teacher's class list would be."""
    return tuple(sorted(cards, key=_place))


def _place(card: Card) -> tuple[str, ...]:
    parts = (card.class_code, card.administrative_group, card.last_name, card.first_name)
    return (*map(_collated, parts), card.stamnummer)


def _collated(text: str) -> str:
    """Without accents and capitals, and with padded numbers: '2A' comes before '10A'."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), anyascii(text).casefold())
