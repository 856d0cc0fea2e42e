"""The kinds of lists that go wrong, beyond the files of `cases`: variants of each, made here.

The cast is that of `cast`: six pupils whom the lists name, and Romy, whom none does.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile
from students.importing.draft import Draft
from tests.students.helpers import upload
from tests.students.importing.cast import (
    AMELIE,
    BJORN,
    BORN,
    DATES,
    HEADINGS,
    KOBE,
    NAMES,
    NOEMIE,
    RAYAN,
    ROMY,
    SIX,
    STAMNUMMERS,
    ZOE,
    Line,
    after,
    all_said,
    born,
    case,
    classes,
    each,
    imported,
    is_untouched,
    known_by_number,
    last_days,
    list_of,
    names,
    preview,
    stamnummers,
    stored,
    table_of,
    text_of,
    told,
    workbook_of,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
SLASHED = "%d/%m/%Y"


def day_of(text: str) -> datetime:
    return datetime.strptime(text, SLASHED)


# Sheets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        {"6A": SIX},
        {"Blad1": SIX[:5], "Blad2": SIX[5:]},
        {"1": SIX[:1], "2": SIX[1:2], "3": SIX[2:3], "4": SIX[3:4], "5": SIX[4:]},
        {"6A": SIX[:3], "leeg": [], "6B": SIX[3:]},
    ],
)
def test_any_number_of_sheets_is_one_list(alice_actor: Actor, parts: dict[str, list[Line]]) -> None:
    after(alice_actor, *SIX, ROMY)
    sheets = {name: table_of(lines) for name, lines in parts.items()}
    plan = preview(alice_actor, workbook_of(sheets))
    assert (plan.unchanged, plan.changed, plan.problems) == (6, [], [])
    assert ([ending.stamnummer for ending in plan.ended], plan.withheld) == (["7100107"], 0)


def test_a_sheet_may_have_other_headings_in_another_order(alice_actor: Actor) -> None:
    after(alice_actor)
    others = {"Naam": "Familienaam", "Stamnummer": "Stamboeknr", "Klas": "Klascode"}
    others |= {"Administratieve groep": "Klasgroep", "Begindatum": "Startdatum"}
    order = [*reversed(HEADINGS)]
    lines = [{name: line[name] for name in order} for line in SIX[3:]]
    rows = [["Klas 6B"], [], *table_of(lines, [others.get(name, name) for name in order])]
    plan = preview(alice_actor, workbook_of({"6A": table_of(SIX[:3]), "6B": rows}))
    assert is_untouched(plan)
    assert plan.problems == []


def test_a_sheet_may_lack_columns_that_another_has(alice_actor: Actor) -> None:
    """Its pupils are read without them, or else the sheet or its rows are named."""
    after(alice_actor)
    few = ("Stamnummer", "Voornaam", "Naam", "Klas")
    lines = [{name: line[name] for name in few} for line in SIX[3:]]
    sheets = {"6A": table_of(SIX[:3]), "6B": table_of(lines, few)}
    plan = preview(alice_actor, workbook_of(sheets))
    assert (plan.new, plan.changed, plan.ended) == ([], [], [])
    named = " ".join([*plan.warnings, *(str(problem.row) for problem in plan.problems)])
    assert plan.unchanged == 6 or "6B" in named


def test_a_bad_row_is_named_with_its_sheet(alice_actor: Actor) -> None:
    bad = [KOBE, AMELIE | {"Voornaam": None}, RAYAN]
    plan = preview(alice_actor, workbook_of({"6A": table_of(SIX[:3]), "6B": table_of(bad)}))
    assert [str(problem.row) for problem in plan.problems] == ["3 van blad “6B”"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_pupils_is_named_and_ends_nobody(
    alice_actor: Actor, state: str
) -> None:
    after(alice_actor, *SIX, ROMY)
    sheets = {"6A": table_of(SIX[:3]), "Oude lijst": table_of(SIX[3:])}
    content = workbook_of(sheets, lambda book: setattr(book["Oude lijst"], "sheet_state", state))
    plan = preview(alice_actor, content)
    assert (plan.unchanged, plan.ended, plan.withheld) == (3, [], 4)
    assert "Oude lijst" in " ".join(plan.warnings)


@pytest.mark.parametrize(
    "rows", [[["Keuzelijst"], ["M"], ["V"], ["X"]], [[]], [["Klas"], ["6A"], ["6B"]]]
)
def test_a_hidden_sheet_without_pupils_keeps_nobody(
    alice_actor: Actor, rows: list[list[Any]]
) -> None:
    after(alice_actor, *SIX, ROMY)
    content = workbook_of(
        {"Leerlingen": table_of(SIX), "Lijsten": rows},
        lambda book: setattr(book["Lijsten"], "sheet_state", "hidden"),
    )
    plan = preview(alice_actor, content)
    assert (plan.unchanged, len(plan.ended), plan.withheld) == (6, 1, 0)


@pytest.mark.parametrize(
    "cover",
    [
        [["Leerlingenlijst"], ["Gemaakt op", date(2026, 11, 23)]],
        [["Klas", "Aantal leerlingen"], ["6A", 6]],
        [["Naam", "TEST School 2 (2)"], ["Adres", "Kerkstraat 1"]],
        [[]],
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_sheet_without_pupils_makes_no_pupil(
    alice_actor: Actor, cover: list[list[Any]], first: bool
) -> None:
    after(alice_actor, *SIX, ROMY)
    sheets = {"Voorblad": cover, "Leerlingen": table_of(SIX)}
    if not first:
        sheets = dict(reversed(sheets.items()))
    plan = preview(alice_actor, workbook_of(sheets))
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert (len(plan.ended), plan.withheld) == (1, 0)


def test_one_pupil_on_two_sheets_is_named_on_both(alice_actor: Actor) -> None:
    other = [ZOE | {"Klas": "6B"}, *SIX[3:]]
    content = workbook_of({"6A": table_of(SIX[:3]), "6B": table_of(other)})
    plan = preview(alice_actor, content)
    assert [str(problem.row) for problem in plan.problems] == ["2 van blad “6A”", "2 van blad “6B”"]
    assert "van blad “6B”" in plan.problems[0].reason


def test_a_hidden_column_is_named(alice_actor: Actor) -> None:
    def hide(book: Any) -> None:
        book["6A"].column_dimensions["H"].hidden = True

    said = all_said(preview(alice_actor, workbook_of({"6A": table_of(SIX)}, hide)))
    assert "verborgen" in said
    assert "Klas" in said


@pytest.mark.parametrize("hidden", [[2], [3, 4, 5], [7]])
def test_hidden_rows_of_any_sheet_are_read_and_counted(
    alice_actor: Actor, hidden: list[int]
) -> None:
    def hide(book: Any) -> None:
        for number in hidden:
            book["6A"].row_dimensions[number].hidden = True

    plan = preview(alice_actor, workbook_of({"6A": table_of(SIX)}, hide))
    assert len(plan.new) == 6
    rows = "rij" if len(hidden) == 1 else "rijen"
    assert re.search(rf"\b{len(hidden)} verborgen {rows}\b", all_said(plan))


# Files ------------------------------------------------------------------------------------------


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


# Letters ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode("cp850"),
        lambda text: text.encode("mac-roman"),
        lambda text: text.replace("\r\n", "\r").encode("mac-roman"),
    ],
)
def test_letters_of_other_machines_are_read_and_asked_about(
    alice_actor: Actor, encoded: Callable[[str], bytes]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, encoded(text_of(SIX)))
    assert is_untouched(plan)
    (question,) = plan.questions
    assert "Klopt dit" in question
    assert "Björn" in question


def test_letters_that_were_written_twice_are_read_once(alice_actor: Actor) -> None:
    after(alice_actor)
    # UTF-8 that was taken for Windows-1252.
    content = text_of(SIX).encode().decode("cp1252").encode()
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_letters_of_today_are_not_asked_about(alice_actor: Actor, encoding: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, text_of(SIX).encode(encoding))
    assert is_untouched(plan)
    assert plan.warnings == []


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_letters_in_parts_are_the_same_letters(alice_actor: Actor, form: Any) -> None:
    after(alice_actor)
    content = unicodedata.normalize(form, text_of(SIX)).encode()
    assert is_untouched(preview(alice_actor, content))


def test_letters_in_parts_are_kept_whole(alice_actor: Actor) -> None:
    imported(alice_actor, unicodedata.normalize("NFD", text_of(SIX)).encode())
    assert names(alice_actor) == NAMES


@pytest.mark.parametrize("heading", ["Voornaam", "Naam"])
def test_a_lost_letter_in_a_name_makes_the_row_bad(alice_actor: Actor, heading: str) -> None:
    plan = preview(alice_actor, list_of([*SIX[:2], NOEMIE | {heading: "No\ufffd"}, *SIX[3:]]))
    assert (len(plan.new), list(told(plan.problems))) == (5, [4])


def test_a_lost_letter_in_a_call_name_makes_no_name(alice_actor: Actor) -> None:
    lines = [line | {"Roepnaam": "No\ufffd" if line is NOEMIE else ""} for line in SIX]
    content = workbook_of({"6A": table_of(lines, [*HEADINGS, "Roepnaam"])})
    plan = preview(alice_actor, content)
    assert 4 in {**told(plan.problems), **told(plan.remarks)}
    imported(alice_actor, content)
    assert set(names(alice_actor)) <= set(NAMES)


@pytest.mark.parametrize("heading", ["Klas", "Administratieve groep"])
def test_a_lost_letter_elsewhere_is_named_and_not_kept(alice_actor: Actor, heading: str) -> None:
    after(alice_actor)
    lines = [ZOE | {heading: "6\ufffd"}, *SIX[1:]]
    plan = preview(alice_actor, list_of(lines))
    assert (plan.changed, plan.ended) == ([], [])
    assert 2 in {**told(plan.problems), **told(plan.remarks)}


UNSEEN = "\u00ad\u034f\u180e\u200b\u200c\u200d\u200e\u2060\u2063\ufe0f\ufeff"


@pytest.mark.parametrize("sign", UNSEEN)
def test_no_sign_that_nobody_sees_changes_a_cell(alice_actor: Actor, sign: str) -> None:
    after(alice_actor)
    for fields in (["Voornaam", "Naam"], ["Stamnummer", "Klas"], DATES):
        lines = each(*fields, be=lambda text: text[:1] + sign + text[1:] + sign)
        assert is_untouched(preview(alice_actor, list_of(lines))), fields


def test_no_sign_that_nobody_sees_hides_a_heading(alice_actor: Actor) -> None:
    after(alice_actor)
    headings = {"Klas": "Kl\u200bas\u00ad", "Geboortedatum": "Geboorte\u2060datum\u00a0"}
    assert is_untouched(preview(alice_actor, list_of(SIX, headings)))


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\t", "  "])
def test_one_blank_is_as_good_as_another(alice_actor: Actor, blank: str) -> None:
    after(alice_actor)
    lines = each("Naam", "Administratieve groep", be=lambda text: text.replace(" ", blank))
    assert is_untouched(preview(alice_actor, list_of(lines)))


# Identifiers ------------------------------------------------------------------------------------


PACKED: list[Callable[[str], str]] = [
    lambda text: f'"=""{text}"""',
    lambda text: f'="{text}"',
    lambda text: f"'{text}",
    lambda text: f"’{text}",
    lambda text: f"'{text}'",
    lambda text: f'"""{text}"""',
    lambda text: f" {text}\u00a0",
]


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("fields", [["Stamnummer"], ["Rijksregisternummer"], DATES])
def test_packaging_is_no_part_of_an_identifier_or_a_date(
    alice_actor: Actor, packed: Callable[[str], str], fields: list[str]
) -> None:
    after(alice_actor)
    lines = each(*fields, be=packed)
    plan = preview(alice_actor, list_of(lines))
    assert is_untouched(plan)
    assert plan.problems == []


