"""What the school has already: its enrolments and, as far as it may know them, their students.

Here is decided what an import may know of a pupil (R11). Of students without an enrolment in this
institution nothing is read, and of those who left it longer ago than it may see, no more than that
they were here. Who they are is asked at the confirmation only (`recognition`).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from schoolloket.institutions.models import Institution
from students.models import (
    VISIBLE_AFTER_LEAVING,
    Enrolment,
    StudentEvent,
    StudentFieldChange,
)

from .rows import Row


class ExistingStudent(NamedTuple):
    """A student as stored. Not a model: building 20,000 models would keep the manager waiting.

    Of a hidden one only the id is known: that pupil left longer ago than the school may see.
    """

    pk: int
    is_disputed: bool = False
    identity_hash: str | None = None
    birth_date: date | None = None
    sex: str = ""
    official_data: str = ""
    official_first_name: str = ""
    official_last_name: str = ""
    is_hidden: bool = False

    @property
    def has_number(self) -> bool:
        """Whether a verified number is known, or may be."""
        return self.is_hidden or self.identity_hash is not None

    def was_born_on_another_day(self, birth_date: date | None) -> bool:
        """Return whether both birth dates are known, and differ."""
        if birth_date is None or self.birth_date is None:
            return False
        return birth_date != self.birth_date


@dataclass(slots=True)
class ExistingEnrolment:
    """An enrolment as stored, with its student."""

    student: ExistingStudent
    pk: int
    stamnummer: str
    first_name: str
    last_name: str
    administrative_group: str
    class_code: str
    starts_on: date
    ends_on: date

    def runs_on(self, day: date) -> bool:
        """Return whether the pupil is enrolled on this day."""
        return self.starts_on <= day <= self.ends_on


STUDENT_COLUMNS = tuple(name for name in ExistingStudent._fields if name != "is_hidden")
_COLUMNS_OF_ITS_STUDENT = tuple(f"student__{name}" for name in STUDENT_COLUMNS)
_ENROLMENT_COLUMNS = tuple(f.name for f in fields(ExistingEnrolment) if f.name != "student")


class ExistingRecords:
    """What an institution has on a day. Reading takes five queries, whatever the file.

    Nothing but `merge` changes what was read.

    `enrolments`: all of the institution, by their last day. `by_hash`: its students by identity
    hash, the hidden ones left out. `elsewhere`: the ids of its students who are enrolled in another
    school now or later; `held`: of those over whom another school has the say (R11).
    """

    def __init__(self, institution: Institution, today: date) -> None:
        self.institution = institution
        self.today = today
        self.enrolments: list[ExistingEnrolment] = []
        self.by_hash: dict[str, ExistingStudent] = {}
        self.elsewhere: set[int] = set()
        self.held: set[int] = set()
        self._by_student: dict[int, list[ExistingEnrolment]] = defaultdict(list)
        self._by_stamnummer: dict[str, list[ExistingEnrolment]] = defaultdict(list)
        self._withdrawn: dict[str, int] = {}
        self._taken_away: set[tuple[int, str]] = set()

        self._read_enrolments()
        self._read_withdrawn()
        self._read_other_schools()
        self._read_taken_away()

    def _read_enrolments(self) -> None:
        """Read all enrolments of the institution, past ones too, with their students."""
        enrolments = Enrolment.objects.of(self.institution).order_by("ends_on", "pk")
        columns = (*_COLUMNS_OF_ITS_STUDENT, *_ENROLMENT_COLUMNS)
        width = len(STUDENT_COLUMNS)
        first_day = self.today - VISIBLE_AFTER_LEAVING
        left_on: dict[int, date] = {}
        stored = list(enrolments.values_list(*columns))
        for values in stored:
            left_on[values[0]] = values[-1]

        for values in stored:
            student = ExistingStudent(*values[:width])
            if left_on[student.pk] < first_day:
                student = ExistingStudent(student.pk, is_hidden=True)
            enrolment = ExistingEnrolment(student, *values[width:])

            self.enrolments.append(enrolment)
            self._by_student[student.pk].append(enrolment)
            self._by_stamnummer[enrolment.stamnummer].append(enrolment)
            self._keep_number(student)

    def _keep_number(self, student: ExistingStudent) -> None:
        """Let the student be found by number: of two with the same one, who is not disputed."""
        if student.identity_hash is None:
            return
        known = self.by_hash.get(student.identity_hash)
        if known is None or known.is_disputed:
            self.by_hash[student.identity_hash] = student

    def _read_withdrawn(self) -> None:
        """Read who had a stamnummer for an enrolment that never began; the last one counts."""
        events = StudentEvent.objects.filter(
            institution=self.institution, kind=StudentEvent.Kind.WITHDRAWN
        )
        self._withdrawn.update(events.order_by("at", "pk").values_list("old", "student"))

    def _read_other_schools(self) -> None:
        """Read which students of this institution another one has too, or has the say over."""
        own = Enrolment.objects.of(self.institution)
        elsewhere = (
            Enrolment.objects.running_or_ahead(self.today)
            .exclude(institution=self.institution)
            .filter(student__in=own.visible_on(self.today).values("student"))
        )
        self.elsewhere.update(elsewhere.values_list("student", flat=True))
        self.held.update(own.held_on(self.today).values_list("student", flat=True))

    def _read_taken_away(self) -> None:
        """Read the numbers that an operator took from students of this institution."""
        own = Enrolment.objects.of(self.institution).values("student")
        changes = StudentFieldChange.objects.filter(
            # Who was merged into one of them since has the event under the former row.
            Q(event__student__in=own) | Q(event__student__merged_into__in=own),
            event__kind=StudentEvent.Kind.PARTED,
            field=StudentFieldChange.Field.IDENTITY_HASH,
        )
        person = Coalesce("event__student__merged_into", "event__student")
        self._taken_away.update(changes.values_list(person, "old"))

    def enrolments_of(self, student: ExistingStudent | None) -> list[ExistingEnrolment]:
        """Return the student's enrolments here, by their last day; none for a new student."""
        if student is None:
            return []
        return self._by_student.get(student.pk, [])

    def current_enrolment(self, student: ExistingStudent | None) -> ExistingEnrolment | None:
        """Return the student's enrolment here that runs or lies ahead, None without one.

        Where there are several it is the one that ends first.
        """
        for enrolment in self.enrolments_of(student):
            if enrolment.ends_on >= self.today:
                return enrolment
        return None

    def has_the_say(self, student: ExistingStudent, ends_on: date) -> bool:
        """Return whether this school alone changes what is known of the person (R11).

        `ends_on`: the last day of the enrolment here that a row gives the student. It has the say
        over a pupil who is enrolled here and not held, or who comes back and is nowhere else.
        """
        if self.current_enrolment(student):
            return student.pk not in self.held
        return ends_on >= self.today and student.pk not in self.elsewhere

    def was_taken_away(self, student: ExistingStudent, identity_hash: str) -> bool:
        """Return whether an operator found that this number is not this student's.

        Unless it was put back since.
        """
        if student.identity_hash == identity_hash:
            return False
        return (student.pk, identity_hash) in self._taken_away

    def count_running(self) -> int:
        """Return how many enrolments run today."""
        return sum(enrolment.runs_on(self.today) for enrolment in self.enrolments)

    def count_ahead(self) -> int:
        """Return how many enrolments have not begun."""
        return sum(enrolment.starts_on > self.today for enrolment in self.enrolments)

    @property
    def stamnummers(self) -> Collection[str]:
        """Return every stamnummer that the school has or had."""
        return self._by_stamnummer.keys()

    def users_of(self, stamnummer: str) -> list[ExistingStudent]:
        """Return every student who has or had this stamnummer here, once for each enrolment."""
        enrolments = self._by_stamnummer.get(stamnummer, [])
        return [enrolment.student for enrolment in enrolments]

    def holders(self, row: Row) -> list[ExistingStudent]:
        """Return the students who use the row's stamnummer now, or did in the row's period.

        There should be one at most: a school gives a stamnummer to another pupil only when the
        first one has left.
        """
        starts_on, _ = row.period
        since = min(self.today, starts_on)

        holders: dict[int, ExistingStudent] = {}
        for enrolment in self._by_stamnummer.get(row.stamnummer, []):
            if enrolment.ends_on >= since:
                holders[enrolment.student.pk] = enrolment.student

        return list(holders.values())

    def last_holder(self, row: Row) -> ExistingStudent | None:
        """Return the last student who used the row's stamnummer and left, or never came.

        One who has no enrolment here any more is a hidden one.
        """
        users = self.users_of(row.stamnummer)
        if users:
            return users[-1]

        student_id = self._withdrawn.get(row.stamnummer)
        if student_id is None:
            return None
        own = self._by_student.get(student_id)
        if own:
            return own[-1].student
        return ExistingStudent(student_id, is_hidden=True)

    def merge(self, student: ExistingStudent, other: ExistingStudent) -> None:
        """Make all enrolments of `student` in this institution those of `other`.

        Only in what was read: `apply` does the same in the database.
        """
        own = self._by_student[other.pk]
        for enrolment in self._by_student.pop(student.pk):
            enrolment.student = other
            own.append(enrolment)

        own.sort(key=lambda enrolment: (enrolment.ends_on, enrolment.pk))
        if other.pk in self.elsewhere:
            # The pupil joins this school only now, after the other one.
            self.held.add(other.pk)
