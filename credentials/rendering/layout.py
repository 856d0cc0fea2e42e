"""A design as data: the box of each text of a card, and of its pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf

from .cards import Card
from .fitting import Box, Setting, height_of, is_too_long, lines_at
from .fonts import Face, printable
from .paper import Paper, Style, setting_of

Text = Callable[[Card], str]


@dataclass(frozen=True)
class Slot:
    """A text of a card, in its box."""

    text: Text
    style: Style
    box: Box


@dataclass(frozen=True)
class PictureSpot:
    """The place of one of the four pictures, of its number and, where it fits, of its name.

    A disc lies under the number where the number stands on the picture.
    """

    number: Box
    picture: Box
    name: Box | None = None
    disc: Box | None = None


@dataclass(frozen=True)
class PictureRow:
    """The four spots of a picture password, in order."""

    spots: tuple[PictureSpot, ...]
    number_style: Style
    name_style: Style


@dataclass(frozen=True)
class Design:
    """A card in the order of drawing: `common`, then its word or its pictures, then the QR code.

    This is also the reading order that a copied text or a screen reader gets. Where a text does not
    fit its box at 6 pt, the card is drawn in the first of the `tighter` designs that holds all its
    texts, else as a stack.
    """

    common: tuple[Slot, ...]
    word: tuple[Slot, ...]
    before_pictures: tuple[Slot, ...]
    pictures: PictureRow
    qr: Box | None = None
    tighter: tuple["Design", ...] = ()
    stack: "Stack | None" = None

    def slots(self, card: Card) -> tuple[Slot, ...]:
        """Return the texts of `card` in order; its pictures come after them."""
        if card.pictures:
            return self.common + self.before_pictures
        return self.common + self.word


@dataclass(frozen=True)
class StackedText:
    """A text of a stack, with its size in pt at each step from large to small."""

    text: Text
    face: Face
    sizes: tuple[float, ...]


@dataclass(frozen=True)
class Stack:
    """The compact form of a card: texts below each other, each as high as it needs.

    All have the same number of sizes. They share `area`, or what is above the pictures of it.
    """

    texts: tuple[StackedText, ...]
    password: StackedText
    area: Box
    above_pictures: Box
    pictures: PictureRow
    qr: Box | None = None

    def designs(self, card: Card) -> Iterator[Design]:
        """Yield the designs that are made for the texts of `card`, from large to small."""
        area, texts = self.area, (*self.texts, self.password)
        if card.pictures:
            area, texts = self.above_pictures, self.texts

        for step in range(len(self.password.sizes)):
            slots = tuple(_below_each_other(card, texts, step, area))
            yield Design(slots, (), (), self.pictures, self.qr)


def _below_each_other(
    card: Card, texts: tuple[StackedText, ...], step: int, area: Box
) -> Iterator[Slot]:
    """Yield a slot for each text, as high as its lines are at the size of this step.

    A text for which too little is left gets no height, and so does not fit.
    """
    left = area.height
    for stacked in texts:
        style = Style(stacked.face, stacked.sizes[step])
        height = _height(stacked.text(card), style, area)
        top = area.top - area.height + left
        room = height if height <= left else 0
        yield Slot(stacked.text, style, Box(area.left, top, area.width, room))
        left -= height


def _height(text: str, style: Style, area: Box) -> float:
    """Return what `text` needs of the area at its full size, in pt; nothing where it is empty."""
    if not text:
        return 0

    face, size = style.face, style.size
    spelled = printable(text, face)
    if face.ink_width(spelled) * size > area.width and is_too_long(spelled, face, size, area):
        return inf
    return height_of(lines_at(spelled, face, size, area.width), face, size)


def draw(paper: Paper, card: Card, design: Design) -> None:
    """Draw `card` with the origin of the paper where the boxes of `design` have theirs.

    The name is shortened where no form of the design holds it in full; `name_on` tells how.
    """
    placed = _in_form(card, design, paper.setting)

    for text in placed.texts:
        paper.write(*text)
    if card.pictures:
        _draw_pictures(paper, card, placed.form.pictures)
    if placed.form.qr:
        # The QR code of the card itself, which is made once for all documents.
        paper.qr(card.qr, placed.form.qr)


def name_on(card: Card, design: Design) -> str:
    """Return the name that `draw` prints of `card`: in full, with initials, or the username."""
    return _in_form(card, design, setting_of).card.printed_name


@dataclass(frozen=True)
class _InForm:
    """A card in one of the forms of its design."""

    card: Card
    form: Design

    @cached_property
    def texts(self) -> list[tuple[str, Style, Box]]:
        """The texts of the card, in order, as they are set."""
        slots = self.form.slots(self.card)
        return [(slot.text(self.card), slot.style, slot.box) for slot in slots]


def _in_form(card: Card, design: Design, setting: Callable[[str, Style, Box], Setting]) -> _InForm:
    """Return the card with the longest name that fits, in a form of the design that holds it.

    In the first form that leaves its words whole, else in the first that holds it at all. Where not
    even the username fits, in the last form.
    """
    for named in card.with_shorter_names():
        broken: list[_InForm] = []
        for form in _forms(design, named):
            placed = _InForm(named, form)
            if all(setting(*text).whole for text in placed.texts):
                return placed
            if all(setting(*text).fits for text in placed.texts):
                broken.append(placed)
        if broken:
            return broken[0]
    return placed


def _forms(design: Design, card: Card) -> Iterator[Design]:
    """Yield the forms in which a card can be drawn, in the order in which they are tried."""
    yield design
    yield from design.tighter
    if design.stack:
        yield from design.stack.designs(card)


def _draw_pictures(paper: Paper, card: Card, row: PictureRow) -> None:
    """Draw each picture with its number and, where there is room, its name below."""
    placed = zip(card.pictures, row.spots, strict=True)
    for number, (picture, spot) in enumerate(placed, start=1):
        paper.picture(picture, spot.picture)
        if spot.disc:
            paper.disc(spot.disc)
        paper.write(str(number), row.number_style, spot.number)
        if spot.name:
            paper.write(picture.name, row.name_style, spot.name)