@pytest.mark.parametrize(
    "written",
    [
        lambda text: f"{text}.0",
        lambda text: f"{text},0",
        lambda text: f"{text}.00",
        lambda text: f"{int(text):,}".replace(",", "."),
        lambda text: f"{int(text):,}".replace(",", " "),
        lambda text: f"{int(text):,}".replace(",", "\u00a0"),
        lambda text: f"{int(text):,}",
        lambda text: f"{int(text):,}".replace(",", ".") + ",00",
    ],
)
@pytest.mark.parametrize("fields", [["Stamnummer"], ["Rijksregisternummer"]])
def test_a_number_written_as_an_amount_is_the_same_number(
    alice_actor: Actor, written: Callable[[str], str], fields: list[str]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(each(*fields, be=written)))
    assert is_untouched(plan)
    assert plan.problems == []


def test_an_apostrophe_belongs_to_a_name(alice_actor: Actor) -> None:
    lines = [ZOE | {"Naam": "'t Jampens"}, KOBE | {"Voornaam": "’Abd", "Klas": "'t Groen"}]
    imported(alice_actor, list_of(lines))
    assert names(alice_actor) == ["Zoë 't Jampens", "’Abd Verlinden"]
    assert classes(alice_actor) == ["6A", "'t Groen"]


def test_a_stamnummer_may_have_letters_and_signs(alice_actor: Actor) -> None:
    odd = ["A-12.4", "2026/007", "0.12", "LL 15"]
    lines = [line | {"Stamnummer": text} for line, text in zip(SIX[:4], odd, strict=True)]
    imported(alice_actor, list_of(lines))
    assert sorted(stamnummers(alice_actor)) == sorted(odd)


