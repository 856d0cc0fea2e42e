"""Rows -> what an import would do: new, changed, ended, unchanged, bad rows. Writes nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from schoolloket.institutions.models import Institution
from students.models import Student

from .dates import school_year
from .matching import (
    BadRow,
    Choice,
    Conflict,
    Known,
    KnownEnrolment,
    KnownStudent,
    as_chosen,
    enrolment_of,
    student_of,
    united,
)
from .repeated import latest, repeated
from .rows import LABELS, ParsedFile, Row

ENROLMENT_FIELDS = (
    "stamnummer",
    "first_name",
    "last_name",
    "administrative_group",
    "class_code",
    "starts_on",
    "ends_on",
)
STUDENT_FIELDS = (
    "identity_hash",
    "birth_date",
    "sex",
    "official_data",
    "official_first_name",
    "official_last_name",
)
# A list without these columns says nothing about them: what is known stays.
OPTIONAL_FIELDS = ("administrative_group", "class_code", "starts_on", "sex")

Values = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One field of one student: what it was and what it becomes, as text to show."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """What becomes of one good row. Without `student_id` or `enrolment_id` that one is new.

    `student` and `enrolment` hold all values of the fields above, as they will be. `stops`: the
    row gives a running enrolment an end date in the past. `joins`: the student is known from
    another school, with a LeerID perhaps; `held`: and still enrolled there (R11). `returns`: the
    student was enrolled here before, and is again. `follows`: the enrolment here that runs when
    this one is added.
    """

    row: int
    student_id: int | None
    enrolment_id: int | None
    student: Values
    enrolment: Values
    student_differences: tuple[Difference, ...]
    enrolment_differences: tuple[Difference, ...]
    stops: bool
    joins: bool
    held: bool
    returns: bool
    follows: int | None
    old_class: str

    @property
    def changes_class(self) -> bool:
        return bool(self.enrolment_id) and self.old_class != self.enrolment["class_code"]

    @property
    def differences(self) -> tuple[Difference, ...]:
        return self.enrolment_differences + self.student_differences


@dataclass(frozen=True)
class Ending:
    """An enrolment that a full list no longer names.

    `ends_on` is its new last day; None when it had not begun: then it is withdrawn.
    """

    enrolment_id: int
    stamnummer: str
    first_name: str
    last_name: str
    class_code: str
    starts_on: date
    own_end: date
    ends_on: date | None


@dataclass(frozen=True)
class Problem:
    row: int
    reason: str


@dataclass(frozen=True)
class Contradiction:
    """A row in conflict: what may be answered, and what the manager answered, "" for nothing."""

    row: int
    reason: str
    stamnummer: str
    name: str
    choices: tuple[Choice, ...]
    chosen: str


@dataclass(frozen=True)
class Union:
    """Two students who are one: what `student_id` has in this institution goes to `other_id`."""

    row: int
    student_id: int
    other_id: int


@dataclass(frozen=True)
class Plan:
    """What the preview shows and what is applied. The lists are in the order of the file.

    `running` and `ahead` count the enrolments before the import. `endings_withheld`: a bad row
    names a pupil but cannot tell which, so the list ends nobody. `remarks` are rows that do not
    count since a later enrolment of the same pupil does. A conflict without an answer is among the
    problems too.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    ended: list[Ending] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    conflicts: list[Contradiction] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    running: int = 0
    ahead: int = 0
    endings_withheld: bool = False
    cut_off: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for two plans that do the same, and for those alone."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def changing_students(self) -> list[Entry]:
        """Those whose student is known and changes, in an old enrolment or a new one."""
        return [entry for entry in self.changed + self.new if entry.student_differences]

    @property
    def changes_nothing(self) -> bool:
        return not (self.new or self.changed or self.ended)

    @property
    def is_empty(self) -> bool:
        """Not one good row."""
        return not (self.new or self.changed or self.unchanged)

    @property
    def stopped(self) -> int:
        """How many running enrolments end before their own end date."""
        ended = sum(ending.ends_on is not None for ending in self.ended)
        return ended + sum(entry.stops for entry in self.changed)

    @property
    def withdrawn(self) -> int:
        return sum(ending.ends_on is None for ending in self.ended)

    @property
    def ends_many(self) -> bool:
        """More than 10 % of those that run, or of those that lie ahead (product.md, Import)."""
        return 10 * self.stopped > self.running or 10 * self.withdrawn > self.ahead

    @property
    def asks(self) -> bool:
        """Whether the manager has to say that so many may end, or that the file is whole."""
        return self.ends_many or (self.cut_off and bool(self.ended))


