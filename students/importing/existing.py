"""What the school has already: its enrolments and their students, and students of other schools
whom the file brings here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from schoolloket.institutions.models import Institution
from students.models import Enrolment, EnrolmentQuerySet, Student, StudentEvent

from .rows import Row

# Every database takes this many values in one `IN (…)`.
HASHES_PER_QUERY = 10_000


class ExistingStudent(NamedTuple):
    """A student as stored. Not a model: building 20,000 models would keep the manager waiting."""

    pk: int
    identity_hash: str | None
    birth_date: date | None
    sex: str
    official_data: str
    official_first_name: str
    official_last_name: str


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


_STUDENT_COLUMNS = ExistingStudent._fields
_COLUMNS_OF_ITS_STUDENT = tuple(f"student__{name}" for name in _STUDENT_COLUMNS)
_ENROLMENT_COLUMNS = tuple(f.name for f in fields(ExistingEnrolment) if f.name != "student")


class ExistingRecords:
    """What an institution has on a day, and the students who have these identity hashes elsewhere.

    Reading takes four queries, and one more for each 10,000 hashes that are new to the
    institution. Nothing but `merge` changes what was read.

    `enrolments`: all of the institution, by their last day. `by_hash`: students by identity hash.
    `elsewhere`: the ids of the students enrolled in another school now or later.
    """

    def __init__(self, institution: Institution, hashes: Iterable[str], today: date) -> None:
        self.institution = institution
        self.today = today
        self.enrolments: list[ExistingEnrolment] = []
        self.by_hash: dict[str, ExistingStudent] = {}
        self.elsewhere: set[int] = set()
        self._by_student: dict[int, list[ExistingEnrolment]] = defaultdict(list)
        self._by_stamnummer: dict[str, list[ExistingEnrolment]] = defaultdict(list)
        self._withdrawn: dict[str, ExistingStudent] = {}

        self._read_enrolments()
        self._read_withdrawn()
        self._read_own_elsewhere()
        new_hashes = set(hashes) - self.by_hash.keys()
        self._read_by_hash(sorted(new_hashes))

    def _read_enrolments(self) -> None:
        """Read all enrolments of the institution, past ones too, with their students."""
        enrolments = Enrolment.objects.of(self.institution).order_by("ends_on", "pk")
        width = len(_STUDENT_COLUMNS)
        for values in enrolments.values_list(*_COLUMNS_OF_ITS_STUDENT, *_ENROLMENT_COLUMNS):
            student = ExistingStudent(*values[:width])
            enrolment = ExistingEnrolment(student, *values[width:])

            self.enrolments.append(enrolment)
            self._by_student[student.pk].append(enrolment)
            self._by_stamnummer[enrolment.stamnummer].append(enrolment)
            if student.identity_hash:
                self.by_hash[student.identity_hash] = student

    def _read_withdrawn(self) -> None:
        """Read who had a stamnummer for an enrolment that never began; the last one counts."""
        events = StudentEvent.objects.filter(
            institution=self.institution, kind=StudentEvent.Kind.WITHDRAWN
        )
        stored = events.order_by("at", "pk").values_list("old", *_COLUMNS_OF_ITS_STUDENT)
        for stamnummer, *values in stored:
            self._withdrawn[stamnummer] = ExistingStudent(*values)

    def _read_own_elsewhere(self) -> None:
        """Read which students of this institution are enrolled in another one too."""
        own = Enrolment.objects.of(self.institution).values("student")
        elsewhere = self._enrolments_elsewhere().filter(student__in=own)
        self.elsewhere.update(elsewhere.values_list("student", flat=True))

    def _read_by_hash(self, hashes: list[str]) -> None:
        """Read the students who have these hashes and no enrolment in this institution."""
        enrolled = Exists(self._enrolments_elsewhere().filter(student=OuterRef("pk")))
        for start in range(0, len(hashes), HASHES_PER_QUERY):
            some = hashes[start : start + HASHES_PER_QUERY]
            students = Student.objects.filter(identity_hash__in=some).annotate(enrolled=enrolled)

            for *values, is_enrolled in students.values_list(*_STUDENT_COLUMNS, "enrolled"):
                student = ExistingStudent(*values)
                assert student.identity_hash  # noqa: S101
                self.by_hash[student.identity_hash] = student
                if is_enrolled:
                    self.elsewhere.add(student.pk)

    def _enrolments_elsewhere(self) -> EnrolmentQuerySet:
        """Return the enrolments in other institutions that run or lie ahead."""
        running = Enrolment.objects.running_or_ahead(self.today)
        return running.exclude(institution=self.institution)

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

    def count_running(self) -> int:
        """Return how many enrolments run today."""
        return sum(enrolment.runs_on(self.today) for enrolment in self.enrolments)

    def count_ahead(self) -> int:
        """Return how many enrolments have not begun."""
        return sum(enrolment.starts_on > self.today for enrolment in self.enrolments)

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
        """Return the last student who used the row's stamnummer and left, or never came."""
        users = self.users_of(row.stamnummer)
        if users:
            return users[-1]
        return self._withdrawn.get(row.stamnummer)

    def merge(self, student: ExistingStudent, other: ExistingStudent) -> None:
        """Make all enrolments of `student` in this institution those of `other`.

        Only in what was read: `apply` does the same in the database.
        """
        own = self._by_student[other.pk]
        for enrolment in self._by_student.pop(student.pk):
            enrolment.student = other
            own.append(enrolment)

        own.sort(key=lambda enrolment: (enrolment.ends_on, enrolment.pk))