ZEROS = [f"000{number}" for number in range(101, 107)]
WITH_ZEROS = [line | {"Stamnummer": text} for line, text in zip(SIX, ZEROS, strict=True)]
NO_NUMBERS = each("Rijksregisternummer", be=lambda _: "", lines=WITH_ZEROS)


@pytest.mark.parametrize("lines", [WITH_ZEROS, NO_NUMBERS])
@pytest.mark.parametrize("full_list", [True, False])
@pytest.mark.parametrize("as_numbers", [True, False])
def test_zeros_that_were_lost_are_put_back_where_the_school_knows_them(
    alice_actor: Actor, lines: list[Line], full_list: bool, as_numbers: bool
) -> None:
    after(alice_actor, *lines)
    short = each("Stamnummer", be=int, lines=lines)
    content = list_of(short)
    if as_numbers:
        content = workbook_of({"6A": table_of(short)})
    assert is_untouched(preview(alice_actor, content, full_list=full_list))


def test_a_new_pupil_gets_the_zeros_that_all_others_have(alice_actor: Actor) -> None:
    after(alice_actor, *WITH_ZEROS)
    lines = [*each("Stamnummer", be=int, lines=WITH_ZEROS), ROMY | {"Stamnummer": "107"}]
    imported(alice_actor, list_of(lines))
    assert stamnummers(alice_actor) == [*ZEROS, "000107"]


