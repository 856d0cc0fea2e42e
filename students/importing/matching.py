"""Whose row is it, and which enrolment of that student?

Identity is the hash of national number and birth date, or else institution + stamnummer. Where
the two contradict each other nobody is merged or taken over in silence: the row is in conflict
until the manager chooses (docs/decisions/0013).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, TextChoices

from schoolloket.institutions.models import Institution
from students.models import Enrolment, EnrolmentQuerySet, Student, StudentEvent

from .rows import Row

# So many values fit in one `IN (…)` on every database.
HASHES_PER_QUERY = 10_000

BIRTH_DATE_DIFFERS = (
    "De geboortedatum past niet bij het rijksregister- of bisnummer. Kijk beide na."
)
STAMNUMMER_OF_ANOTHER = (
    "Het stamnummer is nu van een andere leerling dan het rijksregister- of bisnummer. "
    "Kijk beide nummers na."
)
OTHER_BIRTH_DATE = (
    "Het stamnummer is van een leerling met een ander rijksregister- of bisnummer en een andere "
    "geboortedatum. Kijk het stamnummer na."
)
SEVERAL_HOLDERS = (
    "Het stamnummer was in die periode van meer dan één leerling. Kijk de begindatum na."
)


class Choice(TextChoices):
    """What a manager may answer to a conflict; without an answer the row is skipped."""

    SAME = "dezelfde", "Het is één en dezelfde leerling: ga verder met het LeerID van het nummer"
    CORRECTED = "verbeterd", "Het is dezelfde leerling: neem het nummer en de geboortedatum over"
    WITHOUT_NUMBER = (
        "zonder",
        "Het is de leerling van het stamnummer: lees in zonder nummer en geboortedatum",
    )


class BadRow(Exception):
    """The row cannot be imported; its text is the reason, in Dutch, without the row's data."""


class NeedsAnswer(BadRow):
    """The row can be imported once the manager chooses."""

    def __init__(self, reason: str, *choices: Choice) -> None:
        super().__init__(reason)
        self.choices = choices


class ExistingStudent(NamedTuple):
    """A student as stored. Not a model: a list of twenty thousand pupils would wait for those."""

    pk: int
    identity_hash: str | None
    birth_date: date | None
    sex: str
    official_data: str
    official_first_name: str
    official_last_name: str


@dataclass(slots=True)
class ExistingEnrolment:
    """An enrolment as stored, and the student whose it is."""

    student: ExistingStudent
    pk: int
    stamnummer: str
    first_name: str
    last_name: str
    administrative_group: str
    class_code: str
    starts_on: date
    ends_on: date


_STUDENT = ExistingStudent._fields
_ITS_STUDENT = tuple(f"student__{name}" for name in _STUDENT)
_ENROLMENT = tuple(field.name for field in fields(ExistingEnrolment) if field.name != "student")


class ExistingRecords:
    """What the institution knows already. Four queries, one more for each 10,000 new numbers.

    `elsewhere` are the students enrolled in another school now or later.
    """

    def __init__(self, institution: Institution, hashes: Iterable[str], today: date) -> None:
        self.today = today
        self.institution = institution
        self.enrolments = self._enrolments()
        self.by_student: dict[int, list[ExistingEnrolment]] = defaultdict(list)
        self.by_stamnummer: dict[str, list[ExistingEnrolment]] = defaultdict(list)
        self.by_hash: dict[str, ExistingStudent] = {}
        for enrolment in self.enrolments:
            self._remember(enrolment)
        self.withdrawn = self._withdrawn()
        self.elsewhere = self._own_elsewhere()
        self._look_elsewhere(sorted(set(hashes) - self.by_hash.keys()))

    def _enrolments(self) -> list[ExistingEnrolment]:
        stored = Enrolment.objects.of(self.institution).order_by("ends_on", "pk")
        width = len(_STUDENT)
        return [
            ExistingEnrolment(ExistingStudent(*values[:width]), *values[width:])
            for values in stored.values_list(*_ITS_STUDENT, *_ENROLMENT)
        ]

    def _remember(self, enrolment: ExistingEnrolment) -> None:
        self.by_student[enrolment.student.pk].append(enrolment)
        self.by_stamnummer[enrolment.stamnummer].append(enrolment)
        if enrolment.student.identity_hash:
            self.by_hash[enrolment.student.identity_hash] = enrolment.student

    def _withdrawn(self) -> dict[str, ExistingStudent]:
        """Who had a stamnummer here for an enrolment that never began, the last one of each."""
        events = StudentEvent.objects.filter(
            institution=self.institution, kind=StudentEvent.Kind.WITHDRAWN
        )
        stored = events.order_by("at", "pk").values_list("old", *_ITS_STUDENT)
        return {stamnummer: ExistingStudent(*student) for stamnummer, *student in stored}

    def _elsewhere(self) -> EnrolmentQuerySet:
        running = Enrolment.objects.running_or_ahead(self.today)
        return running.exclude(institution=self.institution)

    def _own_elsewhere(self) -> set[int]:
        own = Enrolment.objects.of(self.institution).values("student")
        return set(self._elsewhere().filter(student__in=own).values_list("student", flat=True))

    def _look_elsewhere(self, hashes: list[str]) -> None:
        enrolled = Exists(self._elsewhere().filter(student=OuterRef("pk")))
        for start in range(0, len(hashes), HASHES_PER_QUERY):
            some = hashes[start : start + HASHES_PER_QUERY]
            found = Student.objects.filter(identity_hash__in=some).annotate(enrolled=enrolled)
            for *values, is_enrolled in found.values_list(*_STUDENT, "enrolled"):
                student = ExistingStudent(*values)
                assert student.identity_hash  # noqa: S101
                self.by_hash[student.identity_hash] = student
                if is_enrolled:
                    self.elsewhere.add(student.pk)

    def holders(self, row: Row) -> list[ExistingStudent]:
        """The students who use the row's stamnummer now or did in the period of the row."""
        since = min(self.today, row.period[0])
        using = (e for e in self.by_stamnummer[row.stamnummer] if e.ends_on >= since)
        return list({e.student.pk: e.student for e in using}.values())

    def last_holder(self, row: Row) -> ExistingStudent | None:
        """The last one of those who used the row's stamnummer and left, or never came."""
        past = self.by_stamnummer[row.stamnummer]
        return past[-1].student if past else self.withdrawn.get(row.stamnummer)

    def current(self, student: ExistingStudent | None) -> ExistingEnrolment | None:
        """The student's enrolment here that runs or lies ahead, if there is one."""
        own = self.by_student.get(student.pk, []) if student else []
        return next((e for e in own if e.ends_on >= self.today), None)

    def merge(self, one: ExistingStudent, other: ExistingStudent) -> None:
        """All enrolments of `one` in this institution are those of `other` from here on."""
        for enrolment in self.by_student.pop(one.pk):
            enrolment.student = other
            self.by_student[other.pk].append(enrolment)
        self.by_student[other.pk].sort(key=lambda enrolment: (enrolment.ends_on, enrolment.pk))


