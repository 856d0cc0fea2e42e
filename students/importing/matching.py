"""Whose row is it, and which enrolment of that student?

Identity is the hash of national number and birth date, else institution + stamnummer
(product.md, Import).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef

from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student

from .rows import Row

# So many values fit in one `IN (…)` on every database.
HASHES_PER_QUERY = 10_000

KNOWN_ELSEWHERE = (
    "Het rijksregister- of bisnummer hoort bij een leerling van een andere school. "
    "Een leerling overnemen kan nog niet: vraag hulp aan wie het LeerID Schoolloket beheert."
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


class BadRow(Exception):
    """The row cannot be imported; its text is the reason, in Dutch, without the row's data."""


class Known:
    """What the institution knows already. Two queries, one more for each 10,000 new numbers."""

    def __init__(self, institution: Institution, hashes: Iterable[str], today: date) -> None:
        self.today = today
        self.enrolments = list(
            Enrolment.objects.of(institution).select_related("student").order_by("ends_on", "pk")
        )
        self.by_student: dict[int, list[Enrolment]] = defaultdict(list)
        self.by_stamnummer: dict[str, list[Enrolment]] = defaultdict(list)
        self.by_hash: dict[str, Student] = {}
        self.elsewhere: set[str] = set()
        for enrolment in self.enrolments:
            self._remember(enrolment)
        self._look_elsewhere(sorted(set(hashes) - self.by_hash.keys()))

    def _remember(self, enrolment: Enrolment) -> None:
        self.by_student[enrolment.student_id].append(enrolment)
        self.by_stamnummer[enrolment.stamnummer].append(enrolment)
        if enrolment.student.identity_hash:
            self.by_hash[enrolment.student.identity_hash] = enrolment.student

    def _look_elsewhere(self, hashes: list[str]) -> None:
        enrolled = Exists(Enrolment.objects.filter(student=OuterRef("pk")))
        for start in range(0, len(hashes), HASHES_PER_QUERY):
            some = hashes[start : start + HASHES_PER_QUERY]
            found = Student.objects.filter(identity_hash__in=some).annotate(enrolled=enrolled)
            for student in found:
                self._remember_stranger(student, student.enrolled)

    def _remember_stranger(self, student: Student, enrolled: bool) -> None:
        assert student.identity_hash  # noqa: S101
        if enrolled:
            self.elsewhere.add(student.identity_hash)
        else:
            # All enrolments of this student were withdrawn before they began.
            self.by_hash[student.identity_hash] = student

    def holders(self, row: Row) -> list[Student]:
        """The students who use the row's stamnummer now or did in the period of the row."""
        since = min(self.today, row.period[0])
        using = (e for e in self.by_stamnummer[row.stamnummer] if e.ends_on >= since)
        return list({e.student_id: e.student for e in using}.values())

    def last_holder(self, row: Row) -> Student | None:
        """The last one of those who used the row's stamnummer and left."""
        past = self.by_stamnummer[row.stamnummer]
        return past[-1].student if past else None


def student_of(row: Row, known: Known) -> Student | None:
    """Return the student whom the row is about, None for a new one. Raises BadRow."""
    if row.identity_hash in known.elsewhere:
        raise BadRow(KNOWN_ELSEWHERE)
    holders = known.holders(row)
    student = known.by_hash.get(row.identity_hash)
    if student is None:
        return _by_stamnummer(row, holders, known)
    if any(holder.pk != student.pk for holder in holders):
        raise BadRow(STAMNUMMER_OF_ANOTHER)
    return student


def _by_stamnummer(row: Row, holders: list[Student], known: Known) -> Student | None:
    if len(holders) > 1:
        raise BadRow(SEVERAL_HOLDERS)
    if holders:
        return _holder(row, holders[0])
    student = known.last_holder(row)
    # The stamnummer of somebody who left may have been given to somebody else.
    return None if student and _born_differently(row, student) else student


def _holder(row: Row, student: Student) -> Student:
    """A new number with the same birth date is a bis number that became a national one."""
    if row.identity_hash and student.identity_hash and _born_differently(row, student):
        raise BadRow(OTHER_BIRTH_DATE)
    return student


def _born_differently(row: Row, student: Student) -> bool:
    both_known = row.birth_date is not None and student.birth_date is not None
    return both_known and row.birth_date != student.birth_date


def enrolment_of(row: Row, student: Student | None, known: Known) -> Enrolment | None:
    """Return the student's enrolment that the row is about, None for a new one.

    The one with the same begin date, else one of the same time, whose begin date is corrected.
    An enrolment that runs is never taken for one that lies ahead, nor the other way round: who is
    enrolled today stays so.
    """
    own = known.by_student.get(student.pk, []) if student else []
    same_start = [e for e in own if e.starts_on == row.period[0]]
    same_number = [e for e in same_start if e.stamnummer == row.stamnummer]
    same_time = [e for e in own if _same_time(e, row, known.today)]
    return next((found[-1] for found in (same_number, same_start, same_time) if found), None)


def _same_time(enrolment: Enrolment, row: Row, today: date) -> bool:
    starts_on, ends_on = row.period
    overlap = enrolment.starts_on <= ends_on and enrolment.ends_on >= starts_on
    return overlap and (enrolment.starts_on > today) == (starts_on > today)
