"""A list of 20,000 pupils, as ratios: `python -m benchmarks.importing`; see README.md.

Compares with the bare reading and writing of the same rows in the same run: the csv module and
Django's `bulk_create`, without a question asked.
"""

import argparse
import csv
import gc
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

FIRST_MOST = 4.0
AGAIN_MOST = 0.35
APPLIED_AGAIN_MOST = 0.22

HEADINGS = (
    *("Instellingsnummer", "Stamnummer", "Voornaam", "Naam", "Officiële voornaam"),
    *("Officiële naam", "Geslacht", "Geboortedatum", "Rijksregisternummer"),
    *("Administratieve groep", "Klas", "Begindatum", "Einddatum"),
)
SCHOOL = "999900"


def lines(pupils: int) -> list[tuple[str, ...]]:
    return [_line(index) for index in range(pupils)]


def _line(index: int) -> tuple[str, ...]:
    from .seed import FIRST_NAMES, LAST_NAMES  # noqa: PLC0415

    born = date(2008, 1, 1) + timedelta(days=index % 3650)
    first = FIRST_NAMES[index % len(FIRST_NAMES)]
    last = LAST_NAMES[index // len(FIRST_NAMES) % len(LAST_NAMES)]
    start = f"{born:%y%m%d}{index // 3650 * 2 + 1:03}"
    number = f"{start}{97 - int('2' + start) % 97:02}"
    return (
        *(SCHOOL, str(10_000 + index), first, last, first, last, "MV"[index % 2]),
        *(f"{born:%d/%m/%Y}", number, f"{index % 6 + 1}de leerjaar", f"{index % 6 + 1}A"),
        *("01/09/2026", "31/08/2027"),
    )


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([HEADINGS, *rows])
    return text.getvalue().encode()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds by the clock and what the work returned, after collecting garbage."""
    gc.collect()
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def bare(content: bytes, school: Any) -> None:
    """Read the rows and write them, without checking anything."""
    from django.db import transaction  # noqa: PLC0415

    from students.models import Enrolment, Student  # noqa: PLC0415

    rows = list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))
    with transaction.atomic():
        students = Student.objects.bulk_create(
            Student(
                identity_hash=f"{number:064}",
                birth_date=_day(row["Geboortedatum"]),
                sex=row["Geslacht"],
                official_data="available",
                official_first_name=row["Officiële voornaam"],
                official_last_name=row["Officiële naam"],
            )
            for number, row in enumerate(rows)
        )
        Enrolment.objects.bulk_create(
            Enrolment(
                student=student,
                institution=school,
                stamnummer=row["Stamnummer"],
                first_name=row["Voornaam"],
                last_name=row["Naam"],
                administrative_group=row["Administratieve groep"],
                class_code=row["Klas"],
                starts_on=_day(row["Begindatum"]),
                ends_on=_day(row["Einddatum"]),
                first_name_key=row["Voornaam"],
                last_name_key=row["Naam"],
            )
            for student, row in zip(students, rows, strict=True)
        )


def _day(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def empty() -> None:
    from students.models import (  # noqa: PLC0415
        Enrolment,
        ImportRun,
        NumberClaim,
        Student,
        StudentEvent,
    )

    for model in (StudentEvent, Enrolment, Student, ImportRun, NumberClaim):
        model.objects.all()._raw_delete("default")


def measure(content: bytes, school: Any) -> dict[str, float]:
    """Return the seconds of each step: bare, a first import, the same file again."""
    from schoolloket.institutions.actors import Actor  # noqa: PLC0415
    from students.importing import actions  # noqa: PLC0415

    by = Actor(institution=school)

    def read() -> Any:
        return actions.read_file(by, content)

    def apply(parsed: Any) -> Any:
        return actions.import_now(by=by, file_name="x.csv", parsed=parsed, full_list=True)

    took: dict[str, float] = {}
    took["bare"], _ = timed(lambda: bare(content, school))
    empty()
    took["first_read"], parsed = timed(read)
    took["first_apply"], run = timed(lambda: apply(parsed))
    assert run.new == len(parsed.rows), run.problems[:3]
    took["again_read"], parsed = timed(read)
    took["again_apply"], run = timed(lambda: apply(parsed))
    assert run.unchanged == len(parsed.rows)
    empty()
    return took


def report(pupils: int, runs: int) -> None:
    from schoolloket.institutions.models import Institution  # noqa: PLC0415

    school = Institution.objects.create(number=SCHOOL, municipality="BENCH", name="TEST School")
    content = as_csv(lines(pupils))
    measured = [measure(content, school) for _ in range(runs)]
    for name in measured[0]:
        print(f"  {name:36} {median(each[name] for each in measured):8.2f} s")
    first = [(m["first_read"] + m["first_apply"]) / m["bare"] for m in measured]
    again = [
        (m["again_read"] + m["again_apply"]) / (m["first_read"] + m["first_apply"])
        for m in measured
    ]
    applied = [m["again_apply"] / m["first_apply"] for m in measured]
    line("first import / bare", median(first), FIRST_MOST)
    line("the same file again / first import", median(again), AGAIN_MOST)
    line("the same, without reading the file", median(applied), APPLIED_AGAIN_MOST)


def line(name: str, value: float, bound: float) -> None:
    mark = "   ABOVE" if value > bound else ""
    print(f"  {name:36} {value:8.3f}   at most {bound:g}{mark}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--pupils", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database-url", help="an empty database; a new SQLite file without")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = given.database_url or f"sqlite:///{folder}/bench.sqlite3"
        os.environ.setdefault("SECRET_KEY", "x" * 60)
        os.environ.setdefault("VAULT_KEYS", "dGVzdC1rZXktMzItYnl0ZXMtbG9uZy1mb3ItdGVzdHM=")
        os.environ.setdefault("PEPPER_KEYS", "k1:cGVwcGVyLW9mLXRoZS10ZXN0cy0zMi1ieXRlcy1sb25n")
        os.environ.setdefault("MATCHING_KEY", "bench")
        os.environ.setdefault("DESK_URL", "http://localhost:8000")
        os.environ["DJANGO_SETTINGS_MODULE"] = "schoolloket.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        report(given.pupils, given.runs)
        sys.exit(0)
