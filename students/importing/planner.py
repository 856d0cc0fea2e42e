"""Rows and what the school has -> the plan. Writes nothing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from operator import attrgetter

from schoolloket.institutions.models import Institution
from students.school_years import SchoolYear

from . import UnusableFile
from .claims import Claims
from .duplicates import count_once, repeated_numbers
from .endings import Endings, endings_of
from .entries import entries_of
from .existing import ExistingRecords
from .identifiers import Stamnummers
from .matching import as_answered, match_students
from .merging import answered_conflicts, merge_students
from .plan import Plan, Problem
from .rows import ParsedFile, Row

PAST_LIST = (
    "Deze lijst is van schooljaar {year}: elke inschrijving erin is voorbij. "
    "Haal in het leerlingadministratiepakket de lijst van dit schooljaar op."
)


def make_plan(
    parsed: ParsedFile,
    *,
    institution: Institution,
    full_list: bool,
    today: date,
    answers: Mapping[str, str],
) -> Plan:
    """Compare the file with what the institution has. The number of queries is constant.

    `answers`: the manager's answers to conflicts, a value of Choice by row number, as JSON has
    them: {"12": "zonder"}.
    """
    answer_of = {int(number): answer for number, answer in answers.items()}
    existing = ExistingRecords(institution, today)

    # Which rows count, and can be read.
    read = _with_kept_stamnummers(parsed.rows, existing)
    rows = [as_answered(row, answer_of.get(row.row)) for row in read]
    counted = count_once(rows)
    refused = _unreadable(counted.rows) + repeated_numbers(counted.rows)
    readable, bad = _split(counted.rows, refused)

    # Whose they are. `merge_students` changes `existing`: the answered conflicts are those before
    # it, the students those after it.
    original_of = {row.row: row for row in read}
    originals = [original_of[row.row] for row in readable]
    claims = Claims(originals, existing)
    answered = answered_conflicts(originals, existing, claims, answer_of)
    merges = merge_students(readable, existing, answer_of)
    matches = match_students(readable, existing, claims, answer_of)
    good, unmatched = _split(readable, matches.refused)
    bad += unmatched

    # What they change.
    _refuse_the_past(good, today)
    students = matches.students
    columns = parsed.columns
    entries = entries_of(good, students, merges, existing, claims, columns, full_list=full_list)

    endings = Endings()
    if full_list:
        endings = endings_of(good, bad, students, existing, parsed.findings)

    return Plan(
        new=entries.new,
        changed=entries.changed,
        unchanged_by_year=entries.unchanged_by_year,
        ended=endings.ended,
        problems=_by_row(refused + matches.refused),
        remarks=_by_row(_remarks(parsed, rows) + counted.remarks + entries.remarks),
        conflicts=sorted(answered + matches.conflicts, key=attrgetter("row")),
        merges=merges,
        running=existing.count_running(),
        ahead=existing.count_ahead(),
        warnings=[*parsed.warnings, *endings.spared_because],
        questions=list(parsed.findings.questions),
        spared=endings.spared,
        cut_off=parsed.findings.cut_off,
    )


def _with_kept_stamnummers(rows: list[Row], existing: ExistingRecords) -> list[Row]:
    """Return the rows with their stamnummers as the school has them."""
    own = {row.stamnummer for row in rows if not row.other_school}
    stamnummers = Stamnummers(own - {""}, existing.stamnummers)
    kept = []
    for row in rows:
        stamnummer = stamnummers.as_kept(row.stamnummer)
        if stamnummer != row.stamnummer:
            row = replace(row, stamnummer=stamnummer)
        kept.append(row)

    return kept


def _refuse_the_past(good: list[Row], today: date) -> None:
    """Raise UnusableFile where every row is of a school year that is over."""
    last_day = max((row.period[1] for row in good), default=today)
    year = SchoolYear.of(last_day)
    if year < SchoolYear.of(today):
        raise UnusableFile(PAST_LIST.format(year=year))


def _remarks(parsed: ParsedFile, rows: list[Row]) -> list[Problem]:
    """Return the remarks about the rows themselves, and about those that are no pupils."""
    remarks = [Problem(number, reason) for number, reason in parsed.left_out.items()]
    for row in rows:
        for reason in row.remarks:
            remarks.append(Problem(row.row, reason))

    return remarks


def _unreadable(rows: list[Row]) -> list[Problem]:
    """Return what is wrong with the rows themselves."""
    problems = []
    for row in rows:
        for reason in row.problems:
            problems.append(Problem(row.row, reason))

    return problems


def _split(rows: list[Row], refused: list[Problem]) -> tuple[list[Row], list[Row]]:
    """Return the rows that are not refused, and those that are."""
    numbers = {problem.row for problem in refused}
    good = []
    bad = []
    for row in rows:
        if row.row in numbers:
            bad.append(row)
        else:
            good.append(row)

    return good, bad


def _by_row(problems: list[Problem]) -> list[Problem]:
    """Return one problem for each row, with all its reasons, in the order of the file."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        reasons[problem.row].append(problem.reason)
    return [Problem(number, " ".join(reasons[number])) for number in sorted(reasons)]
