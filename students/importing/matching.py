"""Whose row is it, and which enrolment of that student?

Identity is the hash of national number and birth date, or else institution + stamnummer. Where
the two contradict each other nobody is merged or taken over in silence: the row is in conflict
until the manager chooses (docs/decisions/0013). Only students of this institution are found here;
those of other schools are recognised at the confirmation (`recognition`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from students.models import Student

from .claims import Claims
from .duplicates import repeated
from .existing import ExistingEnrolment, ExistingRecords, ExistingStudent
from .plan import Choice, Conflict, Problem
from .rows import Row

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
SEVERAL_NUMBERS = (
    "Voor deze naam en geboortedatum is er al een ander rijksregister- of bisnummer{place}. "
    "Een leerling heeft er maar één: kijk het nummer na, of lees de rij in zonder nummer."
)
MANY_OF_A_LAST_NAME = (
    "Voor deze familienaam en geboortedatum zijn er al veel rijksregister- of bisnummers. "
    "Kijk het nummer na, of lees de rij in zonder nummer."
)
ONE_STUDENT = (
    "Volgens stamnummer en rijksregister- of bisnummer is rij {others} dezelfde leerling. "
    "Kijk de nummers na."
)
HANDED_ON = (
    "Het stamnummer dat deze leerling had, staat op rij {other} bij een andere leerling. "
    "Kijk beide nummers na."
)

# The manager's answers to conflicts: a value of Choice by row number.
Answers = Mapping[int, str]
# The student of each row, None for a new one, by row number.
Students = dict[int, ExistingStudent | None]


class BadRow(Exception):
    """The row cannot be imported; its text is the reason, in Dutch, without the row's data."""


class NeedsAnswer(BadRow):
    """The row can be imported once the manager chooses."""

    def __init__(self, reason: str, *choices: Choice) -> None:
        super().__init__(reason)
        self.choices = choices

    def conflict(self, row: Row, answer: str) -> Conflict:
        """Return the conflict to show for this row."""
        return Conflict(
            row=row.row,
            reason=str(self),
            stamnummer=row.stamnummer,
            name=row.name,
            choices=self.choices,
            answer=answer,
        )


@dataclass(frozen=True)
class Matches:
    """The students of the rows, the rows that are refused, and the conflicts without an answer.

    A row whose student cannot be told is not among `students`.
    """

    students: Students
    refused: list[Problem]
    conflicts: list[Conflict]


def match_students(
    rows: list[Row], existing: ExistingRecords, claims: Claims, answers: Answers
) -> Matches:
    """Find the student of each row, by number and birth date or else by stamnummer.

    Refused are the rows that contradict what the school has, those that lead to one and the same
    student, and those whose student hands a stamnummer on to another row.
    """
    students: Students = {}
    refused: list[Problem] = []
    conflicts: list[Conflict] = []
    for row in rows:
        answer = answers.get(row.row)
        try:
            students[row.row] = student_of(row, existing, claims, answer)
        except NeedsAnswer as needed:
            refused.append(Problem(row.row, str(needed)))
            if answer is None:
                conflicts.append(needed.conflict(row, answer=""))
        except BadRow as bad:
            refused.append(Problem(row.row, str(bad)))

    known = [(student.pk, row) for row, student in students.items() if student]
    refused += repeated(known, ONE_STUDENT)
    refused += _handed_on(rows, students, existing)
    return Matches(students, refused, conflicts)


def _handed_on(rows: list[Row], students: Students, existing: ExistingRecords) -> list[Problem]:
    """Refuse a row that gives its student another stamnummer while another row wants the old one.

    That other row is refused already, since the stamnummer is in use. Were this one applied, the
    same file would do more the second time.
    """
    by_stamnummer = {row.stamnummer: row for row in rows}
    holders: dict[int, set[int]] = {}
    refused = []
    for number, student in students.items():
        for enrolment in existing.enrolments_of(student):
            other = by_stamnummer.get(enrolment.stamnummer)
            if other is None or other.row == number:
                continue

            # Once for each row: many pupils may have had one stamnummer.
            if other.row not in holders:
                holders[other.row] = {holder.pk for holder in existing.holders(other)}
            if enrolment.student.pk in holders[other.row]:
                refused.append(Problem(number, HANDED_ON.format(other=other.row)))
                break

    return refused


def as_answered(row: Row, answer: str | None) -> Row:
    """Return the row as the manager wants it read.

    Only WITHOUT_NUMBER changes how it is read: the number and the birth date are not believed.
    """
    if answer != Choice.WITHOUT_NUMBER:
        return row

    return replace(
        row,
        identity_hash="",
        number_state=Student.OfficialData.NUMBER_INVALID.value,
        birth_date=None,
        birth_date_differs=False,
    )


