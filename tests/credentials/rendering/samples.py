"""The cards of the rendering tests, and ways to read what was rendered."""

import ctypes
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from accounts.pictures import GRID
from credentials.rendering.cards import Card, PrintJob

MM = 72 / 25.4
SAVED_AT = datetime(2026, 8, 24, 14, 5, tzinfo=ZoneInfo("Europe/Brussels"))
BASE = "https://leerid.voorbeeldschool.be/mijn/"

SUHEDA = Card(
    stamnummer="70246",
    first_name="Süheda",
    last_name="Carabin",
    administrative_group="4de leerjaar",
    class_code="4A",
    username="suheda.carabin",
    sign_in_url=BASE + "suheda.carabin",
    kind="Basis",
    password_kind="Basis wachtwoord",
    temporary=False,
    password="29ban9",
    code="k3Jx-0aQ_w7ZtYbN",
)
AURELIAN = replace(
    SUHEDA,
    stamnummer="0080240",
    first_name="Aurelian",
    last_name="Appels",
    administrative_group="2e lj 3e gr Elektri.installatietechn.TSO",
    class_code="6EIT",
    username="aurelian.appels",
    sign_in_url=BASE + "aurelian.appels",
    kind="Gevorderd",
    password_kind="Gevorderd wachtwoord",
    temporary=True,
    password="pgu9J7Zn",
)
ABDULGHANI = replace(
    SUHEDA,
    stamnummer="60351",
    first_name="Abdulghani",
    last_name="Bogdan",
    administrative_group="6de leerjaar",
    class_code="6B",
    username="abdulghani.bogdan",
    sign_in_url=BASE + "abdulghani.bogdan",
    password_kind="Afbeeldingswachtwoord",
    password=" - ".join(picture.name for picture in GRID[:4]),
    pictures=GRID[:4],
)
LUCJA = replace(SUHEDA, first_name="Łucja", last_name="Van Overstraeten-Delacroix")

_LONG_USERNAME = "maximiliaanalexandertheodorus.deschuyteneer-vandenbrouckevanabee"
LONGEST = replace(
    AURELIAN,
    first_name="Maximiliaan-Alexander Theodorus Emmanuel",
    last_name="De Schuyteneer-Vandenbroucke van den Abeele de Crombrugghe",
    administrative_group="2e lj 3e gr Sociale en technische wetenschappen TSO (duaal)",
    class_code="6STWE-duaal",
    username=_LONG_USERNAME,
    sign_in_url=f"https://leerid.scholengroep-vlaamse-ardennen.voorbeeldschool.be/mijn/{_LONG_USERNAME}",
)
LONGEST_PICTURES = replace(
    LONGEST, temporary=False, password=ABDULGHANI.password, pictures=ABDULGHANI.pictures
)


def job(*cards: Card) -> PrintJob:
    return PrintJob(
        institution_number="012345",
        institution_name="Basisschool De Zonnebloem",
        batch_number=12,
        saved_at=SAVED_AT,
        cards=cards,
    )


def pages(pdf: bytes) -> int:
    return len(pypdfium2.PdfDocument(pdf))


def lines(pdf: bytes, page: int = 0) -> list[str]:
    """The text of a page as it is copied, line by line."""
    return pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range().split("\r\n")


def squeezed(pdf: bytes, page: int = 0) -> str:
    """The text of a page without spaces and line ends, to find what was wrapped."""
    return "".join("".join(lines(pdf, page)).split())


def image(pdf: bytes, page: int = 0, *, dpi: int) -> Image.Image:
    """A page of a document as an image in greys, 0 black to 255 white."""
    return greys(pypdfium2.PdfDocument(pdf)[page], dpi=dpi)


def greys(page: pypdfium2.PdfPage, *, dpi: int) -> Image.Image:
    """A page as an image in greys, 0 black to 255 white."""
    return page.render(scale=dpi / 72).to_pil().convert("L")


def texts(pdf: bytes, page: int = 0) -> list[tuple[str, float, bool]]:
    """The face of each text on a page, its size in pt and whether the face is embedded."""
    document = pypdfium2.PdfDocument(pdf)
    return [
        _text(found.raw)
        for found in document[page].get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=4)
    ]


def _text(found: object) -> tuple[str, float, bool]:
    font = pdfium.FPDFTextObj_GetFont(found)
    name = ctypes.create_string_buffer(100)
    pdfium.FPDFFont_GetBaseFontName(font, name, 100)
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(found, size)
    return name.value.decode(), size.value, pdfium.FPDFFont_GetIsEmbedded(font) == 1


def fill_of(found: pypdfium2.PdfObject) -> tuple[int, int, int]:
    """The colour in which an object of a page is filled: red, green and blue, 0 to 255."""
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(found.raw, *parts)
    red, green, blue, _ = (part.value for part in parts)
    return red, green, blue