def test_a_short_stamnummer_stays_where_the_school_has_no_zeros(alice_actor: Actor) -> None:
    after(alice_actor)
    imported(alice_actor, list_of([ROMY | {"Stamnummer": "77"}]), full_list=False)
    assert sorted(stamnummers(alice_actor)) == sorted([*STAMNUMMERS, "77"])


@pytest.mark.parametrize("text", ["1,2E+10", "1.20304E+10", "1,20304e10", "1,00125E10", "1E+10"])
def test_no_shortened_number_is_a_number(alice_actor: Actor, text: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {"Rijksregisternummer": text}, *SIX[1:]]))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]
    assert "Excel kortte het nummer in" in plan.remarks[0].reason


@pytest.mark.parametrize("text", ["7,1001E+06", "7.1001E+6", "7E+06"])
@pytest.mark.parametrize("number", [ZOE["Rijksregisternummer"], ""])
def test_no_shortened_stamnummer_is_a_stamnummer(
    alice_actor: Actor, text: str, number: str
) -> None:
    after(alice_actor)
    lines = [ZOE | {"Stamnummer": text, "Rijksregisternummer": number}, *SIX[1:]]
    plan = preview(alice_actor, list_of(lines))
    assert (plan.new, plan.changed, plan.ended) == ([], [], [])
    assert list(told(plan.problems)) == [2]


# Dates ------------------------------------------------------------------------------------------


def in_utc(text: str) -> str:
    """The beginning of the day here, as programs write it in universal time."""
    moment = day_of(text).replace(tzinfo=ZoneInfo("Europe/Brussels"))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def early(**before: float) -> Callable[[str], datetime]:
    return lambda text: day_of(text) - timedelta(**before)


@pytest.mark.parametrize(
    "written",
    [
        early(seconds=1),
        early(seconds=16),
        early(seconds=44),
        early(hours=1),
        lambda text: day_of(text) + timedelta(seconds=20),
    ],
)
def test_days_that_programs_store_askew_are_those_days(
    alice_actor: Actor, written: Callable[[str], datetime]
) -> None:
    after(alice_actor)
    content = workbook_of({"6A": table_of(each(*DATES, be=written))})
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize(
    "written",
    [
        lambda text: f"{text} 00:00",
        lambda text: f"{text} 0:00:00",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}.000",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}Z",
        lambda text: f"{day_of(text):%Y-%m-%dT%H:%M:%S}+01:00",
        lambda text: f"{day_of(text) - timedelta(seconds=44):%Y-%m-%d %H:%M:%S}",
        lambda text: f"{day_of(text) - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}",
        lambda text: f"{day_of(text) - timedelta(hours=1):%d/%m/%Y %H:%M}",
        in_utc,
    ],
)
def test_days_with_a_time_are_days(alice_actor: Actor, written: Callable[[str], str]) -> None:
    after(alice_actor)
    assert is_untouched(preview(alice_actor, list_of(each(*DATES, be=written))))


