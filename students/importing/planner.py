"""Rows and what the school has -> the plan. Writes nothing."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from operator import attrgetter

from schoolloket.institutions.models import Institution

from .claims import Claims
from .duplicates import count_once, repeated_numbers
from .endings import endings, identifies_nobody
from .entries import entries_of
from .existing import ExistingRecords
from .matching import as_answered, match_students
from .merging import answered_conflicts, merge_students
from .plan import Ending, Plan, Problem
from .rows import ParsedFile, Row

NOT_IDENTIFIED = (
    "Op minstens één rij ontbreekt het stamnummer, zodat we niet weten over welke leerling ze gaat."
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
    rows = [as_answered(row, answer_of.get(row.row)) for row in parsed.rows]
    counted = count_once(rows)
    refused = _unreadable(counted.rows) + repeated_numbers(counted.rows)
    readable, bad = _split(counted.rows, refused)

    # Whose they are. `merge_students` changes `existing`: the answered conflicts are those before
    # it, the students those after it.
    original_of = {row.row: row for row in parsed.rows}
    originals = [original_of[row.row] for row in readable]
    claims = Claims(originals, existing)
    answered = answered_conflicts(originals, existing, claims, answer_of)
    merges = merge_students(readable, existing, answer_of)
    matches = match_students(readable, existing, claims, answer_of)
    good, unmatched = _split(readable, matches.refused)
    bad += unmatched

    # What they change.
    entries = entries_of(good, matches.students, merges, existing, claims, parsed.columns)

    # Whom the list no longer names.
    ended = []
    if full_list:
        ended = endings(good, bad, matches.students, existing)
    withholds = _withholds(parsed, bad)
    spared: list[Ending] = []
    warnings = list(parsed.findings.warnings)
    if withholds and ended:
        spared = ended
        ended = []
        warnings += withholds

    return Plan(
        new=entries.new,
        changed=entries.changed,
        unchanged_by_year=entries.unchanged_by_year,
        ended=ended,
        problems=_by_row(refused + matches.refused),
        remarks=sorted(counted.remarks + entries.remarks, key=attrgetter("row")),
        conflicts=sorted(answered + matches.conflicts, key=attrgetter("row")),
        merges=merges,
        running=existing.count_running(),
        ahead=existing.count_ahead(),
        warnings=warnings,
        spared=spared,
        cut_off=parsed.findings.cut_off,
    )


def _withholds(parsed: ParsedFile, bad: list[Row]) -> list[str]:
    """Return why a full list may not name all pupils, so that it ends no enrolment."""
    withholds = list(parsed.findings.withholds)
    if any(map(identifies_nobody, bad)):
        withholds.append(NOT_IDENTIFIED)
    return withholds


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
