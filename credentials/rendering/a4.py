"""`leerid-a4.pdf`: a page per student, to hand out. Measures are in mm from the top left."""

from functools import partial
from operator import attrgetter

from .cards import Card, PrintJob
from .fonts import BOLD, CODE, REGULAR
from .layout import Design, PictureRow, PictureSpot, Slot, draw
from .page import draw_foot, on_page
from .paper import MM, Paper, Style

_FIRST_SIGN_IN = "Bij je eerste aanmelding kies je zelf een nieuw wachtwoord."
_KEEP_SAFE = "Bewaar dit blad op een veilige plek. Je wachtwoord is alleen van jou."

_MARGIN = 22
_PANEL_TOP = 82
# Heights: of the panel around a word, of the one around pictures, and of the note that either has
# for a temporary password.
_WORD_PANEL = 91
_PICTURES_PANEL = 126
_NOTE_HEIGHT = 11
_PICTURE_SIDE = 31
_PICTURE_PITCH = 39
_PICTURES_TOP = 161


def _spot(index: int) -> PictureSpot:
    left = 31 + index * _PICTURE_PITCH
    return PictureSpot(
        number=on_page(left, _PICTURES_TOP - 8.8, _PICTURE_SIDE, 7),
        picture=on_page(left + 1.5, _PICTURES_TOP + 1.5, _PICTURE_SIDE - 3, _PICTURE_SIDE - 3),
        name=on_page(left - 2, _PICTURES_TOP + _PICTURE_SIDE + 1, _PICTURE_SIDE + 4, 9),
    )


_LABEL = Style(REGULAR, 11)
_NOTE = Style(REGULAR, 11.5)
_HINT = Style(REGULAR, 10)

_DESIGN = Design(
    common=(
        Slot(attrgetter("class_code"), Style(BOLD, 18), on_page(22, 19, 126, 10)),
        Slot(attrgetter("administrative_group"), Style(REGULAR, 12), on_page(22, 28, 126, 9)),
        Slot(attrgetter("printed_name"), Style(BOLD, 34), on_page(22, 44, 166, 33)),
        Slot(lambda card: "LeerID", Style(BOLD, 18, align=1), on_page(148, 19, 40, 10)),
        Slot(lambda card: "Aanmelden op", _LABEL, on_page(31, 91, 100, 6)),
        Slot(attrgetter("sign_in_url"), Style(REGULAR, 13), on_page(31, 97, 100, 16)),
        Slot(lambda card: "Gebruikersnaam:", _LABEL, on_page(31, 116, 100, 6)),
        Slot(attrgetter("username"), Style(CODE, 19), on_page(31, 123, 100, 18)),
    ),
    word=(
        Slot(attrgetter("password_label"), _LABEL, on_page(31, 144, 100, 6)),
        Slot(attrgetter("password"), Style(CODE, 38), on_page(31, 151, 148, 17)),
    ),
    before_pictures=(Slot(attrgetter("password_label"), _LABEL, on_page(31, 144, 100, 6)),),
    pictures=PictureRow(
        spots=tuple(map(_spot, range(4))),
        number_style=Style(BOLD, 12, "1 g", align=0.5),
        name_style=Style(REGULAR, 12, align=0.5),
    ),
    qr=on_page(139, 93, 40, 40),
)


def render_a4(job: PrintJob) -> bytes:
    """Return the A4 document of `job` as a PDF, a page per card in the job's order."""
    paper = Paper.of(job, "LeerID aanmeldgegevens")
    foot = partial(draw_foot, paper, job, margin=_MARGIN)

    for card in job.cards:
        _draw_page(paper, card)
        paper.stamp("foot", foot)
        paper.next_page()

    return paper.finished()


def _draw_page(paper: Paper, card: Card) -> None:
    # Drawn once for all cards of a kind.
    panel_name = f"panel-{card.temporary:d}-{bool(card.pictures):d}"
    paper.stamp(panel_name, partial(_panel, paper, card))

    draw(paper, card, _DESIGN)

    bottom = _PANEL_TOP + _panel_height(card)
    if card.temporary:
        paper.write(_FIRST_SIGN_IN, _NOTE, on_page(31, bottom - 14, 148, 8))
    paper.write(_KEEP_SAFE, _HINT, on_page(22, bottom + 6, 166, 8))


def _panel_height(card: Card) -> int:
    """Return the height in mm of the frame that holds the password, with the note if it has one."""
    height = _PICTURES_PANEL if card.pictures else _WORD_PANEL
    if card.temporary:
        height += _NOTE_HEIGHT
    return height


def _panel(paper: Paper, card: Card) -> None:
    """Draw the frame around what must be typed, and one with a numbered disc per picture."""
    panel = on_page(22, _PANEL_TOP, 166, _panel_height(card))
    paper.rounded(panel, radius=5 * MM, line=1.2)

    for index in range(len(card.pictures)):
        left = 31 + index * _PICTURE_PITCH
        frame = on_page(left, _PICTURES_TOP, _PICTURE_SIDE, _PICTURE_SIDE)
        disc = on_page(left + _PICTURE_SIDE / 2 - 3.5, _PICTURES_TOP - 9.5, 7, 7)
        paper.rounded(frame, radius=3 * MM, line=0.6)
        paper.disc(disc)