def test_workbooks_that_count_from_1904(alice_actor: Actor) -> None:
    after(alice_actor)

    def count_from_1904(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904

    content = workbook_of({"6A": table_of(SIX)}, count_from_1904)
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize(
    "end",
    [
        "31/12/9999",
        "31-12-9999",
        "9999-12-31",
        "31/12/9999 00:00:00",
        "9999-12-31T23:59:59",
        "31/12/2999",
        "2999-12-31",
        "1/01/2999",
        "2958465",
        "0",
        "0/01/1900",
        "00/01/1900",
        "00/00/0000",
        "0000-00-00",
        "30/12/1899",
        "1899-12-30",
        "31/12/1899",
    ],
)
def test_no_end_of_time_is_an_end(alice_actor: Actor, end: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(each("Einddatum", be=lambda _: end)))
    assert is_untouched(plan)
    assert plan.problems == []


@pytest.mark.parametrize("end", [datetime(9999, 12, 31), datetime(2999, 12, 31), 0, 2958465])
def test_no_end_of_time_in_a_workbook_is_an_end(alice_actor: Actor, end: object) -> None:
    after(alice_actor)
    content = workbook_of({"6A": table_of(each("Einddatum", be=lambda _: end))})
    assert is_untouched(preview(alice_actor, content))


def test_an_end_beside_ends_of_time_counts(alice_actor: Actor) -> None:
    lines = [ZOE | {"Einddatum": "30/06/2027"}, *each("Einddatum", be=lambda _: "31/12/9999")[1:]]
    imported(alice_actor, list_of(lines))
    assert [each.ends_on for each in stored(alice_actor)][:2] == [
        date(2027, 6, 30),
        date(2027, 8, 31),
    ]


@pytest.mark.parametrize("heading", ["Begindatum", "Geboortedatum"])
def test_an_end_of_time_is_no_beginning(alice_actor: Actor, heading: str) -> None:
    line = ZOE | {heading: "31/12/9999", "Rijksregisternummer": ""}
    plan = preview(alice_actor, list_of([line, *SIX[1:]]))
    assert list(told(plan.problems)) == [2]


@pytest.mark.parametrize(
    "text",
    ["1912", "2013", "04/03/1912", "1/01/1900", "01/01/1990", "24/11/2024", "17/06/2026", "2012.0"],
)
def test_no_pupil_is_that_young_or_old(alice_actor: Actor, text: str) -> None:
    lines = [ZOE | {"Geboortedatum": text, "Rijksregisternummer": ""}, *SIX[1:]]
    plan = preview(alice_actor, list_of(lines))
    assert (len(plan.new), list(told(plan.problems))) == (5, [2])
    assert "geboortedatum" in plan.problems[0].reason


@pytest.mark.parametrize("text", ["23/11/2024", "24/11/1996", "01/09/2024", "2012-03-04", "40972"])
def test_the_youngest_and_the_oldest_pupils(alice_actor: Actor, text: str) -> None:
    lines = [ZOE | {"Geboortedatum": text, "Rijksregisternummer": ""}, *SIX[1:]]
    assert len(preview(alice_actor, list_of(lines)).new) == 6


@pytest.mark.parametrize("text", ["2013", "1912"])
def test_a_bare_year_in_a_workbook_is_no_day(alice_actor: Actor, text: str) -> None:
    lines = [ZOE | {"Geboortedatum": int(text), "Rijksregisternummer": ""}, *SIX[1:]]
    plan = preview(alice_actor, workbook_of({"6A": table_of(lines)}))
    assert list(told(plan.problems)) == [2]


def month_first(text: str) -> str:
    return f"{day_of(text):%m/%d/%Y}"


@pytest.mark.parametrize(
    "written",
    [
        month_first,
        lambda text: month_first(text).replace("/", "-"),
        lambda text: "/".join(str(int(part)) for part in month_first(text).split("/")),
        lambda text: f"{month_first(text)} 00:00:00",
    ],
)
@pytest.mark.parametrize("fields", [["Geboortedatum"], DATES])
def test_a_column_with_the_month_first_is_read_so_throughout(
    alice_actor: Actor, written: Callable[[str], str], fields: list[str]
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(each(*fields, be=written)))
    assert is_untouched(plan)
    assert "maand" in " ".join(plan.warnings)


def test_a_column_with_the_day_first_is_not_warned_about(alice_actor: Actor) -> None:
    after(alice_actor)
    assert preview(alice_actor, list_of(SIX)).warnings == []


def test_two_orders_in_one_column_swap_nobodys_day(alice_actor: Actor) -> None:
    """The file is refused, or the rows that are in doubt are."""
    lines = each("Rijksregisternummer", be=lambda _: "")
    mixed = [*each("Geboortedatum", be=month_first, lines=lines[:3]), *lines[3:]]
    with suppress(UnusableFile):
        plan = preview(alice_actor, list_of(mixed))
        right = dict(zip(STAMNUMMERS, BORN, strict=True))
        for entry in plan.new:
            stamnummer = entry.enrolment["stamnummer"]
            assert entry.student["birth_date"] in (right[stamnummer], None)


def test_a_list_without_numbers_changes_no_birth_date_that_a_number_proved(
    alice_actor: Actor,
) -> None:
    after(alice_actor)
    lines = [
        ZOE | {"Geboortedatum": "03/04/2012", "Rijksregisternummer": ""},
        *each("Rijksregisternummer", be=lambda _: "", lines=SIX[1:]),
    ]
    plan = preview(alice_actor, list_of(lines))
    assert (plan.changed, plan.ended) == ([], [])
    assert 2 in {**told(plan.problems), **told(plan.remarks)}


@pytest.mark.parametrize("full_list", [True, False])
def test_an_empty_cell_wipes_nothing_that_a_number_proved(
    alice_actor: Actor, full_list: bool
) -> None:
    after(alice_actor)
    lines = each("Rijksregisternummer", "Geboortedatum", "Geslacht", be=lambda _: "")
    imported(alice_actor, list_of(lines), full_list=full_list)
    assert (known_by_number(alice_actor), born(alice_actor)) == (6, BORN)
    assert [each.student.sex for each in stored(alice_actor)] == ["V", "M", "V", "M", "V", "M"]


def test_an_empty_cell_of_an_addition_wipes_nothing(alice_actor: Actor) -> None:
    after(alice_actor)
    lines = each("Klas", "Administratieve groep", be=lambda _: "")
    assert is_untouched(preview(alice_actor, list_of(lines), full_list=False))


# Rows that are no pupils ------------------------------------------------------------------------


def glued(*between: str) -> bytes:
    """The list in two halves, with these lines in the middle."""
    heading, *lines = text_of(SIX).splitlines(keepends=True)
    middle = [f"{line}\r\n" for line in between]
    return "".join([heading, *lines[:3], *middle, *lines[3:]]).encode()


@pytest.mark.parametrize(
    "between",
    [
        [";".join(HEADINGS)],
        [";".join(HEADINGS).upper()],
        [";".join(f" {heading} " for heading in HEADINGS)],
        ["Stamnummer;Voornaam;Naam"],
        [";" * 9, ";".join(HEADINGS)],
    ],
)
def test_headings_anywhere_are_no_pupil(alice_actor: Actor, between: list[str]) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, glued(*between))
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert list(told(plan.remarks)) == [4 + len(between)]
    assert (len(plan.ended), plan.withheld) == (1, 0)


