"""What a file is that is no list: by its content, since names are often wrong.

Each kind has a message that names it and says what to do (docs/decisions/0042).
"""

import re

from .zip_parts import parts_of, plain_name

HEAD = 4_096
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_MARKUP = (b"<", b"MIME-Version:", b"{\\rtf")

_AS_XLSX = "Open het in Excel, bewaar het als “Excel-werkmap (.xlsx)” en probeer opnieuw."
_EXPORT = "Maak in het leerlingadministratiepakket een lijst als .csv of .xlsx."
_OPEN_SAVE = "Bewaar het zonder wachtwoord als .xlsx of .csv en probeer opnieuw."

_PROTECTED = f"Dit Excel-bestand is met een wachtwoord beveiligd. {_OPEN_SAVE}"
_OLD = f"Dit is een oud Excel-bestand (.xls). {_OPEN_SAVE}"
_OLD_OR_PROTECTED = f"Dit is een oud of met een wachtwoord beveiligd Excel-bestand. {_OPEN_SAVE}"
_BINARY = f"Dit is een binaire Excel-werkmap (.xlsb). {_AS_XLSX}"
_XML_2003 = f"Dit is een XML-werkblad van Excel 2003, geen .xlsx- of .xls-bestand. {_AS_XLSX}"
_OPENDOCUMENT = (
    "Dit is een OpenDocument-bestand (.ods), zoals LibreOffice ze maakt. "
    "Open het, bewaar het als .xlsx of .csv en probeer opnieuw."
)
_NUMBERS = (
    "Dit is een bestand van Apple Numbers, Pages of Keynote. "
    "Exporteer het daar naar Excel (.xlsx) en probeer opnieuw."
)
_WEB_PAGE = (
    "Dit is een webpagina, geen Excel-bestand, ook al eindigt de naam misschien op .xls. "
    f"{_AS_XLSX}"
)
_WORD = f"Dit is een Word-document, geen leesbare tabel. {_EXPORT}"
_SLIDES = f"Dit is een presentatie, geen leesbare tabel. {_EXPORT}"
_PDF = f"Dit is een PDF-bestand, geen leesbare tabel. {_EXPORT}"
_IMAGE = f"Dit is een afbeelding, geen leesbare tabel. {_EXPORT}"
_RTF = f"Dit is een tekstdocument (.rtf), geen leesbare tabel. {_EXPORT}"
_XML = f"Dit is een XML-bestand, geen leesbare tabel. {_EXPORT}"
_PACKED = "Dit is een ingepakt bestand. Pak het uit en kies de lijst die erin zit."
_ZIPPED_LIST = (
    "Dit is een zip-bestand met een lijst erin. Pak het uit en kies de lijst zelf (.xlsx of .csv)."
)
_OTHER_ZIP = f"Dit is een zip-bestand zonder werkblad. {_EXPORT}"

# How files begin; those of Excel 2 to 5 with the record that opens a sheet.
_BEGINNINGS = {
    _OLD: rb"\t(\x00\x04|\x02\x06|\x04\x06|\x08)",
    _PDF: rb"%PDF",
    _IMAGE: rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*|RIFF....WEBP|....ftyp",
    _PACKED: rb"Rar!|7z\xbc\xaf|\x1f\x8b",
}
# The streams of an OLE file, the container of Office before 2007 and of what is encrypted.
_STREAMS = {
    _PROTECTED: ["EncryptedPackage"],
    _WORD: ["WordDocument"],
    _SLIDES: ["PowerPoint Document"],
    _OLD: ["Workbook", "Book"],
}
# How the names of parts of a zip end.
_PARTS = {
    _BINARY: r"(^|/)workbook\.bin",
    _WORD: r"^word/document\.xml",
    _SLIDES: r"^ppt/presentation\.xml",
    _NUMBERS: r"\.iwa",
    # A workbook, damaged or not, is read.
    None: r"^\[content_types\]\.xml|^xl/.*",
    _OPENDOCUMENT: r"^mimetype",
    _ZIPPED_LIST: r"\.(csv|txt|xlsx|xls|ods)",
}
# What the beginning of a text with markup holds.
_TAGS = {
    _RTF: rb"^{\\rtf",
    _XML_2003: rb"urn:schemas-microsoft-com:office:spreadsheet",
    _OPENDOCUMENT: rb"urn:oasis:names:tc:opendocument",
    _WEB_PAGE: rb"^MIME-Version:|(?i:<(!doctype html|html|head|meta|table|style)\b)",
    _XML: rb"^<\?xml",
}


def why_not_read(content: bytes) -> str | None:
    """Return what the file is and what to do, in Dutch; None for what may be a list."""
    if content.startswith(ZIP):
        return _of_zip(content)
    if content.startswith(_OLE):
        return _of_ole(content)

    for message, beginning in _BEGINNINGS.items():
        if re.match(beginning, content, re.DOTALL):
            return message

    # Without its zeros UTF-16 reads like ASCII; a byte order mark may stand before the text.
    head = content[:HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(_MARKUP):
        return _of_markup(head)
    return None


def _of_zip(content: bytes) -> str | None:
    """Return what a zip is when it is no .xlsx file; None for one that is damaged."""
    try:
        parts = parts_of(content)
    except ValueError:
        return None

    names = "\n".join(plain_name(part.filename) for part in parts)
    for message, ending in _PARTS.items():
        if re.search(f"({ending})$", names, re.MULTILINE):
            return message
    return _OTHER_ZIP


def _of_ole(content: bytes) -> str:
    """Return what an OLE file is: its directory names each stream, in UTF-16."""
    for message, streams in _STREAMS.items():
        for stream in streams:
            if f"{stream}\0".encode("utf-16-le") in content:
                return message

    return _OLD_OR_PROTECTED


def _of_markup(head: bytes) -> str | None:
    """Return what a text with markup is; None where nothing tells."""
    for message, tag in _TAGS.items():
        if re.search(tag, head):
            return message
    return None
