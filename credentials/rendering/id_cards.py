"""`leerid-kaartjes.pdf`: cards of the size of a bank card, to cut from plain A4."""

from functools import partial
from operator import attrgetter

from .cards import Card, PrintJob
from .fitting import Box
from .fonts import BOLD, CODE, REGULAR
from .layout import Design, PictureRow, PictureSpot, Slot, draw
from .page import Pen, line
from .paper import MM, Paper, Style
from .sheets import CARDS, pages_of

# mm without ink along every side of a card: scissors are less exact than a printer.
_INSET = 4.0

_CROP = Pen(0.4)
# mm from a card to its crop marks, so that none is left on a card, and their length.
_CROP_GAP = 2
_CROP_LENGTH = 5


def _box(left: float, top: float, width: float, height: float) -> Box:
    """Return a box of a card, from mm from the upper left of the area inside its inset."""
    from_bottom = CARDS.label_height - _INSET - top
    return Box((left + _INSET) * MM, from_bottom * MM, width * MM, height * MM)


_SMALL = Style(REGULAR, 6)
_SMALL_RIGHT = Style(REGULAR, 6, align=1)
_BATCH_BOX = _box(56, 0.5, 21.6, 3)

_CLASS = attrgetter("class_code")
_NAME = attrgetter("printed_name")
_ADDRESS = attrgetter("base_url")
_USERNAME = attrgetter("username")
_PASSWORD = attrgetter("password")
_NUMBER = Style(BOLD, 6, "1 g", align=0.5)
_PICTURE_NAME = Style(REGULAR, 6.5)


def _roomy() -> Design:
    """The design of nearly all cards."""

    def spot(index: int) -> PictureSpot:
        left = index * 13.4
        return PictureSpot(
            disc=_box(left, 42.2, 2.8, 2.8),
            number=_box(left, 42.2, 2.8, 2.9),
            picture=_box(left, 29.6, 12, 12),
            name=_box(left + 3.3, 42, 9, 3.2),
        )

    return Design(
        common=(
            Slot(_CLASS, Style(BOLD, 8), _box(0, 0, 54, 3.9)),
            Slot(_NAME, Style(BOLD, 14), _box(0, 4, 77.6, 8.6)),
            Slot(_ADDRESS, Style(REGULAR, 8.5), _box(0, 12.7, 77.6, 5.3)),
            Slot(lambda card: "Gebruikersnaam:", _SMALL, _box(0, 19, 53, 2.9)),
            Slot(_USERNAME, Style(CODE, 10), _box(0, 22.1, 53, 6.4)),
        ),
        word=(
            Slot(attrgetter("password_label"), _SMALL, _box(0, 31, 53, 2.9)),
            Slot(_PASSWORD, Style(CODE, 24), _box(0, 34.2, 53, 9.2)),
        ),
        before_pictures=(),
        pictures=PictureRow(tuple(map(spot, range(4))), _NUMBER, _PICTURE_NAME),
        qr=_box(55.6, 20, 22, 22),
        tighter=(_compact(),),
    )


def _compact() -> Design:
    """The design for names of hundreds of letters: no captions and no QR code."""

    def spot(index: int) -> PictureSpot:
        left = 48.6 + index * 7.4
        return PictureSpot(
            disc=_box(left + 1.9, 35.3, 2.8, 2.8),
            number=_box(left + 1.9, 35.3, 2.8, 2.9),
            picture=_box(left, 38.5, 6.6, 6.6),
        )

    return Design(
        common=(
            Slot(_CLASS, Style(BOLD, 8.5), _box(0, 0, 54, 5.8)),
            Slot(_NAME, Style(REGULAR, 13), _box(0, 5.9, 77.6, 28.5)),
            Slot(_ADDRESS, Style(REGULAR, 8.5), _box(0, 34.5, 47, 5.8)),
            Slot(_USERNAME, Style(CODE, 10), _box(0, 40.5, 47, 5.4)),
        ),
        word=(Slot(_PASSWORD, Style(CODE, 18), _box(48.6, 38, 29, 8)),),
        before_pictures=(),
        pictures=PictureRow(tuple(map(spot, range(4))), _NUMBER, _PICTURE_NAME),
    )


_DESIGN = _roomy()


def render_id_cards(job: PrintJob) -> bytes:
    """Return the cards of `job` as a PDF, ten a page along its rows, in the job's order."""
    paper = Paper.of(job, "LeerID kaartjes")
    marks = partial(_draw_crop_marks, paper)

    for page in pages_of(job, CARDS):
        paper.stamp("crop-marks", marks)
        for index, card in page:
            with paper.moved_to(*CARDS.corner(index)):
                draw_id_card(paper, card, job)
        paper.next_page()

    return paper.finished()


def draw_id_card(paper: Paper, card: Card, job: PrintJob) -> None:
    """Draw a card of 85.6 x 54 mm, with its lower left corner in the origin of the paper."""
    draw(paper, card, _DESIGN)
    paper.write(f"LeerID · {job.batch}", _SMALL_RIGHT, _BATCH_BOX)


def _draw_crop_marks(paper: Paper) -> None:
    """Draw where to cut, outside the ten cards."""
    left, top = CARDS.left, CARDS.top
    right = left + CARDS.columns * CARDS.pitch_x
    bottom = top + CARDS.rows * CARDS.pitch_y

    for column in range(CARDS.columns + 1):
        across = left + column * CARDS.pitch_x
        _mark(paper, (across, top - _CROP_GAP), (0, -_CROP_LENGTH))
        _mark(paper, (across, bottom + _CROP_GAP), (0, _CROP_LENGTH))

    for row in range(CARDS.rows + 1):
        down = top + row * CARDS.pitch_y
        _mark(paper, (left - _CROP_GAP, down), (-_CROP_LENGTH, 0))
        _mark(paper, (right + _CROP_GAP, down), (_CROP_LENGTH, 0))


def _mark(paper: Paper, start: tuple[float, float], reach: tuple[float, float]) -> None:
    """Draw a crop mark from a point, as far to the right and down as `reach` says (mm)."""
    line(paper, start, (start[0] + reach[0], start[1] + reach[1]), _CROP)
