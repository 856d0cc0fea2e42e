"""What is written on a page, text by text, as a viewer finds it."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

PAGE_HEIGHT = 841.89  # pt

# What a viewer makes of the hyphen at the end of a line.
AS_TYPED = str.maketrans({"\x02": "-", "\ufffe": "-"})


@dataclass(frozen=True)
class Written:
    """A line of text: its face, its size in pt, and where it begins on the page.

    `left` and `baseline` are in pt from the upper left corner of the page.
    """

    text: str
    face: str
    size: float
    left: float
    baseline: float


def written(page: pypdfium2.PdfPage) -> Iterator[Written]:
    """The texts of a page in their order of drawing."""
    text_page = page.get_textpage()
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=4):
        place = found.get_matrix()
        yield Written(
            text=_text(found.raw, text_page.raw),
            face=_face(found.raw),
            size=_size(found.raw),
            left=place.e,
            baseline=PAGE_HEIGHT - place.f,
        )


def _text(found: object, text_page: object) -> str:
    buffer = (ctypes.c_ushort * 2_000)()
    length = pdfium.FPDFTextObj_GetText(found, text_page, buffer, 2_000)
    return bytes(buffer)[: length - 2].decode("utf-16-le").translate(AS_TYPED)


def _face(found: object) -> str:
    name = ctypes.create_string_buffer(100)
    pdfium.FPDFFont_GetBaseFontName(pdfium.FPDFTextObj_GetFont(found), name, 100)
    return name.value.decode()


def _size(found: object) -> float:
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(found, size)
    return size.value
