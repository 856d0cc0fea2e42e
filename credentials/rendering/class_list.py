"""`leerid-klaslijst.pdf`: a cover list per class, without passwords. Measures are in mm."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from operator import attrgetter

from .cards import Card, PrintJob
from .fonts import BOLD, CODE, REGULAR
from .layout import Slot
from .page import Pen, draw_foot, line, on_page, outline
from .paper import MM, Paper, Style, setting_of

_ROWS = 30  # on a page
_ROW_HEIGHT = 7.5
_ROWS_TOP = 48

_MARGIN = 18
_RIGHT = 192
_RULE = Pen(0.3)
_HEAD_RULE = Pen(1.0)
_BOX = Pen(0.8)
_BOX_SIDE = 4.4
_WARNING_FRAME = Pen(1.6)

_NAME_LEFT, _USERNAME_LEFT, _KIND_LEFT = _MARGIN, 86, 141
# The middles of the columns with boxes.
_HANDED_OUT, _SIGNED_IN = 166.5, 184

_CLASS = Style(BOLD, 22)
_GROUP = Style(REGULAR, 11)
_COUNT = Style(REGULAR, 10)
_HEAD = Style(BOLD, 8)
_HEAD_CENTRED = Style(BOLD, 8, align=0.5)
_WARNING = Style(BOLD, 16, align=0.5)
_REASON = Style(REGULAR, 8, align=0.5)

_HEADINGS = (
    ("Naam", _HEAD, _NAME_LEFT, 40),
    ("Gebruikersnaam", _HEAD, _USERNAME_LEFT, 52),
    ("Type", _HEAD, _KIND_LEFT, 17),
    ("Uitgedeeld", _HEAD_CENTRED, _HANDED_OUT - 8, 16),
    ("Aangemeld", _HEAD_CENTRED, _SIGNED_IN - 8, 16),
)


@dataclass(frozen=True)
class _Entry:
    """A pupil on a page: the first row, from 0, and how many rows the name needs."""

    first_row: int
    rows: int
    card: Card


@cache
def _cells(rows: int) -> tuple[Slot, ...]:
    """Return the texts of a pupil who takes so many rows, placed in the first ones of a page."""
    more = (rows - 1) * _ROW_HEIGHT
    name = on_page(_NAME_LEFT, _ROWS_TOP + 0.9, 65, 6.2 + more)
    username = on_page(_USERNAME_LEFT, _ROWS_TOP + 2.1, 52, 5.2 + more)
    kind = on_page(_KIND_LEFT, _ROWS_TOP + 1.5, 18, 5)
    return (
        Slot(attrgetter("printed_name"), Style(REGULAR, 10.5), name),
        Slot(attrgetter("username"), Style(CODE, 9), username),
        Slot(attrgetter("kind"), Style(REGULAR, 9), kind),
    )


def render_class_list(job: PrintJob) -> bytes:
    """Return the cover lists of `job` as a PDF, a new page per class, in the job's order.

    A page has the room of 30 rows; a pupil whose name needs more than one takes several.
    """
    paper = Paper.of(job, "LeerID klaslijst")

    for pupils in _classes(job.cards):
        pages = list(_pages(pupils))
        for number, entries in enumerate(pages, start=1):
            _draw_heading(paper, pupils, f"blad {number} van {len(pages)}")
            for entry in entries:
                _draw_entry(paper, entry)
            draw_foot(paper, job, margin=_MARGIN)
            paper.next_page()

    return paper.finished()


def _classes(cards: Iterable[Card]) -> Iterable[list[Card]]:
    """Return the pupils of each class, together wherever they stand in the job."""
    classes: dict[str, list[Card]] = {}
    for card in cards:
        classes.setdefault(card.class_code, []).append(card)
    return classes.values()


def _pages(pupils: Iterable[Card]) -> Iterator[list[_Entry]]:
    """Yield what stands on each page of one class."""
    page: list[_Entry] = []
    row = 0
    for card in pupils:
        rows = _rows_of(card)
        if row + rows > _ROWS:
            yield page
            page = []
            row = 0
        page.append(_Entry(row, rows, card))
        row += rows
    yield page


def _rows_of(card: Card) -> int:
    """Return how many rows the texts of a pupil need to be legible."""
    return next(rows for rows in count(1) if _holds(card, rows))


def _holds(card: Card, rows: int) -> bool:
    return all(setting_of(cell.text(card), cell.style, cell.box).fits for cell in _cells(rows))


def _draw_heading(paper: Paper, pupils: list[Card], page: str) -> None:
    """Draw whose list it is and what it is not for, and the headings of the columns."""
    paper.write(_class_of(pupils), _CLASS, on_page(_MARGIN, 14, 112, 10.5))
    paper.write(_group_of(pupils), _GROUP, on_page(_MARGIN, 24.6, 112, 10.6))
    paper.write(f"{_pupils(pupils)} · {page}", _COUNT, on_page(_MARGIN, 35.4, 112, 5.5))

    outline(paper, on_page(138, 15, _RIGHT - 138, 11), _WARNING_FRAME)
    paper.write("Niet ophangen", _WARNING, on_page(138, 16.4, _RIGHT - 138, 9))
    paper.write("Alleen voor de leerkracht", _REASON, on_page(138, 28, _RIGHT - 138, 4))

    for heading, style, left, width in _HEADINGS:
        paper.write(heading, style, on_page(left, _ROWS_TOP - 5, width, 4))
    line(paper, (_MARGIN, _ROWS_TOP), (_RIGHT, _ROWS_TOP), _HEAD_RULE)


def _class_of(pupils: list[Card]) -> str:
    code = pupils[0].class_code
    if code:
        return f"Klas {code}"
    return "Zonder klas"


def _group_of(pupils: list[Card]) -> str:
    """Return the administrative group of a class; empty where its pupils have several."""
    groups = {card.administrative_group for card in pupils}
    if len(groups) == 1:
        return groups.pop()
    return ""


def _pupils(pupils: list[Card]) -> str:
    if len(pupils) == 1:
        return "1 leerling"
    return f"{len(pupils)} leerlingen"


def _draw_entry(paper: Paper, entry: _Entry) -> None:
    """Draw a pupil with two boxes to tick, and the line below."""
    down = entry.first_row * _ROW_HEIGHT
    with paper.moved_to(0, -down * MM):
        for cell in _cells(entry.rows):
            paper.write(cell.text(entry.card), cell.style, cell.box)

    box_top = _ROWS_TOP + down + (_ROW_HEIGHT - _BOX_SIDE) / 2
    for middle in (_HANDED_OUT, _SIGNED_IN):
        outline(paper, on_page(middle - _BOX_SIDE / 2, box_top, _BOX_SIDE, _BOX_SIDE), _BOX)

    below = _ROWS_TOP + down + entry.rows * _ROW_HEIGHT
    line(paper, (_MARGIN, below), (_RIGHT, below), _RULE)
