"""Files made to do harm: a clear message or harmless text, never a crash or a hang."""

import io
import random
import zipfile
from collections.abc import Callable
from unittest import mock

import pytest
import xlsxwriter
from pytest_django import Settings

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile, limits
from students.importing.reading import reader
from students.importing.reading.cells import FileCells
from students.models import Enrolment, ImportRun
from tests.students.helpers import csv_file, pupil, pupils, reasons, run_import, upload

SHEET = "xl/worksheets/sheet1.xml"
NOISE = 2**18
# Of any byte one that is not ASCII.
HIGH = bytes(range(128, 256)) * 2
HEAD = [["Stamnummer", "Voornaam", "Naam"], [1, "a", "b"]]


def message(content: bytes) -> str:
    with pytest.raises(UnusableFile) as caught:
        reader.read(content)
    return str(caught.value)


def workbook() -> bytes:
    """A workbook with shared strings, which Excel writes and openpyxl does not."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(HEAD):
            sheet.write_row(number, 0, row)
    return made.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes], whole: bytes = b"") -> bytes:
    """A workbook with one part changed."""
    made = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(whole or workbook()))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return made.getvalue()


def with_rows(rows: bytes, whole: bytes = b"") -> bytes:
    end = b"</sheetData>"
    return with_part(SHEET, lambda xml: xml.replace(end, rows + end), whole)


# Too much ---------------------------------------------------------------------------------------


def test_empty_rows_without_end_are_not_there() -> None:
    # However busy the machine is that runs the tests.
    with mock.patch.multiple(limits, SECONDS=120, CLOCK_SECONDS=120):
        texts = reader.read(with_rows(b"<row/>" * 200_000))
    assert len(texts.rows) == 1


def test_a_row_at_the_end_of_the_sheet_is_found() -> None:
    row = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>9</t></is></c></row>'
    assert reader.read(with_rows(row.encode())).rows[-1] == (1_048_576, ("9",))


def test_a_large_cell_ends_the_child_only() -> None:
    text = b"<is><t>" + b"x" * 60_000_000 + b"</t></is>"
    content = with_rows(b'<row r="3"><c r="A3" t="inlineStr">' + text + b"</c></row>")
    with mock.patch.object(limits, "MEMORY", 100 * 2**20):
        assert "te zwaar om te lezen" in message(content)


def test_a_cell_of_300_megabytes_is_a_bomb() -> None:
    assert "uitgepakt te groot" in message(with_rows(b"x" * 300_000_000))


def test_a_bomb_that_lies_about_its_size(settings: Settings) -> None:
    """Unpacking stops at the size that the archive's directory claims."""
    settings.IMPORT_MAX_BYTES = 100_000
    content = with_rows(b"<row/>" * 1_000_000)
    start = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    lying = content[: start + 24] + (1000).to_bytes(4, "little") + content[start + 28 :]
    assert "uitgepakt te groot" in message(content)
    assert "beschadigd" in message(lying)


def test_a_long_text_named_by_every_cell() -> None:
    cells = b'<row r="%d">' + b'<c t="s"><v>3</v></c>' * 190 + b"</row>"
    rows = b"".join(cells % (number + 3) for number in range(20_000))
    long = with_part(
        "xl/sharedStrings.xml", lambda xml: xml.replace(b">a<", b">" + b"y" * 1000 + b"<")
    )
    assert len(long) < 20_000
    assert "te veel tekst" in message(with_rows(rows, long))


def test_reading_that_takes_too_long_is_given_up() -> None:
    with mock.patch.object(limits, "CLOCK_SECONDS", 0.001):
        assert "te zwaar om te lezen" in message(csv_file(pupils(1)))


def test_a_child_that_dies_is_no_more_than_a_message() -> None:
    with mock.patch.object(limits, "MEMORY", 2**20):
        assert "te zwaar om te lezen" in message(csv_file(pupils(5_000)))
    assert isinstance(reader.read(csv_file(pupils(1))), FileCells)


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHING_KEY", "geheim")
    with mock.patch.object(reader.subprocess, "run", wraps=reader.subprocess.run) as run:
        reader.read(csv_file(pupils(1)))
    assert run.call_args.kwargs["env"] == {}


# Not what it seems ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entities",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_entities_are_not_expanded(entities: bytes, part: str) -> None:
    def evil(xml: bytes) -> bytes:
        head, mark, rest = xml.partition(b"?>")
        declared = head + mark + entities + rest if mark else entities + xml
        return declared.replace(b"<v>0</v>", b"<v>&a;</v>").replace(b"Naam", b"&a;")

    assert "beschadigd" in message(with_part(part, evil))


@pytest.mark.parametrize("content", [b"%PDF-1.7\nStamnummer;Naam\n1;a\n", b"PK\x03\x04 nee"])
def test_a_pdf_or_a_letter_named_xlsx(content: bytes) -> None:
    assert "geen leesbare tabel" in message(content) or "beschadigd" in message(content)


def test_a_file_full_of_one_letter() -> None:
    for letter in (b"x", b";", b'"', b"\n"):
        assert message(letter * 1_000_000)


@pytest.mark.parametrize(
    "noise",
    [
        random.Random(1).randbytes(NOISE).translate(HIGH),
        random.Random(2).randbytes(NOISE).translate(HIGH).decode("latin-1").encode(),
        "é".encode().decode("cp1252").encode() * NOISE,
    ],
    ids=["no-encoding", "encoded-twice", "one-letter-twice"],
)
def test_noise_of_every_letter_is_read_within_the_limits(noise: bytes) -> None:
    """It is a long cell or it is refused as such: the child is not ended."""
    # By the clock, however busy the machine is that runs the tests.
    with mock.patch.object(limits, "CLOCK_SECONDS", 120):
        assert "cel is te lang" in message(b"Stamnummer;Naam\n1;" + noise)


# Names ------------------------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("=cmd|'/c calc'!A0", "=cmd|'/c calc'!A0"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Jan\u202egnp.exe", "Jangnp.exe"),
        ("J\u200ba\u2066n", "Jan"),
        ("Jan\x85\x9b", "Jan"),
    ],
)
def test_a_name_is_harmless_text(alice_actor: Actor, given: str, kept: str) -> None:
    run_import(alice_actor, csv_file([pupil(1, first_name=given)]))
    assert Enrolment.objects.get().first_name == kept


def test_nul_makes_a_file_unreadable() -> None:
    assert "geen leesbare tabel" in message(csv_file([pupil(1, first_name="Jan\x00")]))


def test_a_name_of_ten_thousand_characters_is_a_bad_row(alice_actor: Actor) -> None:
    run = run_import(alice_actor, csv_file([pupil(1, last_name="x" * 10_000), pupil(2)]))
    assert "te lang: hoogstens 200 tekens" in reasons(run)[2]
    assert run.new == 1


def test_a_hostile_file_leaves_no_draft(
    alice_actor: Actor, in_a_child: None, settings: Settings
) -> None:
    settings.IMPORT_MAX_BYTES = 1000
    with pytest.raises(UnusableFile):
        upload(alice_actor, csv_file(pupils(50)))
    assert not ImportRun.objects.exists()
