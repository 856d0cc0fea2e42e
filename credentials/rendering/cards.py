"""What is printed: a card per student, and the job that holds the cards in print order."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from accounts.pictures import Picture

from .fonts import BOLD, printable, spelled_in_full
from .qr import qr_operators

_LETTER_AND_REST = re.compile(r"([^\s-])[^\s-]*")


@dataclass(frozen=True)
class Card:
    """The sign-in data of one student, as they are printed."""

    stamnummer: str
    first_name: str
    last_name: str
    administrative_group: str
    class_code: str
    username: str
    sign_in_url: str  # in full, as it is printed
    kind: str  # 'Basis' or 'Gevorderd'
    password_kind: str  # 'Basis wachtwoord', 'Afbeeldingswachtwoord' or 'Gevorderd wachtwoord'
    temporary: bool
    password: str  # as typed; a picture password is its names joined by ' - '
    pictures: tuple[Picture, ...] = ()
    official_name: str = ""  # as the national register has it; empty where it is not known
    code: str = ""  # makes the device known that opens it; empty where there is none

    def __repr__(self) -> str:
        """Only the stamnummer: no traceback or log may show the password (R5)."""
        return f"Card({self.stamnummer!r})"

    @property
    def full_name(self) -> str:
        """The first name before the last; either may be empty."""
        return f"{self.first_name} {self.last_name}".strip()

    @cached_property
    def legible_name(self) -> str:
        """The name as it is set; empty where no letter of it can be."""
        return printed_name(self.full_name, self.official_name)

    @property
    def printed_name(self) -> str:
        """The name as it is set; the username stands for one of which no letter can be."""
        return self.legible_name or self.username

    def with_shorter_names(self) -> Iterator["Card"]:
        """Yield this card, then the same with less and less of its name, for paper without room.

        First the given names after the first become initials, then all of them, then the username
        stands for the name. At the very end the class goes too.
        """
        yield self

        # Which part of an official name is given, is not known.
        if self.legible_name == self.full_name:
            first, _, others = self.first_name.strip().partition(" ")
            yield replace(self, first_name=f"{first} {_initials(others)}".strip())
            yield replace(self, first_name=_initials(self.first_name))

        nameless = replace(self, first_name="", last_name="", official_name="")
        yield nameless
        yield replace(nameless, class_code="")

    @property
    def base_url(self) -> str:
        """The address where every pupil signs in, for paper that has no room for the own one."""
        return self.sign_in_url.removesuffix(f"/{self.username}")

    @property
    def scanned_url(self) -> str:
        """What the QR code holds: the URL with the code, and the grid for a picture password."""
        query = {}
        if self.code:
            query["k"] = self.code
        if self.pictures:
            query["wijze"] = "afbeeldingen"

        if not query:
            return self.sign_in_url
        return f"{self.sign_in_url}?{urlencode(query)}"

    @cached_property
    def qr(self) -> str:
        """The QR code as PDF operators, made once for all documents of a job and no longer kept."""
        return qr_operators(self.scanned_url)

    @property
    def class_and_group(self) -> str:
        """`4A · 4de leerjaar`, or the one of the two that is known."""
        known = filter(None, (self.class_code, self.administrative_group))
        return " · ".join(known)

    @property
    def password_label(self) -> str:
        """The words before the password: a temporary one must be replaced at once (R8)."""
        if self.temporary:
            return "Tijdelijk wachtwoord:"
        return "Wachtwoord:"


def _initials(names: str) -> str:
    """Return `M.-A. T.` for `Maximiliaan-Alexander Theodorus`."""
    composed = unicodedata.normalize("NFC", names)
    return _LETTER_AND_REST.sub(r"\1.", composed)


def printed_name(name: str, official_name: str) -> str:
    """Return the name, or the official one where only that has letters of the printed faces.

    Where neither has, the name is spelled out later (`fonts.printable`); empty where it has no
    letter that could be.
    """
    for spelled in (name, official_name):
        if spelled_in_full(spelled) and printable(spelled, BOLD):
            return spelled

    if printable(name, BOLD).strip():
        return name
    return ""


@dataclass(frozen=True)
class Printing:
    """How a job is printed: where its pages and sheets begin, and what the printer shifts."""

    page_per_class: bool = False
    # Name of a sheet of labels -> the first label of its first page that is free, from 1.
    first_labels: Mapping[str, int] = field(default_factory=dict)
    # The offset in mm of everything on a sheet of labels, against a printer that drifts.
    right: float = 0
    down: float = 0


AS_IT_COMES = Printing()


@dataclass(frozen=True)
class PrintJob:
    """All that one ZIP needs; `cards` are already in print order."""

    institution_number: str
    institution_name: str
    batch_number: int
    saved_at: datetime  # aware, already Europe/Brussels
    cards: tuple[Card, ...]
    printing: Printing = AS_IT_COMES

    @property
    def batch(self) -> str:
        """The batch by the name and number that a school knows: `Reeks 12`."""
        return f"Reeks {self.batch_number}"
