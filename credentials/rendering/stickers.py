"""The sticker documents, one per Avery format, exact to the millimetre."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter

from .cards import Card, PrintJob
from .fitting import Box
from .fonts import BOLD, CODE, REGULAR
from .layout import Design, PictureRow, PictureSpot, Slot, Stack, StackedText, Text, draw, name_on
from .paper import MM, Paper, Style
from .sheets import L7160, L7163, L7651, SAFE_INSET, Sheet, pages_of


def _boxes_of(sheet: Sheet) -> Callable[[float, float, float, float], Box]:
    """Return what makes a box of a label, from mm in its safe area.

    Measured from the upper left of that area; the box itself is relative to the label's corner.
    """

    def box(left: float, top: float, width: float, height: float) -> Box:
        from_bottom = sheet.label_height - SAFE_INSET - top
        return Box((left + SAFE_INSET) * MM, from_bottom * MM, width * MM, height * MM)

    return box


_CLASS_AND_GROUP = attrgetter("class_and_group")
_CLASS = attrgetter("class_code")
_NAME = attrgetter("printed_name")
_LEGIBLE_NAME = attrgetter("legible_name")
_SIGN_IN_URL = attrgetter("sign_in_url")
_BASE_URL = attrgetter("base_url")
_USERNAME = attrgetter("username")
_PASSWORD_LABEL = attrgetter("password_label")
_PASSWORD = attrgetter("password")


def _username_label(card: Card) -> str:
    return "Gebruikersnaam:"


def _joined(*texts: Text) -> Text:
    """Return the text that has these one after the other, on the same lines."""

    def joined(card: Card) -> str:
        return " · ".join(filter(None, (text(card) for text in texts)))

    return joined


_CAPTION = Style(REGULAR, 6)
_REEKS = Style(REGULAR, 6, align=1)
_ON_DISC = Style(BOLD, 6, "1 g", align=0.5)
_PICTURE_NAME = Style(REGULAR, 6.5, align=0.5)
_DISC = 2.3  # mm across

# A stack sets its lines closer.
_TIGHT_REGULAR = replace(REGULAR, leading=1.1)
_TIGHT_BOLD = replace(BOLD, leading=1.1)
_TIGHT_CODE = replace(CODE, leading=1.02)


def _disc_and_number(
    box: Callable[[float, float, float, float], Box], left: float, top: float
) -> tuple[Box, Box]:
    """Return the boxes of a disc and of the number in its middle, from mm in the safe area."""
    return box(left, top, _DISC, _DISC), box(left, top - 0.36, _DISC, 2.91)


def _l7160(reeks: Text) -> Design:
    box = _boxes_of(L7160)

    def spot(index: int) -> PictureSpot:
        left = index * 10.5
        disc, number = _disc_and_number(box, left, 20.8)
        return PictureSpot(
            disc=disc,
            number=number,
            picture=box(left + 0.8, 21.2, 9.6, 9.6),
            name=box(left + 0.4, 30.9, 10.4, 3.1),
        )

    pictures = PictureRow(tuple(map(spot, range(4))), _ON_DISC, _PICTURE_NAME)
    qr = box(43.4, 18, 16, 16)

    common = (
        Slot(_CLASS_AND_GROUP, Style(REGULAR, 7), box(0, 0, 46.4, 3.6)),
        Slot(reeks, _REEKS, box(46.9, 0.4, 12.5, 3.2)),
        Slot(_NAME, Style(BOLD, 11), box(0, 3.5, 59.4, 7.2)),
        Slot(_BASE_URL, Style(REGULAR, 7), box(0, 10.7, 59.4, 5.5)),
    )
    design = Design(
        common=common,
        word=(
            Slot(_username_label, _CAPTION, box(0, 16.2, 41.8, 3)),
            Slot(_USERNAME, Style(CODE, 9), box(0, 19.2, 41.8, 4.9)),
            Slot(_PASSWORD_LABEL, _CAPTION, box(0, 24.2, 41.8, 3)),
            Slot(_PASSWORD, Style(CODE, 18), box(0, 27.3, 41.8, 6.8)),
        ),
        before_pictures=(Slot(_USERNAME, Style(CODE, 9), box(0, 15.9, 41.8, 4.8)),),
        pictures=pictures,
        qr=qr,
    )
    # The group is the first to go: the class says more.
    without_group = replace(design, common=(replace(common[0], text=_CLASS), *common[1:]))

    stack = Stack(
        texts=(
            StackedText(_joined(_LEGIBLE_NAME, _CLASS, reeks), _TIGHT_BOLD, (9, 8, 7, 6)),
            StackedText(_BASE_URL, _TIGHT_REGULAR, (6.5, 6, 6, 6)),
            StackedText(_USERNAME, _TIGHT_CODE, (8, 7, 6.5, 6)),
        ),
        password=StackedText(_PASSWORD, CODE, (16, 14, 12, 10)),
        area=box(0, 0, 41.8, 34.1),
        above_pictures=box(0, 0, 59.4, 16.4),
        pictures=pictures,
        qr=qr,
    )
    return replace(design, tighter=(without_group,), stack=stack)


def _l7163(reeks: Text) -> Design:
    box = _boxes_of(L7163)

    def spot(index: int) -> PictureSpot:
        left = index * 17.2
        disc, number = _disc_and_number(box, left + 2.4, 20.2)
        return PictureSpot(
            disc=disc,
            number=number,
            picture=box(left + 3.4, 20.6, 10, 10),
            name=box(left + 0.6, 30.7, 15.6, 3.3),
        )

    pictures = PictureRow(tuple(map(spot, range(4))), _ON_DISC, _PICTURE_NAME)
    qr = box(73.4, 12.5, 21.5, 21.5)

    common = (
        Slot(_CLASS_AND_GROUP, Style(REGULAR, 7.5), box(0, 0, 82, 3.8)),
        Slot(reeks, _REEKS, box(82.4, 0.5, 12.5, 3.2)),
        Slot(_NAME, Style(BOLD, 13), box(0, 3.7, 94.9, 7.1)),
        Slot(_SIGN_IN_URL, Style(REGULAR, 7.5), box(0, 10.8, 71, 5.5)),
    )
    design = Design(
        common=common,
        word=(
            Slot(_username_label, _CAPTION, box(0, 16.3, 71, 3)),
            Slot(_USERNAME, Style(CODE, 10), box(0, 19.3, 71, 4.9)),
            Slot(_PASSWORD_LABEL, _CAPTION, box(0, 24.2, 71, 3)),
            Slot(_PASSWORD, Style(CODE, 18), box(0, 27.3, 71, 6.8)),
        ),
        before_pictures=(Slot(_USERNAME, Style(CODE, 9), box(0, 16.2, 71, 3.8)),),
        pictures=pictures,
        qr=qr,
    )
    # The group is the first to go: the class says more.
    without_group = replace(design, common=(replace(common[0], text=_CLASS), *common[1:]))

    stack = Stack(
        texts=(
            StackedText(_joined(_LEGIBLE_NAME, _CLASS, reeks), _TIGHT_BOLD, (10, 8, 7, 6)),
            StackedText(_SIGN_IN_URL, _TIGHT_REGULAR, (7, 6.5, 6, 6)),
            StackedText(_USERNAME, _TIGHT_CODE, (9, 8, 7, 6)),
        ),
        password=StackedText(_PASSWORD, CODE, (16, 14, 12, 10)),
        area=box(0, 0, 71, 34.1),
        above_pictures=box(0, 0, 71, 20.1),
        pictures=pictures,
        qr=qr,
    )
    return replace(design, tighter=(without_group,), stack=stack)


def _l7651(reeks: Text) -> Design:
    box = _boxes_of(L7651)

    def pictures(side: float) -> PictureRow:
        """Return the row of pictures of this side, in mm, along the foot of the label."""
        top = 17.1 - side
        spots = []
        for left in (0, 8.6, 17.2, 25.8):
            disc, number = _disc_and_number(box, left, top)
            picture = box(left + 8 - side, top, side, side)
            spots.append(PictureSpot(disc=disc, number=number, picture=picture))
        return PictureRow(tuple(spots), _ON_DISC, _PICTURE_NAME)

    def name_and_class(class_width: float) -> tuple[Slot, ...]:
        """Return a class as wide as this, in mm, on one line beside the name."""
        left = 34 - class_width
        return (
            Slot(_NAME, Style(BOLD, 8), box(0, 0, left - 0.5, 5.9)),
            Slot(_CLASS, Style(BOLD, 7, align=1), box(left, 0.3, class_width, 3.6)),
        )

    design = Design(
        # A class of four signs leaves room for a longer name than one of six.
        common=name_and_class(6),
        word=(
            Slot(reeks, _REEKS, box(28, 11.3, 6, 5.5)),
            Slot(_USERNAME, Style(CODE, 7.5), box(0, 5.9, 34, 4.9)),
            Slot(_PASSWORD, Style(CODE, 16), box(0, 11, 27.5, 6.1)),
        ),
        before_pictures=(
            Slot(reeks, _REEKS, box(28, 5, 6, 5.5)),
            Slot(_USERNAME, Style(CODE, 7.5), box(0, 5.9, 27.5, 4.9)),
        ),
        pictures=pictures(6.3),
    )
    with_wide_class = replace(design, common=name_and_class(9))

    stack = Stack(
        texts=(
            StackedText(_joined(_LEGIBLE_NAME, _CLASS, reeks), _TIGHT_BOLD, (7.5, 7, 6.5, 6)),
            StackedText(_USERNAME, _TIGHT_CODE, (7.5, 7, 6.5, 6)),
        ),
        password=StackedText(_PASSWORD, CODE, (16, 14, 12, 10)),
        area=box(0, 0, 34, 17.1),
        above_pictures=box(0, 0, 34, 12),
        pictures=pictures(5),
    )
    return replace(design, tighter=(with_wide_class,), stack=stack)


_DESIGNS = {L7160: _l7160, L7163: _l7163, L7651: _l7651}


def _design(sheet: Sheet, job: PrintJob) -> Design:
    """Return the design of the labels of `sheet`, with the batch of `job` on each of them."""

    def reeks(card: Card) -> str:
        return job.batch

    return _DESIGNS[sheet](reeks)


def render_stickers(job: PrintJob, sheet: Sheet) -> bytes:
    """Return the labels of `job` as a PDF, along the rows of each sheet, in the job's order."""
    paper = Paper.of(job, f"LeerID stickers {sheet.name}")
    design = _design(sheet, job)

    right, down = job.printing.right * MM, job.printing.down * MM

    for page in pages_of(job, sheet):
        for index, card in page:
            left, bottom = sheet.corner(index)
            with paper.moved_to(left + right, bottom - down):
                draw(paper, card, design)
        paper.next_page()

    return paper.finished()


@dataclass(frozen=True)
class ShortName:
    """A name for which a label has no room, and what the label has for it."""

    card: Card
    printed: str


def short_names(job: PrintJob, sheet: Sheet) -> list[ShortName]:
    """Return whose name is not in full on the labels of `job`, in the job's order."""
    design = _design(sheet, job)
    return list(_shortened(job, design))


def _shortened(job: PrintJob, design: Design) -> Iterator[ShortName]:
    for card in job.cards:
        printed = name_on(card, design)
        if printed != card.printed_name:
            yield ShortName(card, printed)