def make_plan(
    parsed: ParsedFile,
    *,
    institution: Institution,
    full_list: bool,
    today: date,
    choices: Mapping[str, str] | None = None,
) -> Plan:
    """Compare the file with what the institution knows. The number of queries is constant.

    `choices`: the manager's answers to conflicts, a value of Choice by row number.
    """
    hashes = (row.identity_hash for row in parsed.rows if row.identity_hash)
    known = Known(institution, hashes, today)
    return _Planner(parsed, known, full_list, today, choices or {}).plan()


class _Planner:
    def __init__(
        self,
        parsed: ParsedFile,
        known: Known,
        full_list: bool,
        today: date,
        choices: Mapping[str, str],
    ) -> None:
        self.known = known
        self.taken = parsed.taken
        self.untold = [name for name in OPTIONAL_FIELDS if name not in self.taken]
        self.cut_off = parsed.cut_off
        self.full_list = full_list
        self.today = today
        self.choices = {int(row): choice for row, choice in choices.items()}
        self.rows = [as_chosen(row, self.choices.get(row.row)) for row in parsed.rows]
        self.originals = {row.row: row for row in parsed.rows if row.row in self.choices}
        self.reasons: dict[int, list[str]] = {
            row.row: list(row.problems) for row in parsed.rows if row.problems
        }
        self.remarks: list[Problem] = []
        self.conflicts: list[Contradiction] = []

    def plan(self) -> Plan:
        self._keep_the_latest()
        self._refuse_repeated()
        self._show_answered()
        unions = self._unite()
        students = self._students()
        good_rows = self._good_rows()
        found = (self._entry(row, students[row.row]) for row in good_rows)
        entries = [entry for entry in found if entry]
        withheld = self.full_list and any(self._names_nobody(row) for row in self._bad_rows())
        return Plan(
            new=[entry for entry in entries if entry.enrolment_id is None],
            changed=[entry for entry in entries if entry.enrolment_id],
            unchanged=len(good_rows) - len(entries),
            ended=self._endings(students) if self.full_list and not withheld else [],
            problems=[Problem(row, " ".join(r)) for row, r in sorted(self.reasons.items())],
            remarks=self.remarks,
            conflicts=sorted(self.conflicts, key=lambda conflict: conflict.row),
            unions=unions,
            running=sum(e.starts_on <= self.today <= e.ends_on for e in self.known.enrolments),
            ahead=sum(e.starts_on > self.today for e in self.known.enrolments),
            endings_withheld=withheld,
            cut_off=self.cut_off,
        )

    # Good and bad rows --------------------------------------------------------------------------

    def _good_rows(self) -> list[Row]:
        return [row for row in self.rows if row.row not in self.reasons]

    def _bad_rows(self) -> list[Row]:
        return [row for row in self.rows if row.row in self.reasons]

    def _refuse(self, row: int, reason: str) -> None:
        self.reasons.setdefault(row, []).append(reason)

    def _keep_the_latest(self) -> None:
        """Of the rows of one pupil the later enrolment counts; the report names the others."""
        overtaken = latest(row for row in self.rows if not row.other_school)
        self.rows = [row for row in self.rows if row.row not in overtaken]
        self.remarks = [
            Problem(
                row,
                f"Dezelfde leerling staat ook op rij {other}, met een latere begindatum: "
                "die rij telt, deze niet."
                if later
                else f"Deze rij is dezelfde als rij {other}: ze telt één keer.",
            )
            for row, (other, later) in sorted(overtaken.items())
        ]

    def _refuse_repeated(self) -> None:
        """All of them, not all but the first: nobody knows which one is right."""
        own = [row for row in self.rows if not row.other_school]
        for label, pairs in (
            ("stamnummer", ((row.stamnummer, row.row) for row in own)),
            ("rijksregister- of bisnummer", ((row.identity_hash, row.row) for row in own)),
        ):
            for row, others in repeated(pairs):
                self._refuse(
                    row, f"Hetzelfde {label} staat ook op rij {others}. Laat er één staan."
                )

    # Conflicts ----------------------------------------------------------------------------------

    def _show_answered(self) -> None:
        """Keep what was answered on the report, so that it can be answered otherwise."""
        for row in self._good_rows():
            if row.row in self.choices:
                try:
                    student_of(self.originals[row.row], self.known, None)
                except Conflict as conflict:
                    self._contradict(row, conflict)
                except BadRow:
                    continue

    def _contradict(self, row: Row, conflict: Conflict) -> None:
        self.conflicts.append(
            Contradiction(
                row.row,
                str(conflict),
                row.stamnummer,
                row.name,
                conflict.choices,
                self.choices.get(row.row, ""),
            )
        )

    def _unite(self) -> list[Union]:
        unions = []
        for row in self._good_rows():
            if pair := united(row, self.known, self.choices.get(row.row)):
                self.known.unite(*pair)
                unions.append(Union(row.row, pair[0].pk, pair[1].pk))
        self.united_rows = {union.row for union in unions}
        return unions

    def _students(self) -> dict[int, KnownStudent | None]:
        """The student of each good row; refuses rows that are nobody's or somebody else's."""
        rows = self._good_rows()
        students: dict[int, KnownStudent | None] = {}
        for row in rows:
            choice = self.choices.get(row.row)
            try:
                students[row.row] = student_of(row, self.known, choice)
            except BadRow as error:
                self._refuse(row.row, str(error))
                if isinstance(error, Conflict) and row.row not in self.originals:
                    self._contradict(row, error)
        self._refuse_shared(students)
        self._refuse_handed_on(rows, students)
        return students

    def _refuse_shared(self, students: dict[int, KnownStudent | None]) -> None:
        for number, others in repeated((s.pk, row) for row, s in students.items() if s):
            self._refuse(
                number,
                f"Volgens stamnummer en rijksregister- of bisnummer is rij {others} dezelfde "
                "leerling. Kijk de nummers na.",
            )

    def _refuse_handed_on(self, rows: list[Row], students: dict[int, KnownStudent | None]) -> None:
        """A student gets another stamnummer, and another row wants the old one: both are bad.

        That other row is refused already, since the stamnummer is in use. Were this one applied,
        the same file would do more the second time.
        """
        wanted = {row.stamnummer: row for row in rows}
        for number, student in students.items():
            for enrolment in self.known.by_student.get(student.pk, ()) if student else ():
                other = wanted.get(enrolment.stamnummer)
                if other and other.row != number and student in self.known.holders(other):
                    self._refuse(
                        number,
                        f"Het stamnummer dat deze leerling had, staat op rij {other.row} bij een "
                        "andere leerling. Kijk beide nummers na.",
                    )
                    break

    # What a good row does -----------------------------------------------------------------------

    def _entry(self, row: Row, student: KnownStudent | None) -> Entry | None:
        """What becomes of the row's pupil, None where all is known already."""
        enrolment = enrolment_of(row, student, self.known)
        student_values = self._student_values(row, student)
        enrolment_values = self._kept(
            enrolment, {name: getattr(row, name) for name in ENROLMENT_FIELDS}
        )
        student_differences = _differences(student, student_values)
        enrolment_differences = _differences(enrolment, enrolment_values)
        differs = student_differences or enrolment_differences or row.row in self.united_rows
        if enrolment and not differs:
            return None
        return Entry(
            row=row.row,
            student_id=student.pk if student else None,
            enrolment_id=enrolment.pk if enrolment else None,
            student=student_values,
            enrolment=enrolment_values,
            student_differences=student_differences,
            enrolment_differences=enrolment_differences,
            stops=self._stops(enrolment, enrolment_values),
            old_class=enrolment.class_code if enrolment else "",
            **self._standing(row, student, enrolment, enrolment_values),
        )

    def _standing(
        self,
        row: Row,
        student: KnownStudent | None,
        enrolment: KnownEnrolment | None,
        values: Values,
    ) -> dict[str, Any]:
        """Whether the pupil comes, comes back or stays, and who has the say meanwhile (R11)."""
        past = self.known.by_student.get(student.pk, []) if student else []
        current = self.known.current(student)
        arrives = current is None and values["ends_on"] >= self.today
        elsewhere = student is not None and student.pk in self.known.elsewhere
        is_united = row.row in self.united_rows
        return {
            "joins": student is not None and not past,
            "returns": bool(past) and arrives,
            "held": elsewhere and (arrives or is_united),
            "follows": current.pk if current and enrolment is None else None,
        }

    def _kept(self, old: KnownEnrolment | KnownStudent | None, values: Values) -> Values:
        for name in self.untold:
            if old and name in values:
                values[name] = getattr(old, name)
        return values

    def _student_values(self, row: Row, old: KnownStudent | None) -> Values:
        state, first_name, last_name = self._official(row, old)
        values = {
            # A number that is gone from the file was still this student's.
            "identity_hash": row.identity_hash or (old.identity_hash if old else None),
            "birth_date": row.birth_date or (old.birth_date if old else None),
            "sex": row.sex,
            "official_data": state,
            "official_first_name": first_name,
            "official_last_name": last_name,
        }
        return self._kept(old, values)

    def _official(self, row: Row, old: KnownStudent | None) -> tuple[str, str, str]:
        """Official data only with a valid number and official names in the file."""
        available = row.number == Student.OfficialData.AVAILABLE
        if old and self._says_nothing_official(available):
            return old.official_data, old.official_first_name, old.official_last_name
        if not available:
            return row.number, "", ""
        if not (row.official_first_name or row.official_last_name):
            return Student.OfficialData.NOT_RECEIVED.value, "", ""
        return row.number, row.official_first_name, row.official_last_name

    def _says_nothing_official(self, available: bool) -> bool:
        taken = self.taken
        if "national_number" not in taken:
            return True
        return available and not {"official_first_name", "official_last_name"} & taken.keys()

    def _stops(self, old: KnownEnrolment | None, values: Values) -> bool:
        runs = old is not None and old.starts_on <= self.today <= old.ends_on
        return bool(runs and values["ends_on"] < self.today)

    # Whom a full list no longer names -----------------------------------------------------------

    def _endings(self, students: dict[int, KnownStudent | None]) -> list[Ending]:
        named = {student.pk for student in students.values() if student} | self._protected()
        years = self._years_of_the_list()
        return [
            self._ending(enrolment)
            for enrolment in self.known.enrolments
            if enrolment.ends_on >= self.today
            and enrolment.student.pk not in named
            and self._year(enrolment.starts_on) in years
        ]

    def _protected(self) -> set[int]:
        """The students of bad rows: a half-broken file ends nobody's enrolment."""
        bad = self._bad_rows()
        by_stamnummer = (e for row in bad for e in self.known.by_stamnummer.get(row.stamnummer, ()))
        by_hash = (self.known.by_hash.get(row.identity_hash) for row in bad)
        return {e.student.pk for e in by_stamnummer} | {s.pk for s in by_hash if s}

    def _names_nobody(self, row: Row) -> bool:
        return bool(row.name) and not (row.stamnummer or row.identity_hash)

    def _years_of_the_list(self) -> set[int]:
        """The school years that the list is about: one of next year ends nothing of this one."""
        periods = (row.period for row in self._good_rows())
        return {self._year(start) for start, end in periods if end >= self.today}

    def _year(self, starts_on: date) -> int:
        """This school year for what runs, the coming one for what starts then."""
        return school_year(max(starts_on, self.today))

    def _ending(self, enrolment: KnownEnrolment) -> Ending:
        begun = enrolment.starts_on < self.today
        return Ending(
            enrolment_id=enrolment.pk,
            stamnummer=enrolment.stamnummer,
            first_name=enrolment.first_name,
            last_name=enrolment.last_name,
            class_code=enrolment.class_code,
            starts_on=enrolment.starts_on,
            own_end=enrolment.ends_on,
            ends_on=self.today - timedelta(days=1) if begun else None,
        )


# Differences to show ----------------------------------------------------------------------------

_LABELS = LABELS | {
    "official_data": "officiële gegevens",
    "identity_hash": "rijksregister- of bisnummer",
}


def _differences(old: KnownEnrolment | KnownStudent | None, new: Values) -> tuple[Difference, ...]:
    if old is None:
        return ()
    differing = [name for name, value in new.items() if getattr(old, name) != value]
    return tuple(
        Difference(_LABELS[name], *_shown(name, getattr(old, name), new[name]))
        for name in differing
    )


def _shown(name: str, old: object, new: object) -> tuple[str, str]:
    if name == "identity_hash":
        return ("een ander nummer" if old else "", "nieuw nummer")
    return _text(name, old), _text(name, new)


def _text(name: str, value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if name == "official_data":
        return dict(Student.OfficialData.choices)[str(value)]
    return str(value or "")
