"""A PDF under construction: the few marks that the documents are made of."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfdoc import (
    PDFDictionary,
    PDFName,
    PDFResourceDictionary,
    PDFStream,
    xObjectName,
)
from reportlab.pdfgen.canvas import Canvas

from accounts.pictures import Picture

from .cards import PrintJob
from .fitting import Box, Setting, fit
from .fonts import REGULAR, Face, printable

MM = 72 / 25.4
PAGE_HEIGHT = A4[1]

BLACK = "0 g"

# A disc in the unit square: four curves, with their control points 0.276 from the axes.
_DISC = (
    "1 .5 m 1 .776 .776 1 .5 1 c .224 1 0 .776 0 .5 c 0 .224 .224 0 .5 0 c .776 0 1 .224 1 .5 c f"
)
# In a white rim, which parts it from a picture that is black there too.
_RIMMED_DISC = f"q 1 g 1.2 0 0 1.2 -.1 -.1 cm {_DISC} Q {BLACK} {_DISC}"

_PICTURES = Path(__file__).resolve().parents[2] / "static" / "pictures"

# While they are subset, ReportLab's faces read their file at a position that all threads share.
_subsetting = Lock()


@dataclass(frozen=True, eq=False)
class Style:
    """How a text is set: `size` in pt at most; `align` is 0 left, 0.5 centre, 1 right."""

    face: Face
    size: float
    ink: str = BLACK
    align: float = 0


def setting_of(text: str, style: Style, box: Box) -> Setting:
    """Return how `text` is set in `box`, spelled in letters that its face has."""
    return fit(printable(text, style.face), style.face, style.size, box)


class Paper:
    """An A4 PDF in memory; its streams stay uncompressed, since the ZIP deflates them.

    It asks its printer for 100 %, since a label of 96 % misses its sheet, and for one side, since
    the passwords of two pupils on one sheet of paper cannot be handed out.
    """

    def __init__(
        self, title: str, *, made_at: datetime, school: str = "", subject: str = ""
    ) -> None:
        """Begin a document that was made at the aware time `made_at`."""
        self.canvas = Canvas(
            BytesIO(),
            pagesize=A4,
            pageCompression=0,
            invariant=1,
            lang="nl-BE",
            initialFontName=REGULAR.font.fontName,  # type: ignore[arg-type]  # a wrong stub
        )

        self.canvas.setTitle(title)
        self.canvas.setAuthor(school)
        self.canvas.setSubject(subject)
        self.canvas.setCreator("LeerID Schoolloket")
        self.canvas.setDateFormatter(lambda *_: _pdf_date(made_at))
        self.canvas.setViewerPreference("PrintScaling", "None")
        self.canvas.setViewerPreference("Duplex", "Simplex")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")

        self._document = self.canvas._doc  # type: ignore[attr-defined]
        self._settings: dict[tuple[str, Style, Box], Setting] = {}
        self._set: dict[tuple[str, Style, Box], str] = {}
        self._forms: list[str] = []
        self._resources = PDFResourceDictionary()
        self._resources.basicFonts()
        self._resources.allProcs()

    @classmethod
    def of(cls, job: PrintJob, title: str) -> "Paper":
        """Begin a document of this job, made when it was saved."""
        return cls(title, made_at=job.saved_at, school=job.institution_name, subject=job.batch)

    def write(self, text: str, style: Style, box: Box) -> None:
        """Set `text` at the top of `box`, spelled in letters that its face has."""
        key = text, style, box
        if key not in self._set:  # labels, classes and groups return on many cards
            self._set[key] = "\n".join(self._lines(self.setting(*key), style, box))
        self.canvas.addLiteral(self._set[key])

    def setting(self, text: str, style: Style, box: Box) -> Setting:
        """Return the lines in which `write` sets the text, and whether they fit."""
        key = text, style, box
        if key not in self._settings:
            self._settings[key] = setting_of(*key)
        return self._settings[key]

    def _lines(self, setting: Setting, style: Style, box: Box) -> Iterator[str]:
        """Yield the operators of each line, from the top of the box down."""
        face = style.face
        baseline = box.top - face.ascent * setting.size
        for line in setting.lines:
            beyond, _ = face.overhang(line[:1])
            left = box.left + beyond * setting.size
            if style.align:
                left += style.align * (box.width - face.ink_width(line) * setting.size)
            shown = self._shown(line, face, setting.size)
            yield f"BT {style.ink} {left:.2f} {baseline:.2f} Td {shown} ET"
            baseline -= face.leading * setting.size

    def _shown(self, line: str, face: Face, size: float) -> str:
        """Return the operators that show the letters, each from the face's subset that has it."""
        return " ".join(
            f"{face.font.getSubsetInternalName(subset, self._document)} {size:.5g} Tf"
            f" <{codes.hex()}> Tj"
            for subset, codes in self._codes(line, face)
        )

    def _codes(self, line: str, face: Face) -> list[tuple[int, bytes]]:
        """Return the line in parts: the number of a subset of the face, and its codes in that."""
        if line.isascii():  # always its own codes in the first subset: asciiReadable
            return [(0, line.encode())]
        return face.font.splitString(line, self._document)

    def qr(self, operators: str, box: Box) -> None:
        """Draw a QR code of `qr_operators`; `box` is square and includes no quiet zone."""
        self._in_unit_square(f"{BLACK} {operators}", box)

    def picture(self, picture: Picture, box: Box) -> None:
        """Draw one picture of a picture password; its image is embedded once."""
        if picture.slug not in self._forms:
            self._document.addForm(picture.slug, _image(picture.slug))
            self._forms.append(picture.slug)
        self._in_unit_square(_show(picture.slug), box)

    def stamp(self, name: str, draw: Callable[[], None]) -> None:
        """Show what `draw` draws: called once, and kept as a form that later pages refer to."""
        if name not in self._forms:
            self.canvas.beginForm(name)
            draw()
            self.canvas.endForm()
            self._forms.append(name)

        self.canvas.addLiteral(_show(name))

    def _in_unit_square(self, operators: str, box: Box) -> None:
        """Draw what the operators draw in the unit square, stretched to `box`."""
        bottom = box.top - box.height
        self.canvas.addLiteral(
            f"q {box.width:.2f} 0 0 {box.height:.2f} {box.left:.2f} {bottom:.2f} cm {operators} Q"
        )

    def rounded(self, box: Box, *, radius: float, line: float) -> None:
        """Draw the outline of `box` with round corners; `radius` and `line` width in pt."""
        self.canvas.setLineWidth(line)
        self.canvas.setStrokeGray(0.45)
        self.canvas.roundRect(box.left, box.top - box.height, box.width, box.height, radius)

    def disc(self, box: Box) -> None:
        """Draw a black disc in the square `box`, with a white rim around it."""
        self._in_unit_square(_RIMMED_DISC, box)

    @contextmanager
    def moved_to(self, left: float, bottom: float) -> Iterator[None]:
        """Draw with the origin at (`left`, `bottom`) pt of the page."""
        self.canvas.addLiteral(f"q 1 0 0 1 {left:.3f} {bottom:.3f} cm")
        yield
        self.canvas.addLiteral("Q")

    def next_page(self) -> None:
        """End the page, with the work done here that ReportLab would do slowly for each page."""
        self.canvas.showPage()
        page = self._document.Pages.pages[-1]
        page.stream = page.stream.encode("ascii")
        page.Resources = self._document.Reference(self._resources, "shared-resources")

    def finished(self) -> bytes:
        """Return the bytes of the PDF, after every page was ended by `next_page`."""
        if not self._document.Pages.pages:  # viewers refuse a PDF without a page
            self.next_page()

        self._resources.XObject = self._document.xobjDict(self._forms)  # type: ignore[attr-defined]
        with _subsetting:
            return bytes(self.canvas.getpdfdata())  # type: ignore[no-untyped-call]


def _pdf_date(moment: datetime) -> str:
    """Return a moment as PDF writes it: `D:20260824140500+02'00'`."""
    offset = f"{moment:%z}"
    return f"D:{moment:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:]}'"


def _show(name: str) -> str:
    """Return the operator that draws a form or an image of the document."""
    return f"/{xObjectName(name)} Do"


def _image(slug: str) -> PDFStream:
    """Return a PDF image of 8-bit RGB: a new object per document, with bytes made once."""
    width, height, deflated = _pixels(slug)
    entries = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
        "ColorSpace": PDFName("DeviceRGB"),
        "Filter": PDFName("FlateDecode"),
    }
    return PDFStream(PDFDictionary(entries), deflated)


@cache
def _pixels(slug: str) -> tuple[int, int, bytes]:
    """Return the picture's width, height and deflated RGB bytes, on a white ground."""
    with Image.open(_PICTURES / f"{slug}.png") as drawn:
        on_white = Image.new("RGBA", drawn.size, "white")
        on_white.alpha_composite(drawn.convert("RGBA"))

    deflated = zlib.compress(on_white.convert("RGB").tobytes(), 6)
    return drawn.width, drawn.height, deflated