def student_of(
    row: Row, existing: ExistingRecords, claims: Claims, answer: str | None
) -> ExistingStudent | None:
    """Return the student whom the row is about, None for one who is new to this institution.

    Raises NeedsAnswer where stamnummer, number and birth date contradict each other, or where the
    name and birth date have several numbers; BadRow where the stamnummer has been of several
    students.
    """
    if row.birth_date_differs:
        raise NeedsAnswer(BIRTH_DATE_DIFFERS, Choice.WITHOUT_NUMBER)

    holders = existing.holders(row)
    student = existing.by_hash.get(row.identity_hash)
    if student is None:
        student = _student_by_stamnummer(row, holders, existing, answer)
        _check_claims(row, student, claims)
        return student

    for holder in holders:
        if holder.identity_hash == row.identity_hash:
            # Of two students with this number the one whose stamnummer it is.
            return holder
    if set(holders) - {student}:
        choices = choices_between(row, student, holders)
        raise NeedsAnswer(STAMNUMMER_OF_ANOTHER, *choices)

    return student


def choices_between(
    row: Row, student: ExistingStudent, holders: list[ExistingStudent]
) -> tuple[Choice, ...]:
    """Return the possible answers where the row's number is of `student`.

    `holders` are the students of its stamnummer. Two students with different birth dates are never
    one and the same, nor is a hidden one, whose birth date is not known here.
    """
    if len(holders) != 1 or holders[0].pk == student.pk:
        return ()

    if holders[0].is_hidden or holders[0].was_born_on_another_day(row.birth_date):
        return (Choice.WITHOUT_NUMBER,)
    return Choice.SAME, Choice.WITHOUT_NUMBER


def _student_by_stamnummer(
    row: Row, holders: list[ExistingStudent], existing: ExistingRecords, answer: str | None
) -> ExistingStudent | None:
    """Return the student of the stamnummer, for a row whose number nobody has yet.

    That is the student who holds the stamnummer, or else the last one who left with it, where the
    school may still see that one. Raises BadRow, NeedsAnswer.
    """
    if len(holders) > 1:
        raise BadRow(SEVERAL_HOLDERS)

    if holders:
        (holder,) = holders
        _check_new_number(row, holder, existing, answer)
        return holder

    student = existing.last_holder(row)
    if student is None or student.is_hidden:
        return None
    if student.was_born_on_another_day(row.birth_date):
        # The stamnummer of a student who left may have been given to another one.
        return None
    return student


def _check_claims(row: Row, student: ExistingStudent | None, claims: Claims) -> None:
    """Raise NeedsAnswer where a number that is new here may be a guess at another one (R11)."""
    if not row.identity_hash:
        return

    if claims.has_others(row, student):
        place = ""
        others = claims.others_named(row)
        if others:
            place = f" (ook op rij {others})"
        raise NeedsAnswer(SEVERAL_NUMBERS.format(place=place), Choice.WITHOUT_NUMBER)

    if claims.has_many_of_last_name(row):
        raise NeedsAnswer(MANY_OF_A_LAST_NAME, Choice.WITHOUT_NUMBER)


def _check_new_number(
    row: Row, student: ExistingStudent, existing: ExistingRecords, answer: str | None
) -> None:
    """Raise NeedsAnswer where the student gets another number and another birth date at once.

    Another number with the same birth date is a bis number that became a national number. Only the
    school that has the say over the pupil may correct both (R11).
    """
    if not row.identity_hash or not student.identity_hash:
        return
    if not student.was_born_on_another_day(row.birth_date):
        return

    _, ends_on = row.period
    if not existing.has_the_say(student, ends_on):
        raise NeedsAnswer(OTHER_BIRTH_DATE, Choice.WITHOUT_NUMBER)
    if answer != Choice.CORRECTED:
        raise NeedsAnswer(OTHER_BIRTH_DATE, Choice.CORRECTED, Choice.WITHOUT_NUMBER)


def enrolment_of(
    row: Row, student: ExistingStudent | None, existing: ExistingRecords
) -> ExistingEnrolment | None:
    """Return the student's enrolment that the row is about, None for a new one.

    It is the one with the same begin date, or else one of the same time, whose begin date is
    corrected. An enrolment that runs is never taken for one that lies ahead, nor the other way
    round: a pupil who is enrolled today stays enrolled.
    """
    starts_on, _ = row.period
    own = existing.enrolments_of(student)

    same_start = [enrolment for enrolment in own if enrolment.starts_on == starts_on]
    for enrolment in reversed(same_start):
        if enrolment.stamnummer == row.stamnummer:
            return enrolment
    if same_start:
        return same_start[-1]

    for enrolment in reversed(own):
        if _is_same_time(enrolment, row, existing.today):
            return enrolment
    return None


def _is_same_time(enrolment: ExistingEnrolment, row: Row, today: date) -> bool:
    """Return whether the two overlap, and both run or both lie ahead."""
    starts_on, ends_on = row.period
    if enrolment.starts_on > ends_on or enrolment.ends_on < starts_on:
        return False

    lies_ahead = starts_on > today
    return lies_ahead == (enrolment.starts_on > today)
