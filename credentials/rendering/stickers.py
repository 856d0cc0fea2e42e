"""The sticker documents, one per Avery format, exact to the millimetre."""

from collections.abc import Callable
from operator import attrgetter

from .cards import Card, PrintJob
from .fitting import Box
from .fonts import BOLD, CODE, REGULAR
from .layout import Design, PictureRow, PictureSpot, Slot, draw
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


_CLASS = attrgetter("class_and_group")
_NAME = attrgetter("printed_name")
_SIGN_IN_URL = attrgetter("sign_in_url")
_USERNAME = attrgetter("username")
_PASSWORD_LABEL = attrgetter("password_label")
_PASSWORD = attrgetter("password")


def _username_label(card: Card) -> str:
    return "Gebruikersnaam:"


_CAPTION = Style(REGULAR, 6)
_NUMBER = Style(BOLD, 7, align=0.5)
_PICTURE_NAME = Style(REGULAR, 6.5, align=0.5)


def _l7160_design() -> Design:
    box = _boxes_of(L7160)

    def spot(index: int) -> PictureSpot:
        left = index * 15.2
        return PictureSpot(
            number=box(left, 23, 3, 4),
            picture=box(left + 3.2, 20.8, 9.8, 9.8),
            name=box(left + 1, 30.7, 13.9, 3.4),
        )

    return Design(
        common=(
            Slot(_CLASS, Style(REGULAR, 7), box(0, 0, 59.5, 3.6)),
            Slot(_NAME, Style(BOLD, 11), box(0, 3.4, 59.5, 7.2)),
            Slot(_SIGN_IN_URL, Style(REGULAR, 6.5), box(0, 10.4, 59.5, 6)),
        ),
        word=(
            Slot(_username_label, _CAPTION, box(0, 16.3, 59.5, 3)),
            Slot(_USERNAME, Style(CODE, 9), box(0, 19.3, 59.5, 4.8)),
            Slot(_PASSWORD_LABEL, _CAPTION, box(0, 24.3, 59.5, 3)),
            Slot(_PASSWORD, Style(CODE, 15), box(0, 27.6, 59.5, 6.4)),
        ),
        before_pictures=(Slot(_USERNAME, Style(CODE, 8.5), box(0, 16.3, 59.5, 4.4)),),
        pictures=PictureRow(tuple(map(spot, range(4))), _NUMBER, _PICTURE_NAME),
    )


def _l7163_design() -> Design:
    box = _boxes_of(L7163)

    def spot(index: int) -> PictureSpot:
        left = index * 17.2
        return PictureSpot(
            number=box(left, 23, 3.2, 4),
            picture=box(left + 3.6, 20.4, 10, 10),
            name=box(left + 0.8, 30.5, 15.6, 3.5),
        )

    return Design(
        common=(
            Slot(_CLASS, Style(REGULAR, 7.5), box(0, 0, 95.06, 3.8)),
            Slot(_NAME, Style(BOLD, 13), box(0, 3.6, 95.06, 7.4)),
            Slot(_SIGN_IN_URL, Style(REGULAR, 7.5), box(0, 10.9, 69, 5.2)),
        ),
        word=(
            Slot(_username_label, _CAPTION, box(0, 16.1, 69, 3)),
            Slot(_USERNAME, Style(CODE, 10), box(0, 19.1, 69, 5)),
            Slot(_PASSWORD_LABEL, _CAPTION, box(0, 24.2, 69, 3)),
            Slot(_PASSWORD, Style(CODE, 16), box(0, 27.4, 69, 6.7)),
        ),
        before_pictures=(Slot(_USERNAME, Style(CODE, 9), box(0, 15.9, 69, 4.4)),),
        pictures=PictureRow(tuple(map(spot, range(4))), _NUMBER, _PICTURE_NAME),
        qr=box(73.5, 12.6, 21.5, 21.5),
    )


def _l7651_design() -> Design:
    box = _boxes_of(L7651)

    def spot(index: int) -> PictureSpot:
        left = index * 8.6
        return PictureSpot(
            number=box(left, 12.7, 1.6, 3),
            picture=box(left + 1.7, 10.9, 6.2, 6.2),
        )

    return Design(
        common=(
            Slot(_NAME, Style(BOLD, 7.5), box(0, 0, 34.1, 6.6)),
            Slot(_USERNAME, Style(CODE, 6.5), box(0, 6.6, 34.1, 4.1)),
        ),
        word=(Slot(_PASSWORD, Style(CODE, 13), box(0, 11.2, 34.1, 5.9)),),
        before_pictures=(),
        pictures=PictureRow(tuple(map(spot, range(4))), Style(BOLD, 5, align=0.5), _PICTURE_NAME),
    )


_DESIGNS = {L7160: _l7160_design(), L7163: _l7163_design(), L7651: _l7651_design()}


def render_stickers(job: PrintJob, sheet: Sheet) -> bytes:
    """Return the labels of `job` as a PDF, along the rows of each sheet, in the job's order."""
    paper = Paper(
        f"LeerID stickers {sheet.name}",
        made_at=job.saved_at,
        school=job.institution_name,
        subject=job.batch,
    )
    design = _DESIGNS[sheet]

    right, down = job.printing.right * MM, job.printing.down * MM

    for page in pages_of(job, sheet):
        for index, card in page:
            left, bottom = sheet.corner(index)
            with paper.moved_to(left + right, bottom - down):
                draw(paper, card, design)
        paper.next_page()

    return paper.finished()
