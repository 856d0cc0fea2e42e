"""Which names stand on paper otherwise than in the school's list, told without opening a secret."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts import pictures
from accounts.models import PasswordKind

from .documents import card_with, job_with
from .models import Batch, BatchItem
from .print_setup import PrintSetup
from .rendering.cards import Card
from .rendering.fonts import BOLD, printable, spelled_in_full
from .rendering.stickers import short_names
from .results import Row
from .sealing import Secrets

# A name of fewer em beside a username of fewer letters has room on every label. Nearly all are
# such, so that the page of a thousand pupils does not set a thousand labels.
_ROOM_FOR_NAME = 16
_ROOM_FOR_USERNAME = 40


@dataclass(frozen=True)
class OtherName:
    """A name of the school's list, and what the paper has for it."""

    name: str
    printed: str


@dataclass(frozen=True)
class NamesOnPaper:
    """The names that letters are lacking for, and those that a label has no room for."""

    spelled_otherwise: list[OtherName]
    shortened: list[OtherName]

    @classmethod
    def of(cls, batch: Batch, setup: PrintSetup, rows: Iterable[Row]) -> "NamesOnPaper":
        """Return those of these rows of a saved batch."""
        cards = [card_with(_stand_in(row.item), row.item, row.enrolment) for row in rows]
        return cls(_spelled_otherwise(cards), _shortened(batch, setup, filter(_is_long, cards)))


def _stand_in(item: BatchItem) -> Secrets:
    """Return a password that takes as much room as that of the item."""
    if item.password_kind == PasswordKind.PICTURES:
        return Secrets(pictures.canonical(pictures.GRID[: pictures.PASSWORD_LENGTH]), code="")
    return Secrets("00000000", code="")


def _spelled_otherwise(cards: Iterable[Card]) -> list[OtherName]:
    return [
        OtherName(card.full_name, printable(card.printed_name, BOLD))
        for card in cards
        if not spelled_in_full(card.full_name)
    ]


def _is_long(card: Card) -> bool:
    width = BOLD.width(printable(card.printed_name, BOLD))
    return width > _ROOM_FOR_NAME or len(card.username) > _ROOM_FOR_USERNAME


def _shortened(batch: Batch, setup: PrintSetup, cards: Iterable[Card]) -> list[OtherName]:
    """Return each of the names that is not in full on some of the sheets, once."""
    job = job_with(cards, batch, setup.printing)
    found = {}
    for sheet in setup.sheets:
        for short in short_names(job, sheet):
            found[short.card.username] = OtherName(short.card.full_name, short.printed)
    return list(found.values())
