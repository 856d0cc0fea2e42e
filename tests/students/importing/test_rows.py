"""The cells of a row: what they mean, and what is wrong with them."""

import base64
import json
import zlib
from datetime import date

import pytest

from students.importing.columns import find_columns
from students.importing.findings import Findings
from students.importing.national_numbers import HashedNumber
from students.importing.parsing import parse as parse_cells
from students.importing.rows import ParsedFile, Row
from students.importing.stored_cells import StoredCells, without_numbers
from tests.students.helpers import ALL, Pupil, csv_file, pupil, pupils, read_here, without

TODAY = date(2026, 11, 23)


def parse(content: bytes, institution: str, today: date) -> ParsedFile:
    cells = without_numbers(read_here(content))
    return parse_cells(cells, find_columns(cells.headings), institution, today)


def parsed(rows: list[Pupil], columns: tuple[str, ...] = ALL, today: date = TODAY) -> ParsedFile:
    return parse(csv_file(rows, columns), "999912", today)


def row(columns: tuple[str, ...] = ALL, today: date = TODAY, **changes: str) -> Row:
    return parsed([pupil(1, **changes)], columns, today).rows[0]


@pytest.mark.parametrize(
    "text", ["7/11/2010", "07-11-2010", "7.11.2010", "2010-11-07", "2010-11-07 00:00:00", "40489"]
)
def test_dates_in_every_spelling(text: str) -> None:
    assert row(birth_date=text, number="").birth_date == date(2010, 11, 7)


@pytest.mark.parametrize("text", ["31/02/2027", "soon", "11/2026", "1/1/0026", "7/11/10", "99"])
def test_unreadable_date_is_a_bad_row_that_does_not_repeat_the_value(text: str) -> None:
    (problem,) = row(starts_on=text).problems
    assert problem.startswith("De begindatum is geen datum. Schrijf ze als dag/maand/jaar")
    assert text not in problem


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        ("01/09/2026", date(2027, 8, 31)),
        ("31/08/2026", date(2026, 8, 31)),
        ("15/01/2027", date(2027, 8, 31)),
        ("01/09/2027", date(2028, 8, 31)),
    ],
)
def test_without_an_end_date_an_enrolment_ends_on_31_august_of_its_school_year(
    starts_on: str, ends_on: date
) -> None:
    assert row(starts_on=starts_on, ends_on="").ends_on == ends_on
    assert row(without("ends_on"), starts_on=starts_on).ends_on == ends_on


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 11, 23), 2026), (date(2027, 6, 30), 2026), (date(2027, 8, 25), 2027)],
)
def test_a_list_without_begin_dates_is_one_of_this_school_year_in_summer_of_the_next(
    today: date, year: int
) -> None:
    found = row(without("starts_on", "ends_on"), today)
    assert found.period == (date(year, 9, 1), date(year + 1, 8, 31))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stamnummer": ""}, "De cel “stamnummer” is leeg"),
        ({"first_name": " "}, "De cel “voornaam” is leeg"),
        ({"starts_on": ""}, "De cel “begindatum” is leeg"),
        ({"stamnummer": "1" * 21}, "te lang: hoogstens 20 tekens"),
        ({"last_name": "a" * 201}, "te lang: hoogstens 200 tekens"),
        ({"first_name": "😀" * 150}, "De cel “voornaam” is te lang"),
        ({"ends_on": "31/08/2026"}, "De einddatum ligt voor de begindatum"),
        ({"birth_date": "01/01/2030", "number": ""}, "geboortedatum ligt in de toekomst"),
        ({"stamnummer": pupil(1)["number"]}, "“stamnummer” staat een rijksregister- of bisnummer"),
        ({"institution": "999913"}, "dat van een andere school"),
    ],
)
def test_bad_cells_are_named_with_what_to_do(changes: dict[str, str], reason: str) -> None:
    (problem,) = row(**changes).problems
    assert reason in problem
    assert problem.endswith(".")


def test_a_row_with_a_cell_too_many_is_bad() -> None:
    content = csv_file(pupils(1)).replace(b"6A;", b"6A;B;")
    problems = parse(content, "999912", TODAY).rows[0].problems
    assert any("scheidingsteken te veel" in problem for problem in problems)


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    assert len(row(first_name="", starts_on="x", birth_date="y").problems) == 3