def as_chosen(row: Row, choice: str | None) -> Row:
    """Return the row as the manager wants it read."""
    if choice != Choice.WITHOUT_NUMBER:
        return row
    number = Student.OfficialData.NUMBER_INVALID.value
    return replace(row, identity_hash="", number=number, birth_date=None, birth_date_differs=False)


def to_merge(
    row: Row, known: ExistingRecords, choice: str | None
) -> tuple[ExistingStudent, ExistingStudent] | None:
    """Return the two students whom the manager says to be one: the stamnummer's, the number's."""
    if choice != Choice.SAME:
        return None
    holders = known.holders(row)
    student = known.by_hash.get(row.identity_hash)
    if student is None or Choice.SAME not in _answers(row, student, holders):
        return None
    return holders[0], student


def student_of(row: Row, known: ExistingRecords, choice: str | None) -> ExistingStudent | None:
    """Return the student whom the row is about, None for a new one. Raises BadRow, NeedsAnswer."""
    if row.birth_date_differs:
        raise NeedsAnswer(BIRTH_DATE_DIFFERS, Choice.WITHOUT_NUMBER)
    holders = known.holders(row)
    student = known.by_hash.get(row.identity_hash)
    if student is None:
        return _by_stamnummer(row, holders, known, choice)
    if any(holder.pk != student.pk for holder in holders):
        raise NeedsAnswer(STAMNUMMER_OF_ANOTHER, *_answers(row, student, holders))
    return student


def _answers(
    row: Row, student: ExistingStudent, holders: list[ExistingStudent]
) -> tuple[Choice, ...]:
    """What may be said where the stamnummer is one student's and the number another's."""
    if len(holders) != 1 or holders[0].pk == student.pk:
        return ()
    without = (Choice.WITHOUT_NUMBER,)
    return without if _born_differently(row, holders[0]) else (Choice.SAME, *without)


def _by_stamnummer(
    row: Row, holders: list[ExistingStudent], known: ExistingRecords, choice: str | None
) -> ExistingStudent | None:
    if len(holders) > 1:
        raise BadRow(SEVERAL_HOLDERS)
    if holders:
        return _holder(row, holders[0], choice)
    student = known.last_holder(row)
    # The stamnummer of somebody who left may have been given to somebody else.
    return None if student and _born_differently(row, student) else student


def _holder(row: Row, student: ExistingStudent, choice: str | None) -> ExistingStudent:
    """A new number with the same birth date is a bis number that became a national one."""
    both = row.identity_hash and student.identity_hash
    if both and _born_differently(row, student) and choice != Choice.CORRECTED:
        raise NeedsAnswer(OTHER_BIRTH_DATE, Choice.CORRECTED, Choice.WITHOUT_NUMBER)
    return student


def _born_differently(row: Row, student: ExistingStudent) -> bool:
    both_known = row.birth_date is not None and student.birth_date is not None
    return both_known and row.birth_date != student.birth_date


def enrolment_of(
    row: Row, student: ExistingStudent | None, known: ExistingRecords
) -> ExistingEnrolment | None:
    """Return the student's enrolment that the row is about, None for a new one.

    The one with the same begin date, else one of the same time, whose begin date is corrected.
    An enrolment that runs is never taken for one that lies ahead, nor the other way round: who is
    enrolled today stays so.
    """
    own = known.by_student.get(student.pk, []) if student else []
    same_start = [e for e in own if e.starts_on == row.period[0]]
    same_number = [e for e in same_start if e.stamnummer == row.stamnummer]
    found = same_number or same_start or [e for e in own if _same_time(e, row, known.today)]
    return found[-1] if found else None


def _same_time(enrolment: ExistingEnrolment, row: Row, today: date) -> bool:
    starts_on, ends_on = row.period
    overlap = enrolment.starts_on <= ends_on and enrolment.ends_on >= starts_on
    return overlap and (enrolment.starts_on > today) == (starts_on > today)
