"""A test page for a sheet of labels, to read what a printer shifts. Measures are in mm."""

from collections.abc import Iterable
from datetime import datetime

from .cards import Printing
from .fonts import REGULAR
from .page import Pen, day_and_time, line, on_page, outline
from .paper import MM, Paper, Style
from .sheets import Sheet

_RULER_LENGTH = 100
# Left and top of the zero of each ruler, in the first column and the last rows of a sheet, where no
# note stands.
_ACROSS = (6.0, 251.0)
_DOWN = (20.0, 133.0)

# How far the ticks of a cross go on either side of a frame: as far as an offset can be.
_REACH = 5
_NOTE_INSET = 3.5
_NOTE_SIZE = 11  # pt, on labels that are wide enough

_FRAME = Pen(0.4)
_HAIR = Pen(0.2)
_RULER = Pen(0.5)
_RULER_TICK = Pen(0.25)

_HEAD = Style(REGULAR, 7.5, align=1)
_NUMBER = Style(REGULAR, 7, align=0.5)
_NUMBER_BESIDE = Style(REGULAR, 7)


def render_label_test_page(
    sheet: Sheet, *, printing: Printing, made_at: datetime, school: str
) -> bytes:
    """Return a PDF of one page with the frames of the labels of `sheet`; `made_at` is aware.

    They are moved by the offset of `printing`, as the labels of a job are. Two crosses have a tick
    each mm, and two rulers of 100 mm show whether the page was printed at 100 %.
    """
    paper = Paper(f"LeerID testblad {sheet.name}", made_at=made_at, school=school)

    head = f"LeerID testblad {sheet.name} · {school} · {day_and_time(made_at)}"
    paper.write(head, _HEAD, on_page(66, 4.2, 136, 8.2))
    with paper.moved_to(printing.right * MM, -printing.down * MM):
        _draw_labels(paper, sheet)
        _draw_notes(paper, sheet, _notes(sheet, printing))
    _draw_ruler_across(paper)
    _draw_ruler_down(paper)

    paper.next_page()
    return paper.finished()


def _draw_labels(paper: Paper, sheet: Sheet) -> None:
    """Draw the frames of all labels, and a cross on the first and on the last one."""
    for index in range(sheet.labels):
        left, top = sheet.position(index)
        outline(paper, on_page(left, top, sheet.label_width, sheet.label_height), _FRAME)

    _draw_cross(paper, sheet, 0)
    _draw_cross(paper, sheet, sheet.labels - 1)


def _draw_cross(paper: Paper, sheet: Sheet, index: int) -> None:
    """Draw hair lines through the middle of a label and beyond, with ticks where they cross it."""
    left, top = sheet.position(index)
    right, bottom = left + sheet.label_width, top + sheet.label_height
    across, down = (left + right) / 2, (top + bottom) / 2

    line(paper, (left - _REACH, down), (right + _REACH, down), _HAIR)
    line(paper, (across, top - _REACH), (across, bottom + _REACH), _HAIR)
    for away in range(-_REACH, _REACH + 1):
        half = _half_tick(away)
        for edge in (left, right):
            line(paper, (edge + away, down - half), (edge + away, down + half), _HAIR)
        for edge in (top, bottom):
            line(paper, (across - half, edge + away), (across + half, edge + away), _HAIR)


def _half_tick(away: int) -> float:
    """Return half the length of a tick; those 5 mm from the frame are longer."""
    if abs(away) == _REACH:
        return 1.6
    return 0.9


def _notes(sheet: Sheet, printing: Printing) -> list[str]:
    return [
        f"Ingestelde verschuiving: {_offset(printing)}",
        "1. Druk dit blad af op 100 %. Meet na: elke liniaal is precies 100 mm lang.",
        f"2. Leg het op een leeg vel {sheet.name} en houd ze samen tegen het licht.",
        "3. Liggen de kaders op de randen van de stickers? Dan klopt het. Elk streepje is 1 mm.",
        "4. Ligt het kader 1 mm te ver naar links? Vul dan 1 mm naar rechts in, en omgekeerd.",
        "5. Ligt het kader 1 mm te ver naar boven? Vul dan 1 mm naar beneden in, en omgekeerd.",
    ]


def _offset(printing: Printing) -> str:
    """Return the offset in use, and how a further one goes with it."""
    across = _distance(printing.right, "rechts", "links")
    down = _distance(printing.down, "beneden", "boven")
    offset = f"{across}, {down}."
    if printing.right or printing.down:
        offset += " Tel wat je nu meet daarbij op."
    return offset


def _distance(mm: float, ahead: str, back: str) -> str:
    """Return `0,5 mm naar rechts`, or the other way for a distance below 0."""
    direction = back if mm < 0 else ahead
    number = f"{abs(mm):g}".replace(".", ",")
    return f"{number} mm naar {direction}"


def _draw_notes(paper: Paper, sheet: Sheet, notes: Iterable[str]) -> None:
    """Write each note in a label, from the first row down, beside the column of the rulers."""
    beside = [index for index in range(sheet.labels) if index % sheet.columns]
    width = sheet.label_width - 2 * _NOTE_INSET
    height = sheet.label_height - 2 * _NOTE_INSET
    style = Style(REGULAR, min(_NOTE_SIZE, sheet.label_width / 5))

    for index, note in zip(beside, notes, strict=False):
        left, top = sheet.position(index)
        paper.write(note, style, on_page(left + _NOTE_INSET, top + _NOTE_INSET, width, height))


def _draw_ruler_across(paper: Paper) -> None:
    """Draw a ruler to the right, with its ticks up and its numbers below."""
    left, top = _ACROSS
    line(paper, (left, top), (left + _RULER_LENGTH, top), _RULER)
    for mm in range(_RULER_LENGTH + 1):
        line(paper, (left + mm, top), (left + mm, top - _tick(mm)), _RULER_TICK)
    for mm in range(0, _RULER_LENGTH + 1, 10):
        paper.write(str(mm), _NUMBER, on_page(left + mm - 4, top + 0.5, 8, 3.5))


def _draw_ruler_down(paper: Paper) -> None:
    """Draw a ruler down the page, with its ticks to the left and its numbers to the right."""
    left, top = _DOWN
    line(paper, (left, top), (left, top + _RULER_LENGTH), _RULER)
    for mm in range(_RULER_LENGTH + 1):
        line(paper, (left, top + mm), (left - _tick(mm), top + mm), _RULER_TICK)
    for mm in range(0, _RULER_LENGTH + 1, 10):
        paper.write(str(mm), _NUMBER_BESIDE, on_page(left + 1, top + mm - 1.8, 8, 3.5))


def _tick(mm: int) -> float:
    """Return the length of a ruler's tick: longer at each 5 mm, longest at each 10."""
    if mm % 10 == 0:
        return 5
    if mm % 5 == 0:
        return 3.5
    return 2
