"""Reads downloads back: the paper as a teacher sees it, the workbook as Excel opens it."""

import io
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp
from django.conf import settings
from PIL import Image, ImageChops, ImageStat

from accounts.pictures import GRID

from .desk import Shown

A4 = "leerid-a4.pdf"
STICKERS = ["leerid-stickers-l7160.pdf", "leerid-stickers-l7163.pdf", "leerid-stickers-l7651.pdf"]
SHEETS = [A4, *STICKERS]
CLASS_LIST = "leerid-klaslijst.pdf"
WORKBOOK = "leerid.xlsx"
# In pixels, one per module of the code; a picture is larger.
QR_WIDTH = 64


@dataclass(frozen=True)
class Printed:
    """The ZIP."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, path: Path) -> "Printed":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return cls({name: archive.read(name) for name in archive.namelist()})

    def pages(self, name: str) -> list[str]:
        return pages(self.files[name])

    def workbook(self) -> list[dict[str, object]]:
        """The rows of the Excel, by heading."""
        [sheet] = openpyxl.load_workbook(io.BytesIO(self.files[WORKBOOK])).worksheets
        headings, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip(map(str, headings), row, strict=True)) for row in rows]

    def sheets(self) -> list["Sheet"]:
        """The A4 sheets, as the pupils read and scan them."""
        with closing(pypdfium2.PdfDocument(self.files[A4])) as document:
            return [_sheet(page) for page in document]


@dataclass(frozen=True)
class Sheet:
    """The sheet of one pupil; `password` is the names of pictures joined by ` - ` where it has any.

    `url` is printed as text, `scanned` is the content of the QR code.
    """

    url: str
    scanned: str
    username: str
    label: str
    password: str

    @property
    def code(self) -> str:
        """The code that makes the device known."""
        [code] = parse_qs(urlsplit(self.scanned).query)["k"]
        return code


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    lines = page.get_textpage().get_text_range().split("\r\n")
    url = lines[lines.index("Aanmelden op") + 1]
    at = lines.index("Gebruikersnaam:")
    username, label, first = lines[at + 1 : at + 4]
    # Each picture has a line with its number and a line with its name.
    password = " - ".join(lines[at + 4 : at + 11 : 2]) if first == "1" else first
    [code] = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    return Sheet(url, code.text, username, label, password)


def pages(pdf: bytes) -> list[str]:
    """The text of each page without blanks, so that a wrapped name is found as well."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [squeezed(page.get_textpage().get_text_range()) for page in document]


# What a viewer makes of the hyphen at the end of a line.
AS_TYPED = str.maketrans({"\x02": "-", "\ufffe": "-"})


def squeezed(text: str) -> str:
    return "".join(text.translate(AS_TYPED).split())


def has_row(page: str, row: Shown) -> bool:
    """Whether a printed page or sheet has the sign-in data of the row."""
    return all(squeezed(text) in page for text in (row.name, row.username, _as_printed(row)))


def _as_printed(row: Shown) -> str:
    """The password as text; a picture password as the numbered names."""
    names = row.password.split(" - ")
    if len(names) == 1:
        return row.password
    return "".join(f"{number}{name}" for number, name in enumerate(names, start=1))


def pictures(pdf: bytes) -> list[str]:
    """The names of the pictures drawn on the first page, in the order of drawing."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        found = document[0].get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)
        images = [image.get_bitmap().to_pil() for image in found]
    return [_recognised(image) for image in images if image.width > QR_WIDTH]


def _recognised(image: Image.Image) -> str:
    seen = _small(image)
    return min(GRID, key=lambda known: _difference(seen, _known(known.static_path))).name


def _known(path: str) -> Image.Image:
    with Image.open(settings.BASE_DIR / "static" / path) as image:
        return _small(image)


def _small(image: Image.Image) -> Image.Image:
    return image.convert("L").resize((48, 48))


def _difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]