def test_a_title_and_headings_above_each_class(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, glued("", "Klas 6B", "", ";".join(HEADINGS)))
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert list(told(plan.remarks)) == [6, 8]
    assert (len(plan.ended), plan.withheld) == (1, 0)


NO_PUPILS = [
    "Totaal;6",
    "Totaal: 6",
    ";;Totaal;6",
    ";;;;;;;Totaal;;6",
    "Aantal leerlingen: 6",
    ";Aantal;6",
    "TOTAAL;;;;;;;;;6",
    "Subtotaal 6A;6",
    "Som;;;6",
    "Eindtotaal;6;;;;;;;;",
    "6 leerlingen",
    ";;;;;;;;;6",
    "Afgedrukt op 23/11/2026",
    ";;Pagina 1 van 1",
    "--- einde van de lijst ---",
    "Jongens: 3;Meisjes: 3",
]


@pytest.mark.parametrize("line", NO_PUPILS)
def test_no_total_or_footer_is_a_pupil(alice_actor: Actor, line: str) -> None:
    after(alice_actor, *SIX, ROMY)
    content = list_of(SIX) + f"{line}\r\n".encode()
    plan = preview(alice_actor, content)
    assert (plan.new, plan.unchanged, plan.problems) == ([], 6, [])
    assert list(told(plan.remarks)) == [8]
    assert (len(plan.ended), plan.withheld) == (1, 0)


