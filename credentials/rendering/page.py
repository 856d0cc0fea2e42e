"""The A4 page in mm from its upper left corner, and what its documents share: lines, a foot."""

from dataclasses import dataclass
from datetime import datetime

from .cards import PrintJob
from .fitting import Box
from .fonts import REGULAR
from .paper import MM, PAGE_HEIGHT, Paper, Style

PAGE_WIDTH_MM = 210

_MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

_FOOT_TOP = 280
_FOOT_HEIGHT = 8
_BATCH_WIDTH = 70
_FOOT = Style(REGULAR, 8)
_FOOT_RIGHT = Style(REGULAR, 8, align=1)


@dataclass(frozen=True)
class Pen:
    """A black line: its `width` in pt and, where it is broken, the pt of a dash and of a gap."""

    width: float
    dash: str = ""
    round_ends: bool = False


def on_page(left: float, top: float, width: float, height: float) -> Box:
    """Return a box of the page, from mm from its upper left corner."""
    return Box(left * MM, PAGE_HEIGHT - top * MM, width * MM, height * MM)


def line(paper: Paper, start: tuple[float, float], end: tuple[float, float], pen: Pen) -> None:
    """Draw a line between two points, each left and top in mm."""
    _stroke(paper, f"{_point(*start)} m {_point(*end)} l", pen)


def outline(paper: Paper, box: Box, pen: Pen) -> None:
    """Draw the four edges of `box`, with the middle of the line on them."""
    bottom = box.top - box.height
    _stroke(paper, f"{box.left:.3f} {bottom:.3f} {box.width:.3f} {box.height:.3f} re", pen)


def _point(left: float, top: float) -> str:
    return f"{left * MM:.3f} {PAGE_HEIGHT - top * MM:.3f}"


def _stroke(paper: Paper, path: str, pen: Pen) -> None:
    cap = int(pen.round_ends)
    paper.canvas.addLiteral(f"q 0 G {pen.width} w {cap} J [{pen.dash}] 0 d {path} S Q")


def draw_foot(paper: Paper, job: PrintJob, *, margin: float) -> None:
    """Write the school, and the batch with the time of its save, `margin` mm from the sides."""
    width = PAGE_WIDTH_MM - 2 * margin - _BATCH_WIDTH
    right = margin + width

    school = f"{job.institution_name} ({job.institution_number})"
    batch = f"{job.batch} · {day_and_time(job.saved_at)}"
    paper.write(school, _FOOT, on_page(margin, _FOOT_TOP, width, _FOOT_HEIGHT))
    paper.write(batch, _FOOT_RIGHT, on_page(right, _FOOT_TOP, _BATCH_WIDTH, _FOOT_HEIGHT))


def day_and_time(moment: datetime) -> str:
    """Return a moment as a document says it: `24 augustus 2026, 14.05 uur`."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H.%M} uur"
