"""Files as administration packages would make them."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from schoolloket.institutions.actors import Actor
from students.importing import actions
from students.importing.limits import Limits
from students.importing.reading.cells import FileCells, read_cells
from students.models import Enrolment, ImportRun

DEMO_DATA = Path(__file__).parents[2] / "schoolloket" / "demo" / "data"

HEADINGS = {
    "institution": "Instellingsnummer",
    "stamnummer": "Stamnummer",
    "first_name": "Voornaam",
    "last_name": "Naam",
    "official_first_name": "Officiële voornaam",
    "official_last_name": "Officiële naam",
    "sex": "Geslacht",
    "birth_date": "Geboortedatum",
    "number": "Rijksregisternummer",
    "group": "Administratieve groep",
    "class_code": "Klas",
    "starts_on": "Begindatum",
    "ends_on": "Einddatum",
}
ALL = tuple(HEADINGS)
Pupil = dict[str, str]


def national_number(born: date, counter: int = 1, *, bis: bool = False) -> str:
    """A number with right check digits; a bis number has 40 added to the month."""
    month = born.month + (40 if bis else 0)
    start = f"{born:%y}{month:02}{born:%d}{counter:03}"
    century = "2" if born.year >= 2000 else ""
    return f"{start}{97 - int(century + start) % 97:02}"


def pupil(index: int, **changes: str) -> Pupil:
    """A pupil of Brussel in the school year 2026-2027, another one for each index."""
    born = date(2010, 1, 1) + timedelta(days=index)
    return {
        "institution": "999912",
        "stamnummer": str(1000 + index),
        "first_name": f"Voornaam{index}",
        "last_name": f"Naam{index}",
        "official_first_name": f"Voornaam{index} Maria",
        "official_last_name": f"Naam{index}",
        "sex": "V",
        "birth_date": f"{born:%d/%m/%Y}",
        "number": national_number(born, 1),
        "group": "6de leerjaar",
        "class_code": "6A",
        "starts_on": "01/09/2026",
        "ends_on": "31/08/2027",
    } | changes


def pupils(count: int, **changes: str) -> list[Pupil]:
    return [pupil(index, **changes) for index in range(count)]


def csv_file(
    rows: list[Pupil],
    columns: tuple[str, ...] = ALL,
    *,
    delimiter: str = ";",
    encoding: str = "utf-8-sig",
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(HEADINGS[name] for name in columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return text.getvalue().encode(encoding)


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in ALL if name not in names)


def upload(actor: Actor, content: bytes, *, full_list: bool = True) -> ImportRun:
    return actions.upload(by=actor, file_name="lijst.csv", content=content, full_list=full_list)


def run_import(actor: Actor, content: bytes, *, full_list: bool = True) -> ImportRun:
    """Import at once, however many enrolments end."""
    return actions.import_now(
        by=actor,
        file_name="lijst.csv",
        parsed=actions.read_file(actor, content),
        full_list=full_list,
        max_ended=10**6,
    )


def reasons(run: ImportRun) -> dict[int, str]:
    return {problem["row"]: problem["reason"] for problem in run.problems}


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.new, run.changed, run.ended, run.unchanged


def of(actor: Actor, index: int) -> Enrolment:
    return Enrolment.objects.of(actor.institution).get(stamnummer=str(1000 + index))


def read_here(content: bytes) -> FileCells:
    return read_cells(content, Limits(settings.IMPORT_MAX_BYTES, settings.IMPORT_MAX_ROWS))
