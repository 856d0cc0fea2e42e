"""A design as data: the box of each text of a card, and of its pictures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .cards import Card
from .fitting import Box
from .paper import Paper, Style


@dataclass(frozen=True)
class Slot:
    """A text of a card, in its box."""

    text: Callable[[Card], str]
    style: Style
    box: Box


@dataclass(frozen=True)
class PictureSpot:
    """The place of one of the four pictures, of its number and, where it fits, of its name."""

    number: Box
    picture: Box
    name: Box | None = None


@dataclass(frozen=True)
class PictureRow:
    """The four spots of a picture password, in order."""

    spots: tuple[PictureSpot, ...]
    number_style: Style
    name_style: Style


@dataclass(frozen=True)
class Design:
    """A card in the order of drawing: `common`, then its word or its pictures, then the QR code.

    This is also the reading order that a copied text or a screen reader gets.
    """

    common: tuple[Slot, ...]
    word: tuple[Slot, ...]
    before_pictures: tuple[Slot, ...]
    pictures: PictureRow
    qr: Box | None = None


def draw(paper: Paper, card: Card, design: Design) -> None:
    """Draw `card` with the origin of the paper where the boxes of `design` have theirs."""
    _write(paper, card, design.common)

    if card.pictures:
        _write(paper, card, design.before_pictures)
        _draw_pictures(paper, card, design.pictures)
    else:
        _write(paper, card, design.word)

    if design.qr:
        paper.qr(card.qr, design.qr)


def _write(paper: Paper, card: Card, slots: Iterable[Slot]) -> None:
    for slot in slots:
        paper.write(slot.text(card), slot.style, slot.box)


def _draw_pictures(paper: Paper, card: Card, row: PictureRow) -> None:
    """Draw each picture with its number before it and, where there is room, its name below."""
    placed = zip(card.pictures, row.spots, strict=True)
    for number, (picture, spot) in enumerate(placed, start=1):
        paper.write(str(number), row.number_style, spot.number)
        paper.picture(picture, spot.picture)
        if spot.name:
            paper.write(picture.name, row.name_style, spot.name)
