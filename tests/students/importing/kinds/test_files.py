"""Workbooks of other programs are read; other kinds of files are told what they are."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile
from tests.students.helpers import upload
from tests.students.importing.cast import (
    SIX,
    after,
    is_untouched,
    preview,
    table_of,
    told,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]


def repacked(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """The workbook with each of its parts changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return made.getvalue()


def with_another_name_of_the_texts(name: str, part: bytes) -> tuple[str, bytes]:
    return (
        name.replace("sharedStrings", "SharedStrings"),
        part.replace(b"sharedStrings.xml", b"SharedStrings.xml"),
    )


def with_a_font_family_beyond_the_norm(name: str, part: bytes) -> tuple[str, bytes]:
    return name, re.sub(rb'<family val="\d+" ?/>', b'<family val="34"/>', part)


def with_slashes_before(name: str, part: bytes) -> tuple[str, bytes]:
    return "/" + name, part


def as_strict(name: str, part: bytes) -> tuple[str, bytes]:
    """As Excel saves a Strict workbook."""
    main, strict = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    part = part.replace(main + b"spreadsheetml/2006/main", strict + b"spreadsheetml/main")
    part = part.replace(
        main + b"officeDocument/2006/relationships", strict + b"officeDocument/relationships"
    )
    return name, part


def as_strict_with_days_as_text(name: str, part: bytes) -> tuple[str, bytes]:
    """Strict workbooks may hold days as text: t="d"."""

    def day(found: re.Match[bytes]) -> bytes:
        moment = datetime(1899, 12, 30) + timedelta(days=int(found[2]))
        return found[1] + b' t="d"><v>' + moment.isoformat().encode() + b"</v>"

    name, part = as_strict(name, part)
    if "worksheets" in name:
        part = re.sub(rb'(<c r="[A-Z]\d+" s="\d+") t="n"><v>(\d+)</v>', day, part)
    return name, part


@pytest.mark.parametrize(
    "change",
    [
        with_another_name_of_the_texts,
        with_a_font_family_beyond_the_norm,
        with_slashes_before,
        as_strict,
        as_strict_with_days_as_text,
    ],
)
def test_what_other_programs_make_of_a_workbook_is_read(
    alice_actor: Actor, change: Callable[[str, bytes], tuple[str, bytes]]
) -> None:
    after(alice_actor)
    content = repacked(workbook_of({"6A": table_of(SIX)}), change)
    assert is_untouched(preview(alice_actor, content))


def zip_of(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "Stamnummer;Voornaam;Naam")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xef\xbb\xbf<!DOCTYPE HTML><HTML><BODY><TABLE></TABLE></BODY></HTML>", "webpagina"),
        (b"\r\n  <table border=0><tr><td>Stamnummer</td></tr></table>", "webpagina"),
        (
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html><table>",
            "webpagina",
        ),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook '
            b'xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
            "XML",
        ),
        (zip_of("word/document.xml"), "Word"),
        (zip_of("lijst.csv"), "zip"),
    ],
)
def test_other_files_are_named_with_what_to_do(
    alice_actor: Actor, content: bytes, what: str
) -> None:
    with pytest.raises(UnusableFile, match=rf"(?i){what}") as told_what:
        upload(alice_actor, content)
    assert re.search(r"\.xlsx|\.csv|Pak het uit", str(told_what.value))


def formula_in(*names: str) -> bytes:
    """A workbook with formulas that were never calculated in these columns."""
    lines = [line | dict.fromkeys(names, '=CONCATENATE("6","A")') for line in SIX[:2]]
    return workbook_of({"6A": table_of([*lines, *SIX[2:]])})


@pytest.mark.parametrize("name", ["Stamnummer", "Voornaam", "Begindatum"])
def test_a_needed_formula_without_a_result_is_a_bad_row(alice_actor: Actor, name: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, formula_in(name))
    assert (list(told(plan.problems)), plan.unchanged) == ([2, 3], 4)
    assert (plan.new, plan.changed, plan.ended) == ([], [], [])
    assert "formule" in " ".join(plan.warnings)


@pytest.mark.parametrize("names", [["Klas"], ["Administratieve groep", "Geslacht"]])
def test_another_formula_without_a_result_wipes_nothing(
    alice_actor: Actor, names: list[str]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, formula_in(*names))
    assert (plan.changed, plan.ended) == ([], [])
    assert "formule" in " ".join(plan.warnings)