def test_totals_after_each_class_are_no_pupils(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    plan = preview(alice_actor, glued(";;Totaal 6A;3") + b";;Totaal 6B;3\r\n")
    assert (plan.unchanged, plan.problems, list(told(plan.remarks))) == (6, [], [5, 9])
    assert len(plan.ended) == 1


def test_a_pupil_may_be_called_like_a_total(alice_actor: Actor) -> None:
    lines = [ZOE | {"Naam": "Totaal"}, BJORN | {"Naam": "Aantal", "Voornaam": "Som"}]
    imported(alice_actor, list_of(lines))
    assert names(alice_actor) == ["Zoë Totaal", "Som Aantal"]


@pytest.mark.parametrize(
    "line",
    [
        "7100103;;;;;;;;;",
        "7100103;Noémie;;;;;;;;",
        ";;;;;13061728831;;;;",
    ],
)
def test_a_row_that_names_a_pupil_by_number_ends_nobody(alice_actor: Actor, line: str) -> None:
    after(alice_actor, *SIX, ROMY)
    content = list_of([ZOE, BJORN, KOBE, AMELIE, RAYAN]) + f"{line}\r\n".encode()
    plan = preview(alice_actor, content)
    assert "7100103" not in [ending.stamnummer for ending in plan.ended]
    assert 7 in {**told(plan.problems), **told(plan.remarks)}


def test_a_pupil_without_any_number_withholds_endings_with_a_word(alice_actor: Actor) -> None:
    after(alice_actor, *SIX, ROMY)
    line = NOEMIE | {"Stamnummer": "", "Rijksregisternummer": ""}
    plan = preview(alice_actor, list_of([ZOE, BJORN, line, KOBE, AMELIE, RAYAN]))
    assert (plan.ended, list(told(plan.problems))) == ([], [4])
    assert plan.withheld >= 1
    assert "stamnummer" in " ".join(plan.warnings)


# Headings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Geboortedatum", "Geboortedatum*"),
        ("Geboortedatum", "Geboortedatum:"),
        ("Geboortedatum", "Geboortedatum (dd-mm-jjjj)"),
        ("Geboortedatum", "GEBOORTEDATUM [dd/mm/yyyy]"),
        ("Geboortedatum", "Geboortedatum leerling"),
        ("Geslacht", "Geslacht M/V"),
        ("Geslacht", "Geslacht (M/V/X)"),
        ("Klas", "Klas 26-27"),
        ("Klas", "Klas (2026-2027)"),
        ("Klas", "Klas 2026/2027"),
        ("Klas", "Klas schooljaar 2026-2027"),
        ("Klas", "Klas SJ 2026-2027"),
        ("Naam", "Naam leerling"),
        ("Naam", "Naam (verplicht)"),
        ("Voornaam", "Voornaam leerling"),
        ("Voornaam", "Voornaam *"),
        ("Stamnummer", "Stamnr. (7 cijfers)"),
        ("Stamnummer", "Stamnummer leerling"),
        ("Rijksregisternummer", "INSZ-nummer"),
        ("Rijksregisternummer", "Rijksregisternummer (11 cijfers)"),
        ("Rijksregisternummer", "Rijksregisternr. leerling"),
        ("Administratieve groep", "Administratieve groep (code)"),
        ("Administratieve groep", "Adm. groep"),
        ("Begindatum", "Begindatum inschrijving (dd/mm/jjjj)"),
        ("Einddatum", "Einddatum 2026-2027"),
    ],
)
def test_a_heading_is_known_by_what_it_begins_with(
    alice_actor: Actor, name: str, heading: str
) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of(SIX, {name: heading}))
    assert is_untouched(plan)
    assert plan.warnings == []


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Voornaam", "Voornaam vader"),
        ("Naam", "Naam moeder"),
        ("Naam", "Naam school"),
        ("Naam", "Naam titularis"),
        ("Geboortedatum", "Geboortedatum moeder"),
        ("Geboortedatum", "Geboorteplaats"),
        ("Rijksregisternummer", "Rijksregisternummer ouder 1"),
        ("Klas", "Klastitularis"),
        ("Klas", "Klasnummer"),
        ("Klas", "Klas vorig jaar"),
        ("Klas", "Klas 2025-2026"),
        ("Geslacht", "Geslacht ouder"),
        ("Stamnummer", "Stamnummer broer"),
    ],
)
def test_what_is_said_of_another_person_or_year_is_not_the_pupils(
    alice_actor: Actor, name: str, heading: str
) -> None:
    """The column stands beside the pupil's own."""
    after(alice_actor)
    lines = [line | {heading: f"anders {number}"} for number, line in enumerate(SIX)]
    content = workbook_of({"6A": table_of(lines, [*HEADINGS, heading])})
    assert is_untouched(preview(alice_actor, content))


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Geboortedatum", "Geboortedatum moeder"),
        ("Klas", "Klas vorig jaar"),
        ("Klas", "Klasnummer"),
        ("Klas", "Klas 2025-2026"),
    ],
)
def test_nor_is_it_where_the_pupils_own_is_missing(
    alice_actor: Actor, name: str, heading: str
) -> None:
    after(alice_actor)
    lines = each("Rijksregisternummer", be=lambda _: "")
    lines = each(name, be=lambda _: "12" if name == "Klas" else "01/01/1980", lines=lines)
    plan = preview(alice_actor, list_of(lines, {name: heading}))
    assert (plan.new, plan.changed, plan.ended, plan.problems) == ([], [], [], [])


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Geboortedatum", "Geb.dat."),
        ("Klas", "Klasbenaming"),
        ("Rijksregisternummer", "Rijksreg. nr"),
        ("Einddatum", "Einde inschrijving"),
        ("Begindatum", "Begin inschrijving"),
    ],
)
def test_a_heading_that_looks_needed_is_taken_or_warned_about(
    alice_actor: Actor, name: str, heading: str
) -> None:
    draft = Draft(upload(alice_actor, list_of(SIX, {name: heading})))
    taken = heading in draft.columns.taken.values()
    assert taken or heading in " ".join(draft.plan.warnings)


