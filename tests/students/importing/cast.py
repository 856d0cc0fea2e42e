"""The six pupils of the lists in `cases`, lists of them made here, and what a school has of them.

Zoë De Smedt, Björn Vanhoutte, Noémie Claeys, Kobe Verlinden, Amélie D'Hoore and Rayan Ouali are
in 6A. Romy Segers is a seventh, in no list: whether one ends her tells whether it ends at all.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import CommandError, call_command

from schoolloket.institutions.actors import Actor
from students.importing.draft import Draft
from students.importing.plan import Plan, Problem
from students.models import Enrolment, Student
from tests.students.helpers import run_import, upload

CASES = Path(__file__).parent / "cases"
HEADINGS = (
    "Stamnummer",
    "Voornaam",
    "Naam",
    "Geslacht",
    "Geboortedatum",
    "Rijksregisternummer",
    "Administratieve groep",
    "Klas",
    "Begindatum",
    "Einddatum",
)
DATES = ("Geboortedatum", "Begindatum", "Einddatum")
Line = dict[str, Any]
_DAY = re.compile(r"\d\d/\d\d/\d{4}")


def _line(*cells: str) -> Line:
    rest = ("6de leerjaar", "6A", "01/09/2026", "31/08/2027")
    return dict(zip(HEADINGS, (*cells, *rest), strict=True))


ZOE = _line("7100101", "Zoë", "De Smedt", "V", "04/03/2012", "12030441162")
BJORN = _line("7100102", "Björn", "Vanhoutte", "M", "09/11/2011", "11110953319")
NOEMIE = _line("7100103", "Noémie", "Claeys", "V", "17/06/2013", "13061728831")
KOBE = _line("7100104", "Kobe", "Verlinden", "M", "25/01/2010", "10012510768")
AMELIE = _line("7100105", "Amélie", "D'Hoore", "V", "29/02/2012", "12022965036")
RAYAN = _line("7100106", "Rayan", "Ouali", "M", "31/12/2014", "14123190131")
ROMY = _line("7100107", "Romy", "Segers", "V", "12/05/2012", "12051200251")
SIX = [ZOE, BJORN, NOEMIE, KOBE, AMELIE, RAYAN]

NAMES = ["Zoë De Smedt", "Björn Vanhoutte", "Noémie Claeys"]
NAMES += ["Kobe Verlinden", "Amélie D'Hoore", "Rayan Ouali"]
STAMNUMMERS = [line["Stamnummer"] for line in SIX]
BORN = [date(2012, 3, 4), date(2011, 11, 9), date(2013, 6, 17)]
BORN += [date(2010, 1, 25), date(2012, 2, 29), date(2014, 12, 31)]


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


# Lists ------------------------------------------------------------------------------------------


def each(*fields: str, be: Callable[[str], Any], lines: Iterable[Line] = SIX) -> list[Line]:
    """The lines with these cells written otherwise."""
    return [line | {name: be(line[name]) for name in fields} for line in lines]


def text_of(lines: Iterable[Line], headings: Mapping[str, str] | None = None) -> str:
    """A .csv of these lines; `headings`: other headings for some of the columns."""
    shown = {name: (headings or {}).get(name, name) for name in HEADINGS}
    rows = [shown, *lines]
    return "".join(";".join(str(row[name]) for name in HEADINGS) + "\r\n" for row in rows)


def list_of(lines: Iterable[Line], headings: Mapping[str, str] | None = None) -> bytes:
    return text_of(lines, headings).encode()


def table_of(lines: Iterable[Line], headings: Iterable[str] = HEADINGS) -> list[list[Any]]:
    """The rows of a sheet, headings first, with real dates."""
    rows: list[list[Any]] = [list(headings)]
    for line in lines:
        rows.append([_cell(name, value) for name, value in line.items()])
    return rows


def _cell(name: str, value: Any) -> Any:
    if name in DATES and _DAY.fullmatch(str(value)):
        return datetime.strptime(value, "%d/%m/%Y")
    return value


def workbook_of(
    sheets: Mapping[str, list[list[Any]]], change: Callable[[Any], None] | None = None
) -> bytes:
    """A workbook; `change` is called with the openpyxl workbook before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)

    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# What becomes of them ---------------------------------------------------------------------------


def preview(actor: Actor, content: bytes, *, full_list: bool = True) -> Plan:
    return Draft(upload(actor, content, full_list=full_list)).plan


def after(actor: Actor, *lines: Line) -> None:
    """The school has these pupils: without any, the six."""
    run_import(actor, list_of(lines or SIX))


def nightly(actor: Actor, file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The status of the command and its report as JSON."""
    out = io.StringIO()
    status = 0
    number = actor.institution.number
    arguments = ("--institution", number, "--json", "--max-ended", "99", *options, str(file))
    try:
        call_command("import_students", *arguments, stdout=out)
    except CommandError as error:
        status = error.returncode
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    return status, dict(json.loads(out.getvalue()))


def told(found: Iterable[Problem]) -> dict[int, str]:
    """The reason by row number."""
    return {problem.row: problem.reason for problem in found}


def all_said(plan: Plan) -> str:
    """Everything that the preview says beside the changes."""
    reasons = [problem.reason for problem in plan.problems + plan.remarks]
    return " ".join([*plan.warnings, *plan.questions, *reasons])


def stored(actor: Actor) -> list[Enrolment]:
    """What the school has, by stamnummer, all days included."""
    enrolments = Enrolment.objects.of(actor.institution)
    return list(enrolments.select_related("student").order_by("stamnummer"))


def names(actor: Actor) -> list[str]:
    return [f"{each.first_name} {each.last_name}" for each in stored(actor)]


def stamnummers(actor: Actor) -> list[str]:
    return [each.stamnummer for each in stored(actor)]


def classes(actor: Actor) -> list[str]:
    return [each.class_code for each in stored(actor)]


def born(actor: Actor) -> list[date | None]:
    return [each.student.birth_date for each in stored(actor)]


def last_days(actor: Actor) -> set[date]:
    return {each.ends_on for each in stored(actor)}


def known_by_number(actor: Actor) -> int:
    """How many pupils have a valid national number."""
    return Student.objects.filter(
        identity_hash__isnull=False, enrolments__institution=actor.institution
    ).count()


def is_untouched(plan: Plan, count: int = 6) -> bool:
    """Whether all pupils stay as they are."""
    return (plan.new, plan.changed, plan.ended, plan.unchanged) == ([], [], [], count)


def imported(actor: Actor, content: bytes, *, full_list: bool = True) -> None:
    run_import(actor, content, full_list=full_list)
