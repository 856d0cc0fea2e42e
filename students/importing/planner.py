"""Rows and what is known -> the plan. Writes nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from schoolloket.institutions.models import Institution
from students.models import Student

from .dates import school_year
from .differences import differences
from .duplicates import latest, repeated
from .matching import (
    BadRow,
    ExistingEnrolment,
    ExistingRecords,
    ExistingStudent,
    NeedsAnswer,
    as_chosen,
    enrolment_of,
    student_of,
    to_merge,
)
from .plan import ENROLMENT_FIELDS, Conflict, Ending, Entry, Merge, Plan, Problem, Values
from .rows import ParsedFile, Row

# A list without these columns says nothing about them: what is known stays.
OPTIONAL_FIELDS = ("administrative_group", "class_code", "starts_on", "sex")


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
    known = ExistingRecords(institution, hashes, today)
    return _Planner(parsed, known, full_list, today, choices or {}).plan()


class _Planner:
    def __init__(
        self,
        parsed: ParsedFile,
        known: ExistingRecords,
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
        self.conflicts: list[Conflict] = []

    def plan(self) -> Plan:
        self._keep_the_latest()
        self._refuse_repeated()
        self._show_answered()
        merges = self._merge()
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
            merges=merges,
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
                except NeedsAnswer as conflict:
                    self._contradict(row, conflict)
                except BadRow:
                    continue

    def _contradict(self, row: Row, conflict: NeedsAnswer) -> None:
        self.conflicts.append(
            Conflict(
                row.row,
                str(conflict),
                row.stamnummer,
                row.name,
                conflict.choices,
                self.choices.get(row.row, ""),
            )
        )

    def _merge(self) -> list[Merge]:
        merges = []
        for row in self._good_rows():
            if pair := to_merge(row, self.known, self.choices.get(row.row)):
                self.known.merge(*pair)
                merges.append(Merge(row.row, pair[0].pk, pair[1].pk))
        self.merged_rows = {merge.row for merge in merges}
        return merges

    def _students(self) -> dict[int, ExistingStudent | None]:
        """The student of each good row; refuses rows that are nobody's or somebody else's."""
        rows = self._good_rows()
        students: dict[int, ExistingStudent | None] = {}
        for row in rows:
            choice = self.choices.get(row.row)
            try:
                students[row.row] = student_of(row, self.known, choice)
            except BadRow as error:
                self._refuse(row.row, str(error))
                if isinstance(error, NeedsAnswer) and row.row not in self.originals:
                    self._contradict(row, error)
        self._refuse_shared(students)
        self._refuse_handed_on(rows, students)
        return students

    def _refuse_shared(self, students: dict[int, ExistingStudent | None]) -> None:
        for number, others in repeated((s.pk, row) for row, s in students.items() if s):
            self._refuse(
                number,
                f"Volgens stamnummer en rijksregister- of bisnummer is rij {others} dezelfde "
                "leerling. Kijk de nummers na.",
            )

    def _refuse_handed_on(
        self, rows: list[Row], students: dict[int, ExistingStudent | None]
    ) -> None:
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

    def _entry(self, row: Row, student: ExistingStudent | None) -> Entry | None:
        """What becomes of the row's pupil, None where all is known already."""
        enrolment = enrolment_of(row, student, self.known)
        student_values = self._student_values(row, student)
        enrolment_values = self._kept(
            enrolment, {name: getattr(row, name) for name in ENROLMENT_FIELDS}
        )
        student_differences = differences(student, student_values)
        enrolment_differences = differences(enrolment, enrolment_values)
        differs = student_differences or enrolment_differences or row.row in self.merged_rows
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
        student: ExistingStudent | None,
        enrolment: ExistingEnrolment | None,
        values: Values,
    ) -> dict[str, Any]:
        """Whether the pupil comes, comes back or stays, and who has the say meanwhile (R11)."""
        past = self.known.by_student.get(student.pk, []) if student else []
        current = self.known.current(student)
        arrives = current is None and values["ends_on"] >= self.today
        elsewhere = student is not None and student.pk in self.known.elsewhere
        is_united = row.row in self.merged_rows
        return {
            "joins": student is not None and not past,
            "returns": bool(past) and arrives,
            "held": elsewhere and (arrives or is_united),
            "follows": current.pk if current and enrolment is None else None,
        }

    def _kept(self, old: ExistingEnrolment | ExistingStudent | None, values: Values) -> Values:
        for name in self.untold:
            if old and name in values:
                values[name] = getattr(old, name)
        return values

    def _student_values(self, row: Row, old: ExistingStudent | None) -> Values:
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

    def _official(self, row: Row, old: ExistingStudent | None) -> tuple[str, str, str]:
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

    def _stops(self, old: ExistingEnrolment | None, values: Values) -> bool:
        runs = old is not None and old.starts_on <= self.today <= old.ends_on
        return bool(runs and values["ends_on"] < self.today)

    # Whom a full list no longer names -----------------------------------------------------------

    def _endings(self, students: dict[int, ExistingStudent | None]) -> list[Ending]:
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

    def _ending(self, enrolment: ExistingEnrolment) -> Ending:
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