# Values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("woman", "man"),
    [
        ("v", "m"),
        ("V", "M"),
        ("f", "m"),
        ("F", "M"),
        ("Female", "Male"),
        ("FEMALE", "MALE"),
        ("vrouw", "man"),
        ("Vrouwelijk", "Mannelijk"),
        ("Meisje", "Jongen"),
        ("meisje", "jongen"),
        (" V ", "M."),
    ],
)
def test_sexes_in_the_words_of_packages(alice_actor: Actor, woman: str, man: str) -> None:
    after(alice_actor)
    lines = each("Geslacht", be={"V": woman, "M": man}.__getitem__)
    plan = preview(alice_actor, list_of(lines))
    assert is_untouched(plan)
    assert plan.remarks == []


@pytest.mark.parametrize("text", ["w", "1", "2", "0", "?", "-", "onbekend", "Juf", "#N/B"])
def test_a_word_that_is_no_sex_wipes_nothing(alice_actor: Actor, text: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {"Geslacht": text}, *SIX[1:]]))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]


ERRORS = ["#N/A", "#N/B", "#NAME?", "#NAAM?", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!"]
ERRORS += ["#DIV/0!", "#DEEL/0!", "#NUM!", "#GETAL!", "#NULL!", "#LEEG!", "#SPILL!", "#OVERLOOP!"]
ERRORS += ["#NOM?", "#VALEUR!", "#n/b", "#CALC!"]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_another_cell_keeps_what_is_known(alice_actor: Actor, error: str) -> None:
    after(alice_actor)
    for name in ("Klas", "Administratieve groep", "Geslacht", "Rijksregisternummer"):
        plan = preview(alice_actor, list_of([ZOE | {name: error}, *SIX[1:]]))
        assert is_untouched(plan), name
        assert list(told(plan.remarks)) == [2], name


@pytest.mark.parametrize("name", ["Geboortedatum", "Einddatum"])
def test_an_error_in_a_date_keeps_what_is_known(alice_actor: Actor, name: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {name: "#N/B"}, *SIX[1:]]))
    assert (plan.changed, plan.ended) == ([], [])
    assert 2 in {**told(plan.problems), **told(plan.remarks)}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_a_needed_cell_is_a_bad_row_and_ends_nobody(
    alice_actor: Actor, error: str
) -> None:
    after(alice_actor)
    for name in ("Stamnummer", "Voornaam", "Naam"):
        plan = preview(alice_actor, list_of([ZOE | {name: error}, *SIX[1:]]))
        assert (plan.new, plan.changed, plan.ended, plan.unchanged) == ([], [], [], 5), name
        assert list(told(plan.problems)) == [2], name


@pytest.mark.parametrize("error", ["#N/A", "#NAME?", "#REF!", "#DIV/0!"])
def test_an_error_in_a_workbook_is_no_class(alice_actor: Actor, error: str) -> None:
    lines = [ZOE | {"Klas": error}, *SIX[1:]]
    imported(alice_actor, workbook_of({"6A": table_of(lines)}))
    assert classes(alice_actor) == ["", *["6A"] * 5]


@pytest.mark.parametrize("name", ["Klas", "Administratieve groep"])
@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2025, 3, 1), date(2026, 6, 5)])
def test_no_day_in_a_workbook_is_a_class(alice_actor: Actor, name: str, day: date) -> None:
    after(alice_actor)
    lines = [ZOE | {name: day}, *SIX[1:]]
    plan = preview(alice_actor, workbook_of({"6A": table_of(lines)}))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]


@pytest.mark.parametrize("text", ["1/feb", "01-feb", "2-mrt", "5/jun", "2026-02-01", "01/02/2026"])
def test_no_day_in_text_is_a_class(alice_actor: Actor, text: str) -> None:
    after(alice_actor)
    plan = preview(alice_actor, list_of([ZOE | {"Klas": text}, *SIX[1:]]))
    assert is_untouched(plan)
    assert list(told(plan.remarks)) == [2]


@pytest.mark.parametrize("text", ["2-1", "6.5", "3/1", "1A-2", "OKAN", "6de", "2026", "5/6 BSO"])
def test_a_class_that_is_no_day_stays_what_it_is(alice_actor: Actor, text: str) -> None:
    imported(alice_actor, list_of([ZOE | {"Klas": text}]))
    assert classes(alice_actor) == [text]


def test_the_good_list_is_read_without_a_word(alice_actor: Actor) -> None:
    imported(alice_actor, list_of(SIX))
    assert (last_days(alice_actor), born(alice_actor)) == ({date(2027, 8, 31)}, BORN)
    plan = preview(alice_actor, case("baseline.csv"))
    assert is_untouched(plan)
    assert all_said(plan) == ""
