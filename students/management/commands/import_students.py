"""The nightly import: `manage.py import_students --institution 999912 lijst.csv`."""

import json
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.importing import UnusableFile, actions
from students.importing.columns import BY_NAME, Columns
from students.importing.rows import ParsedFile
from students.models import ImportRun, told_of_withheld

logger = logging.getLogger(__name__)

NO_FILE = "Het bestand is er niet, of kan niet worden gelezen. Er is niets ingelezen."
NOTHING_READ = ParsedFile(Columns({}, ()), [])
# The statuses beside 0, all is well.
NOTHING_IMPORTED = 1
NEEDS_A_LOOK = 2
LOOK = "Imported, but somebody has to look: see the report."


class Command(BaseCommand):
    help = (
        "Import the list of a school's administration package. Status 0: all is well. 1: nothing "
        "was imported: the file is unusable or another school's, not one row is good, or more "
        "would end than may. 2: imported, but somebody has to look: there are warnings, "
        "enrolments that the list does not name go on, or more than a tenth of the rows is bad. "
        "The same for --dry-run, of what it would do."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser; a wrong option ends with status 1, since nothing was imported."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.exit = _exit_of_usage  # type: ignore[method-assign]
        return parser

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
        """Import the file and report. Raises CommandError, so that the status is 1 or 2."""
        by = Actor(institution=_institution(options["institution"]))
        try:
            parsed = actions.read_file(by, _content(options["file"]))
            run = self._run(by, parsed, options)
        except (CommandError, UnusableFile, exceptions.Refused) as error:
            self._give_up(by, options, error)

        self._tell(run, parsed, options)
        if run.error:
            raise CommandError(run.error, returncode=NOTHING_IMPORTED)
        if run.needs_a_look:
            raise CommandError(LOOK, returncode=NEEDS_A_LOOK)

    def _run(self, by: Actor, parsed: ParsedFile, options: dict[str, Any]) -> ImportRun:
        """Import, or only say what that would do. Raises UnusableFile, ImportedMeanwhile."""
        run_import = actions.import_now
        if options["dry_run"]:
            run_import = actions.dry_run

        try:
            return run_import(
                by=by,
                file_name=options["file"].name,
                parsed=parsed,
                full_list=not options["partial"],
                max_ended=options["max_ended"],
            )
        except exceptions.PlanChanged:
            raise exceptions.ImportedMeanwhile from None

    def _give_up(self, by: Actor, options: dict[str, Any], error: Exception) -> NoReturn:
        """Keep and report why there is nothing to import. Raises CommandError with it."""
        reason = str(error)
        if isinstance(error, CommandError):
            reason = NO_FILE
        run = actions.not_imported(
            by=by,
            file_name=options["file"].name,
            full_list=not options["partial"],
            error=reason,
            dry_run=options["dry_run"],
        )
        self._tell(run, NOTHING_READ, options)
        raise CommandError(str(error), returncode=NOTHING_IMPORTED)

    def _tell(self, run: ImportRun, parsed: ParsedFile, options: dict[str, Any]) -> None:
        """Write the report, and log what it says but for the columns and the questions."""
        report = _report(run, parsed.columns, dry_run=options["dry_run"])
        _log(run, report)

        # They name pupils, which no log may.
        report["warnings"] = [*run.warnings, *parsed.findings.questions]
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            self.stdout.write(_as_text(report))


def _exit_of_usage(status: int = 0, message: str | None = None) -> NoReturn:
    """Exit after `--help`, or after a wrong option, which argparse gives status 2."""
    if message:
        sys.stderr.write(message)
    sys.exit(min(status, NOTHING_IMPORTED))


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


def _report(run: ImportRun, columns: Columns, *, dry_run: bool) -> dict[str, Any]:
    """Return what `--json` writes.

    `warnings`: what somebody has to look at in the file as a whole, a list of sentences; at last
    whether names are right as they were read, which is in no log.
    `withheld`: how many enrolments a full list does not name and does not end either.
    `recognised`: how many pupils of other schools came with their LeerID, which no dry run can
    tell (R11). `errors` and `remarks` are lists of {"row": 3, "reason": "…"}, with "sheet" where
    the file has several, of a very long list the first ones; `bad_rows` is how many errors there
    are in all. `columns` has the field in Dutch by the heading that was taken for it: {"Klas":
    "klas"}. `error`, only where nothing was imported: why; the counts are then what would have been
    done.
    """
    field_of = {}
    for name, heading in sorted(columns.taken.items()):
        field_of[heading] = BY_NAME[name].label

    report = {
        "new": run.new,
        "changed": run.changed,
        "ended": run.ended,
        "unchanged": run.unchanged,
        "bad_rows": run.problem_count,
        "recognised": run.recognised,
        "withheld": run.withheld,
        "warnings": run.warnings,
        "errors": run.problems,
        "remarks": run.remarks,
        "columns": field_of,
        "ignored_columns": columns.unread,
        "full_list": run.full_list,
        "dry_run": dry_run,
    }
    if run.error:
        report["error"] = run.error
    return report


def _as_json(report: dict[str, Any]) -> str:
    return json.dumps(report, ensure_ascii=False)


def _as_text(report: dict[str, Any]) -> str:
    """Return the report for people: the counts, the columns, and what `_findings` yields."""
    lines = [_counts(report)]
    if report["dry_run"]:
        lines.append("Dry run: nothing was imported.")

    for heading, label in report["columns"].items():
        lines.append(f"{heading} -> {label}")
    for _, line in _findings(report):
        lines.append(line)

    return "\n".join(lines)


def _counts(report: dict[str, Any]) -> str:
    return (
        f"{report['new']} new, {report['changed']} changed, {report['ended']} ended, "
        f"{report['unchanged']} unchanged, {report['bad_rows']} bad rows, "
        f"{report['recognised']} recognised, {report['withheld']} withheld"
    )


def _findings(report: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield what the text and the log both say beside the counts, with the level of each line."""
    if "error" in report:
        yield logging.ERROR, f"error: {report['error']}"

    for warning in report["warnings"]:
        yield logging.WARNING, f"warning: {warning}"
    told = told_of_withheld(report["withheld"])
    if told:
        yield logging.WARNING, f"warning: {told}."

    for row in report["errors"] + report["remarks"]:
        yield logging.INFO, f"row {_row_name(row)}: {row['reason']}"


def _row_name(row: dict[str, Any]) -> str:
    """Return the number of a row, with its sheet where the file has several: `3 of sheet 6B`."""
    if "sheet" in row:
        return f"{row['row']} of sheet {row['sheet']}"
    return str(row["row"])


def _log(run: ImportRun, report: dict[str, Any]) -> None:
    """Log counts, warnings, row numbers and reasons, without the rows' data."""
    what = "import"
    if report["dry_run"]:
        what = "dry run"

    number = run.institution.number
    logger.info("%s %s %s: %s", what, number, run.file_name, _counts(report))
    for level, line in _findings(report):
        logger.log(level, "%s %s", number, line)
