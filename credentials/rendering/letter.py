"""`leerid-brief.pdf`: a page per student that is folded to a letter. Measures are in mm.

The paper is printed on one side and folded twice, at 198 and at 99 mm from its top:

- the lower third up, over the middle one, so that their printed sides lie against each other;
- the upper third back, so that its printed side is the front of the letter.

The front then shows the name and the class, the back is the white reverse of the lower third. All
that is secret is printed in the middle and lower thirds, and lies between the two.
"""

from collections.abc import Callable
from functools import partial
from operator import attrgetter

from .cards import Card, PrintJob
from .fonts import BOLD, CODE, REGULAR
from .id_cards import draw_id_card
from .layout import Design, PictureRow, PictureSpot, Slot, draw
from .page import PAGE_WIDTH_MM, Pen, draw_foot, line, on_page, outline
from .paper import MM, PAGE_HEIGHT, Paper, Style
from .sheets import CARDS

# From the top of the page.
_FOLDS = (99, 198)
# Left and top of the card to cut out.
_CARD_LEFT, _CARD_TOP = 104.4, 206

_MARGIN = 20
_STEP_LEFT = 30
_PICTURE_SIDE = 30
_PICTURE_PITCH = 41
_PICTURES_TOP = 159

_NUMBER = Style(BOLD, 20)
_LABEL = Style(REGULAR, 11)
_NOTE = Style(REGULAR, 11)
_FOLD_NOTE = Style(REGULAR, 7, align=1)
_FOLD = Pen(0.7, "0 4", round_ends=True)
_FOLD_MARK = Pen(0.6)
_CUT = Pen(0.6, "4 3")

# Below each fold; the lower one is folded first.
_FOLD_NOTES = ("Vouw daarna hier naar achteren", "Vouw eerst hier naar voren")

_PARENTS_TITLE = "Voor de ouders"
_PARENTS = (
    "Met dit LeerID meldt je kind zich aan bij de digitale leermiddelen van de school, in de klas"
    " en thuis. Probeer het gerust eens samen uit.",
    "Het wachtwoord is alleen van je kind. Bewaar deze brief op een veilige plek, deel er geen foto"
    " van en geef het wachtwoord niet door.",
    "Lukt het niet, of ben je de brief kwijt? Geen nood: vraag op school naar de LeerID-beheerder."
    " Die geeft je kind een nieuw wachtwoord.",
)
_PARENTS_PITCH = 17
_CUT_OUT = "Knip het kaartje uit en bewaar het op een veilige plek."


def _text(text: str) -> Callable[[Card], str]:
    return lambda card: text


def _password_step(card: Card) -> str:
    if card.temporary:
        return "Vul je tijdelijk wachtwoord in:"
    return "Vul je wachtwoord in:"


def _password_note(card: Card) -> str:
    if card.temporary:
        return "Daarna kies je zelf een nieuw wachtwoord."
    return "Je wachtwoord is alleen van jou. Vertel het niet verder."


def _step(number: int, top: float, label: Callable[[Card], str]) -> tuple[Slot, Slot]:
    """Return the number of a step and what is to be done."""
    return (
        Slot(_text(str(number)), _NUMBER, on_page(_MARGIN, top - 2.4, 9, 10)),
        Slot(label, _LABEL, on_page(_STEP_LEFT, top, 112, 5.6)),
    )


def _spot(index: int) -> PictureSpot:
    left = _STEP_LEFT + 7 + index * _PICTURE_PITCH
    return PictureSpot(
        disc=on_page(left - 7, _PICTURES_TOP + 12, 6, 6),
        number=on_page(left - 7, _PICTURES_TOP + 12, 6, 6),
        picture=on_page(left, _PICTURES_TOP, _PICTURE_SIDE, _PICTURE_SIDE),
        name=on_page(left, _PICTURES_TOP + _PICTURE_SIDE + 0.3, _PICTURE_SIDE, 6),
    )


_FRONT = (
    Slot(attrgetter("printed_name"), Style(BOLD, 30), on_page(_MARGIN, 34, 170, 24)),
    Slot(attrgetter("class_code"), Style(REGULAR, 14), on_page(_MARGIN, 60, 170, 12)),
)

_DESIGN = Design(
    common=(
        *_FRONT,
        *_step(1, 108, _text("Scan de code, of ga naar dit adres:")),
        Slot(attrgetter("base_url"), Style(REGULAR, 14), on_page(_STEP_LEFT, 114, 112, 13)),
        *_step(2, 130, _text("Je gebruikersnaam (na het scannen staat die er al):")),
        Slot(attrgetter("username"), Style(CODE, 19), on_page(_STEP_LEFT, 136.4, 112, 14)),
    ),
    word=(
        *_step(3, 153, _password_step),
        Slot(attrgetter("password"), Style(CODE, 44), on_page(_STEP_LEFT, 160, 160, 17)),
        Slot(_password_note, _NOTE, on_page(_STEP_LEFT, 182, 160, 6)),
    ),
    before_pictures=_step(3, 153, _text("Kies je vier afbeeldingen, van 1 tot 4:")),
    pictures=PictureRow(
        spots=tuple(map(_spot, range(4))),
        number_style=Style(BOLD, 12, "1 g", align=0.5),
        name_style=Style(REGULAR, 12, align=0.5),
    ),
    qr=on_page(150, 109, 40, 40),
)


def render_letter(job: PrintJob) -> bytes:
    """Return the letters of `job` as a PDF, a page per card in the job's order."""
    paper = Paper.of(job, "LeerID brief")
    below = partial(_draw_below, paper, job)

    for card in job.cards:
        draw(paper, card, _DESIGN)
        paper.stamp("below", below)
        with paper.moved_to(_CARD_LEFT * MM, PAGE_HEIGHT - (_CARD_TOP + CARDS.label_height) * MM):
            draw_id_card(paper, card, job)
        paper.next_page()

    return paper.finished()


def _draw_below(paper: Paper, job: PrintJob) -> None:
    """Draw what all letters have: the folds, the words for the parents and the foot."""
    for fold, note in zip(_FOLDS, _FOLD_NOTES, strict=True):
        line(paper, (10, fold), (PAGE_WIDTH_MM - 10, fold), _FOLD)
        line(paper, (3, fold), (8, fold), _FOLD_MARK)
        line(paper, (PAGE_WIDTH_MM - 8, fold), (PAGE_WIDTH_MM - 3, fold), _FOLD_MARK)
        paper.write(note, _FOLD_NOTE, on_page(110, fold + 1, 80, 4))

    paper.write(_PARENTS_TITLE, Style(BOLD, 12), on_page(_MARGIN, _CARD_TOP, 78, 7))
    for index, text in enumerate(_PARENTS):
        top = _CARD_TOP + 8 + index * _PARENTS_PITCH
        paper.write(text, Style(REGULAR, 9.5), on_page(_MARGIN, top, 78, _PARENTS_PITCH))

    card = on_page(_CARD_LEFT, _CARD_TOP, CARDS.label_width, CARDS.label_height)
    outline(paper, card, _CUT)
    paper.write(_CUT_OUT, Style(REGULAR, 8), on_page(_CARD_LEFT, _CARD_TOP + 55.5, 85.6, 4))

    draw_foot(paper, job, margin=_MARGIN)
