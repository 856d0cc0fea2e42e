"""The nightly import: `manage.py import_students --institution 999912 lijst.csv`."""

import json
import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.importing import UnusableFile, actions
from students.importing.columns import BY_NAME
from students.importing.rows import ParsedFile
from students.models import ImportRun

logger = logging.getLogger(__name__)

CHANGED = "Another import of this school ran in the same second; nothing was imported. Try again."


class Command(BaseCommand):
    help = (
        "Import the list of a school's administration package. Bad rows are skipped and named, "
        "with status 0; an unusable file, or one that ends more than it may, imports nothing, "
        "with status 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--institution", required=True, metavar="NR", help="six digits")
        parser.add_argument(
            "--partial", action="store_true", help="an addition: ends nobody's enrolment"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what it would do, only")
        parser.add_argument(
            "--max-ended",
            type=int,
            metavar="COUNT",
            help="how many enrolments may end before their own end date (default: 10 %%)",
        )
        parser.add_argument("--json", action="store_true", help="the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and write a report. Raises CommandError, so that the status is 1."""
        by = Actor(institution=_institution(options["institution"]))
        try:
            parsed = actions.read_file(by, _content(options["file"]))
            run = self._run(by, parsed, options)
        except (CommandError, UnusableFile, exceptions.ManyEnded) as error:
            self._refuse(by, options, str(error))
        except exceptions.PlanChanged:
            self._refuse(by, options, CHANGED)

        report = _report(run, parsed, dry_run=options["dry_run"])
        _log(by, options["file"].name, report)
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            self.stdout.write(_as_text(report))

    def _run(self, by: Actor, parsed: ParsedFile, options: dict[str, Any]) -> ImportRun:
        """Import, or only say what that would do. Raises ManyEnded, PlanChanged."""
        run_import = actions.import_now
        if options["dry_run"]:
            run_import = actions.dry_run

        return run_import(
            by=by,
            file_name=options["file"].name,
            parsed=parsed,
            full_list=not options["partial"],
            max_ended=options["max_ended"],
        )

    def _refuse(self, by: Actor, options: dict[str, Any], reason: str) -> NoReturn:
        """Log and report the reason why nothing was imported. Raises CommandError with it."""
        logger.error("import %s %s: %s", by.institution.number, options["file"].name, reason)
        if options["json"]:
            self.stdout.write(_as_json({"error": reason}))
        raise CommandError(reason)


def _institution(number: str) -> Institution:
    """Return the institution with this number. Raises CommandError without one."""
    institution = Institution.objects.filter(number=number).first()
    if institution is None:
        raise CommandError(f"There is no institution {number}.")
    return institution


def _content(file: Path) -> bytes:
    """Return the bytes of the file. Raises CommandError where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"Cannot read {file}: {error.strerror}.") from None


def _report(run: ImportRun, parsed: ParsedFile, *, dry_run: bool) -> dict[str, Any]:
    """Return what `--json` writes.

    `recognised`: how many pupils of other schools came with their LeerID, which no dry run can
    tell (R11). `errors` and `remarks` are lists of {"row": 3, "reason": "…"}, of a very long list
    the first ones; `bad_rows` is how many errors there are in all. `columns` has the field in Dutch
    by the heading that was taken for it: {"Klas": "klas"}.
    """
    columns = {}
    for name, heading in sorted(parsed.columns.taken.items()):
        columns[heading] = BY_NAME[name].label

    return {
        "new": run.new,
        "changed": run.changed,
        "ended": run.ended,
        "unchanged": run.unchanged,
        "bad_rows": run.problem_count,
        "recognised": run.recognised,
        "errors": run.problems,
        "remarks": run.remarks,
        "columns": columns,
        "ignored_columns": parsed.columns.unread,
        "full_list": run.full_list,
        "dry_run": dry_run,
    }


def _as_json(report: dict[str, Any]) -> str:
    return json.dumps(report, ensure_ascii=False)


def _as_text(report: dict[str, Any]) -> str:
    """Return the report for people: the counts, then a line for each column and bad row."""
    lines = [_counts(report)]
    if report["dry_run"]:
        lines.append("Dry run: nothing was imported.")

    for heading, label in report["columns"].items():
        lines.append(f"{heading} -> {label}")
    for row in report["errors"] + report["remarks"]:
        lines.append(f"row {row['row']}: {row['reason']}")

    return "\n".join(lines)


def _counts(report: dict[str, Any]) -> str:
    return (
        f"{report['new']} new, {report['changed']} changed, {report['ended']} ended, "
        f"{report['unchanged']} unchanged, {report['bad_rows']} bad rows, "
        f"{report['recognised']} recognised"
    )


def _log(by: Actor, file_name: str, report: dict[str, Any]) -> None:
    """Log counts, row numbers and reasons, without the rows' data."""
    what = "import"
    if report["dry_run"]:
        what = "dry run"

    logger.info("%s %s %s: %s", what, by.institution.number, file_name, _counts(report))
    for row in report["errors"]:
        logger.info("%s row %s: %s", by.institution.number, row["row"], row["reason"])
