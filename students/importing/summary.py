"""What an import would do, in pupils and school years, as the preview says it first."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from schoolloket.core.text import counted
from students.school_years import SchoolYear

from .dates import year_of
from .plan import Ending, Entry, Plan

# What becomes of a pupil in a school year, in the order in which it is said: of one, of several.
NEW = ("nieuwe leerling", "nieuwe leerlingen")
RETURNS = ("komt terug", "komen terug")
OTHER_CLASS = ("gaat over naar een andere klas", "gaan over naar een andere klas")
SAME_CLASS = ("blijft in dezelfde klas", "blijven in dezelfde klas")
OTHER_DATA = ("met andere gegevens", "met andere gegevens")
LEAVES = ("vertrekt", "vertrekken")
STAYS_AWAY = ("komt toch niet", "komen toch niet")
UNCHANGED = ("ongewijzigd", "ongewijzigd")
IN_ORDER = (
    NEW,
    RETURNS,
    OTHER_CLASS,
    SAME_CLASS,
    OTHER_DATA,
    LEAVES,
    STAYS_AWAY,
    UNCHANGED,
)

# Reasons why rows are not read that are told with their number; and names of pupils who are named.
REASONS = 3
OTHER_REASONS = "Om een andere reden, die hieronder staat."
NAMES = 5

Words = tuple[str, str]


@dataclass(frozen=True)
class YearSummary:
    """What changes in one school year: "2026-2027", and ["31 nieuwe leerlingen", …]."""

    name: str
    changes: list[str]


@dataclass(frozen=True)
class Reason:
    """Why rows are not read in, and how many they are."""

    text: str
    rows: int


def years_of(plan: Plan, today: date) -> list[YearSummary]:
    """Return what the plan does in each school year that it is about, the first year first."""
    counts: dict[int, Counter[Words]] = defaultdict(Counter)
    for entry in plan.new:
        counts[year_of(entry.enrolment["starts_on"], today)][_words_of_new(entry)] += 1
    for entry in plan.changed:
        counts[year_of(entry.enrolment["starts_on"], today)][_words_of_changed(entry)] += 1
    for ending in plan.ended:
        counts[year_of(ending.starts_on, today)][_words_of_ending(ending)] += 1
    for year, unchanged in plan.unchanged_by_year.items():
        counts[year][UNCHANGED] += unchanged

    return [YearSummary(str(SchoolYear(year)), _told(counts[year])) for year in sorted(counts)]


def reasons_of(plan: Plan) -> list[Reason]:
    """Return the REASONS most frequent reasons why rows are not read, and the others as one."""
    counted = Counter(problem.reason for problem in plan.problems)
    reasons = [Reason(text, rows) for text, rows in counted.most_common(REASONS)]

    others = counted.total() - sum(reason.rows for reason in reasons)
    if others:
        reasons.append(Reason(OTHER_REASONS, others))
    return reasons


def spared_names(plan: Plan) -> str:
    """Return the names of those whom the list does not name and does not end, where few are."""
    if len(plan.spared) > NAMES:
        return ""
    return ", ".join(f"{ending.first_name} {ending.last_name}" for ending in plan.spared)


def _words_of_new(entry: Entry) -> Words:
    """Return what becomes of the pupil of an enrolment that is added."""
    if entry.returns:
        return RETURNS
    if entry.follows is None:
        return NEW
    if entry.old_class == entry.enrolment["class_code"]:
        return SAME_CLASS
    return OTHER_CLASS


def _words_of_changed(entry: Entry) -> Words:
    """Return what becomes of the pupil of an enrolment that changes."""
    if entry.stops:
        return LEAVES
    if entry.returns:
        return RETURNS
    if entry.changes_class:
        return OTHER_CLASS
    return OTHER_DATA


def _words_of_ending(ending: Ending) -> Words:
    """Return what becomes of a pupil whom the list no longer names."""
    if ending.ends_on is None:
        return STAYS_AWAY
    return LEAVES


def _told(counts: Counter[Words]) -> list[str]:
    """Return the numbers in words, in their order, without those that are none."""
    told = [counted(counts[words], *words) for words in IN_ORDER]
    return list(filter(None, told))