@pytest.mark.parametrize(
    ("text", "sex"), [("M", "M"), ("v", "V"), ("Vrouw", "V"), ("X", "X"), ("?", "")]
)
def test_sex(text: str, sex: str) -> None:
    assert row(sex=text).sex == sex


def test_institution_number_that_lost_its_leading_zero() -> None:
    content = csv_file([pupil(1, institution="12345")])
    assert not parse(content, "012345", TODAY).rows[0].problems


def test_the_name_a_child_is_called_is_its_first_name_here() -> None:
    content = "Stamnummer;Voornaam;Roepnaam;Naam;Begindatum\n1;Petrus;Piet;A;1/9/2026\n"
    assert parse(content.encode(), "999912", TODAY).rows[0].first_name == "Piet"
    content = content.replace("Piet", "")
    assert parse(content.encode(), "999912", TODAY).rows[0].first_name == "Petrus"


def test_a_national_number_as_call_name_is_refused() -> None:
    number = pupil(1)["number"]
    content = f"Stamnummer;Voornaam;Roepnaam;Naam;Begindatum\n1;Petrus;{number};A;1/9/2026\n"
    [refused] = parse(content.encode(), "999912", TODAY).rows
    assert refused.problems == ["In de cel “roepnaam” staat een rijksregister- of bisnummer."]


def test_a_number_with_another_birth_date_is_left_to_the_manager() -> None:
    found = row(birth_date="03/01/2011")
    assert (found.birth_date_differs, found.identity_hash, found.problems) == (True, "", [])


# The cells of a draft ---------------------------------------------------------------------------


def draft(content: bytes) -> str:
    cells = without_numbers(read_here(content))
    assert StoredCells.from_text(cells.to_text()) == cells
    return str(cells)


def test_a_draft_keeps_everything_but_the_national_number() -> None:
    rows = [*pupils(3), pupil(4, starts_on="x"), pupil(5, number="1")]
    kept = draft(csv_file(rows))
    assert "Voornaam4" in kept
    assert not [person["number"] for person in pupils(5) if person["number"] in kept]


@pytest.mark.parametrize("heading", ["Nummer van de leerling", "Stamnummer", "Telefoon"])
def test_a_draft_keeps_no_national_number_under_any_heading(heading: str) -> None:
    columns = ("Naam", heading, "Opmerking")
    lines = [";".join(columns)]
    for index in range(3):
        number = pupil(index)["number"]
        shown = f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
        lines.append(f"a;{number};bis is {shown}, nagekeken")
    kept = draft("\n".join(lines).encode())
    assert not [n for n in (pupil(i)["number"] for i in range(3)) if n in kept]
    assert kept.count("bis is (nummer), nagekeken") == 3


def test_a_telephone_number_is_no_national_number() -> None:
    assert "0475123456" in draft(b"Naam;Telefoon\na;0475123456\nb;0475123457\n")


def test_a_draft_of_an_earlier_version_is_still_read() -> None:
    """The text as the first version of the project stored it."""
    number = {"valid": True, "born": "2010-01-02", "hashes": {"2010-01-02": "3fa8"}}
    invalid = {"valid": False, "born": None, "hashes": {}}
    rows = [[2, ["1001", number]], [4, ["1002", invalid]]]
    content = json.dumps([["Stamnummer", "Insz"], rows, True]).encode()
    text = base64.b64encode(zlib.compress(content)).decode()
    hashed = HashedNumber(valid=True, born=date(2010, 1, 2), hashes={"2010-01-02": "3fa8"})
    assert StoredCells.from_text(text) == StoredCells(
        ("Stamnummer", "Insz"),
        [(2, ("1001", hashed)), (4, ("1002", HashedNumber(valid=False)))],
        findings=Findings(cut_off=True),
    )


def test_a_number_without_a_whole_birth_date_matches_the_date_of_its_row() -> None:
    start = "100000001"
    number = f"{start}{97 - int('2' + start) % 97:02}"
    assert row(number=number, birth_date="30/11/2010").identity_hash
    assert row(number=number, birth_date="30/11/2011").birth_date_differs
