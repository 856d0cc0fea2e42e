"""The parts of an .xlsx file, found and read as forgivingly as Excel does it.

A workbook is a zip of XML parts that name one another (ECMA-376, part 2). Programs write names with
backslashes or in another case, "Strict" workbooks have namespaces of their own, and styles hold
values that openpyxl refuses. So openpyxl gets no more than the parts with cells and texts, in the
namespace that it knows (docs/decisions/0042).
"""

import posixpath
import zipfile
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from .zip_parts import plain_name

STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
TRANSITIONAL = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# The namespaces stand at the beginning of a part.
HEAD = 2**13
WORKBOOK = "xl/workbook.xml"
TRUE = ("1", "true")


@dataclass(frozen=True)
class Relation:
    """What one part says of another: `kind` is "worksheet", "styles" and so on."""

    name: str
    kind: str
    part: str


@dataclass(frozen=True)
class SheetPart:
    """A sheet with cells, as the workbook names it: where it is, and whether it is hidden."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class WorkbookPart:
    """The sheets with cells, and what the workbook says of all of them.

    `since_1904`: dates count from 1904. `recalculates`: results of formulas are not to be believed,
    since a program that cannot calculate wrote them.
    """

    sheets: list[SheetPart]
    shared_strings: str | None
    styles: str | None
    since_1904: bool
    recalculates: bool


class Package:
    """An open .xlsx file. Every method raises one error or another where the file is damaged."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {plain_name(name): name for name in archive.namelist()}

    def open(self, part: str) -> "Part":
        """Open a part by its name. Raises KeyError where there is none."""
        return Part(self._archive.open(self._names[plain_name(part)]))

    def workbook(self) -> WorkbookPart:
        """Return what the workbook says of its sheets."""
        name = WORKBOOK
        for relation in self._relations(""):
            if relation.kind == "officeDocument":
                name = relation.part
        relations = self._relations(name)
        root = self._xml(name)

        return WorkbookPart(
            sheets=_sheets(root, relations),
            shared_strings=_first(relations, "sharedStrings"),
            styles=_first(relations, "styles"),
            since_1904=_says(root, "workbookPr", "date1904"),
            recalculates=_says(root, "calcPr", "fullCalcOnLoad"),
        )

    def date_styles(self, part: str | None) -> tuple[set[int], set[int]]:
        """Return the numbers of the cell styles that show dates, and those that show durations."""
        if part is None:
            return set(), set()

        root = self._xml(part)
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        for number_format in root.iterfind("{*}numFmts/{*}numFmt"):
            formats[int(number_format.get("numFmtId", 0))] = number_format.get("formatCode", "")

        dates = set()
        durations = set()
        for place, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
            shown_as = formats.get(int(style.get("numFmtId", 0)))
            if is_date_format(shown_as):
                dates.add(place)
            if is_timedelta_format(shown_as):
                durations.add(place)

        return dates, durations

    def _relations(self, part: str) -> list[Relation]:
        """Return what the part, or with "" the package, says of others; nothing is none."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if plain_name(listed) not in self._names:
            return []

        relations = []
        for element in self._xml(listed):
            target = element.get("Target", "").replace("\\", "/")
            kind = element.get("Type", "").rpartition("/")[2]
            # Absolute, or from the folder of the part that says it.
            whole = posixpath.normpath(posixpath.join("/", folder, target))
            relations.append(Relation(element.get("Id", ""), kind, whole))

        return relations

    def _xml(self, part: str) -> Element:
        root: Element = fromstring(self.open(part).read_all())
        return root


class Part:
    """The bytes of a part, in the namespace of an ordinary workbook."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._head = stream.read(HEAD).replace(STRICT, TRANSITIONAL)

    def read(self, size: int = -1) -> bytes:
        """Return some bytes, at first a few more than asked for, and none at the end."""
        head = self._head
        self._head = b""
        return head or self._stream.read(size)

    def read_all(self) -> bytes:
        """Return all bytes."""
        return self.read() + self._stream.read()


def _sheets(root: Element, relations: list[Relation]) -> list[SheetPart]:
    """Return the sheets with cells; charts have none."""
    by_name = {relation.name: relation for relation in relations}
    sheets = []
    for element in root.iterfind("{*}sheets/{*}sheet"):
        relation = by_name[_relation_name(element)]
        if relation.kind == "worksheet":
            is_hidden = element.get("state", "visible") != "visible"
            sheets.append(SheetPart(element.get("name", ""), relation.part, is_hidden))

    return sheets


def _relation_name(sheet: Element) -> str:
    """Return the `r:id` of a sheet, whichever namespace `r` stands for."""
    for key, value in sheet.items():
        if key.endswith("}id"):
            return value
    raise ValueError("a sheet without a part")


def _first(relations: list[Relation], kind: str) -> str | None:
    """Return the part of this kind, or None."""
    for relation in relations:
        if relation.kind == kind:
            return relation.part
    return None


def _says(root: Element, tag: str, attribute: str) -> bool:
    """Return whether the element says `attribute="1"`."""
    element = root.find(f"{{*}}{tag}")
    return element is not None and element.get(attribute) in TRUE
