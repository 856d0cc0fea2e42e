"""What an import would do: new, changed, ended, unchanged and refused rows; applied as shown."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import TextChoices

from students.models import Student

from .existing import ExistingEnrolment, ExistingStudent
from .findings import row_as_json
from .reading.cleaning import clean
from .rows import LABELS

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
_LABELS = LABELS | {
    "official_data": "officiële gegevens",
    "identity_hash": "rijksregister- of bisnummer",
}

Values = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One field of a student or an enrolment, with its old and its new value as stored."""

    field: str
    stored: object
    becomes: object

    @property
    def label(self) -> str:
        """Return the field in Dutch."""
        return _LABELS[self.field]

    @property
    def old(self) -> str:
        """Return the old value as text to show; a hash is not shown."""
        if self.field == "identity_hash" and self.stored:
            return "een ander nummer"
        return _as_text(self.field, self.stored)

    @property
    def new(self) -> str:
        """Return the new value as text to show; a hash is not shown."""
        if self.field == "identity_hash":
            return "nieuw nummer"
        return _as_text(self.field, self.becomes)


@dataclass(frozen=True)
class Claim:
    """A number that is new here, and what its row says of the pupil, as hashes (`claims`).

    `person_hash`: the name and birth date; `last_name_hashes`: each last name and birth date.
    """

    person_hash: str
    identity_hash: str
    last_name_hashes: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A good row that changes something. Without `student_id` or `enrolment_id` that one is new.

    `student` and `enrolment` hold all values of the fields above, as they will be; of a hidden
    student, whom the school may see no more, those of a new one. `said`: the fields of the student
    of which the file says something. `claim`: the row's number, where it is new here. `stops`: the
    row gives a running enrolment an end date in the past. `held`: another school has the say over
    the student, who is enrolled there too (R11). `returns`: the student was enrolled here before,
    and is again. `follows`: the id of the enrolment here that runs or lies ahead when this one is
    added, or runs again after it was over. `old_class`: that of the enrolment before, which is the
    followed one for a new enrolment.

    The rest is known at the confirmation only (`recognition`). `former_id`: a hidden student who
    had the stamnummer, and may be this one. `joins`: the student is known from another school.
    `is_disputed`: another student has the number too.
    """

    row: int
    student_id: int | None
    enrolment_id: int | None
    student: Values
    said: tuple[str, ...]
    enrolment: Values
    student_differences: tuple[Difference, ...]
    enrolment_differences: tuple[Difference, ...]
    claim: Claim | None
    stops: bool
    held: bool
    returns: bool
    follows: int | None
    old_class: str
    is_hidden: bool = False
    former_id: int | None = None
    joins: bool = False
    is_disputed: bool = False

    @property
    def is_in_doubt(self) -> bool:
        """Return whether somebody else may be meant: a number is new here, or a pupil is hidden."""
        return self.is_hidden or self.claim is not None

    @property
    def changes_class(self) -> bool:
        """Return whether an existing enrolment gets another class."""
        if self.enrolment_id is None:
            return False
        new_class: str = self.enrolment["class_code"]
        return self.old_class != new_class

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return everything that changes, in the order in which the preview shows it."""
        return self.enrolment_differences + self.student_differences


@dataclass(frozen=True)
class Ending:
    """An enrolment that a full list no longer names.

    `own_end` is its last day so far, `ends_on` the new one; None when the enrolment had not begun:
    then it is withdrawn.
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
    """A row of the file and why it does not count, in Dutch, without the row's data."""

    row: int
    reason: str

    def as_json(self) -> dict[str, int | str]:
        """Return {"row": 4, "reason": "…"}, with the sheet where a file has several."""
        return {**row_as_json(self.row), "reason": self.reason}


class Choice(TextChoices):
    """What a manager may answer to a conflict; without an answer the row is skipped."""

    SAME = "dezelfde", "Het is één en dezelfde leerling: ga verder met het LeerID van het nummer"
    CORRECTED = "verbeterd", "Het is dezelfde leerling: neem het nummer en de geboortedatum over"
    WITHOUT_NUMBER = (
        "zonder",
        "Het is de leerling van het stamnummer: lees in zonder nummer en geboortedatum",
    )


@dataclass(frozen=True)
class Conflict:
    """A row whose numbers contradict each other, or contradict what the school has.

    `choices` are the possible answers, `answer` is the manager's own, "" without one.
    """

    row: int
    reason: str
    stamnummer: str
    name: str
    choices: tuple[Choice, ...]
    answer: str


@dataclass(frozen=True)
class Merge:
    """Two students who are one: what `student_id` has in this institution goes to `other_id`.

    `empties`: nothing else is left of `student_id` then, not even a LeerID; known at the
    confirmation only.
    """

    row: int
    student_id: int
    other_id: int
    empties: bool = False


@dataclass(frozen=True)
class Plan:
    """What the preview shows and what is applied. The lists are in the order of the file.

    `unchanged_by_year` counts good rows, by the first year of their school year. `problems` are the
    rows that are not imported, a conflict without an answer among them. `remarks` are rows that do
    not count, since a later one of the same pupil does, and rows that say what only another school
    may change. `running` and `ahead` count the enrolments before the import. `warnings`: what
    somebody has to look at in the file as a whole. `questions`: whether names in it are right; they
    name pupils, so no run keeps them. `spared`: the enrolments that a full list does not name and
    does not end either, since it may not name all pupils; the warnings say why. `recognised`: how
    many pupils of other schools were, which is known at the confirmation only.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged_by_year: dict[int, int] = field(default_factory=dict)
    ended: list[Ending] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    running: int = 0
    ahead: int = 0
    warnings: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    spared: list[Ending] = field(default_factory=list)
    cut_off: bool = False
    recognised: int = 0

    @property
    def fingerprint(self) -> str:
        """Return the same text for two plans that do the same, and for those alone.

        The preview sends it along with the confirmation, so that what was shown is what is applied
        (R2). It may differ between versions of the project: then the preview is shown again.
        """
        digest = hashlib.sha256()
        # An item at a time: the plan of a long list is many megabytes of text.
        for name, value in vars(self).items():
            digest.update(f"{name}\n".encode())
            items = [value]
            if isinstance(value, list):
                items = value
            for item in items:
                digest.update(f"{item!r}\n".encode())

        return digest.hexdigest()

    @property
    def unchanged(self) -> int:
        """Return how many good rows change nothing."""
        return sum(self.unchanged_by_year.values())

    @property
    def withheld(self) -> int:
        """Return how many enrolments the list does not name and does not end either."""
        return len(self.spared)

    @property
    def is_empty(self) -> bool:
        """Return whether the file has no good row."""
        good = len(self.new) + len(self.changed) + self.unchanged
        return good == 0

    @property
    def stopped(self) -> int:
        """Return how many running enrolments end before their own end date.

        By the full list that no longer names them, or by a row with an earlier end date.
        """
        by_the_list = len(self.ended) - self.withdrawn
        by_a_row = sum(entry.stops for entry in self.changed)
        return by_the_list + by_a_row

    @property
    def withdrawn(self) -> int:
        """Return how many enrolments that lie ahead the list no longer names."""
        return sum(ending.ends_on is None for ending in self.ended)

    @property
    def ends_many(self) -> bool:
        """Return whether more than 10 % ends of those that run, or of those that lie ahead."""
        if 10 * self.stopped > self.running:
            return True
        return 10 * self.withdrawn > self.ahead

    @property
    def asks(self) -> bool:
        """Return whether the manager has to confirm that so many end, or that the file is whole.

        See docs/decisions/0014.
        """
        if self.ends_many:
            return True
        return self.cut_off and len(self.ended) > 0


def differences(
    old: ExistingEnrolment | ExistingStudent | None, new: Mapping[str, object]
) -> tuple[Difference, ...]:
    """Return the fields whose value changes; none where there is no old student or enrolment.

    `new`: a value by field, of STUDENT_FIELDS or of ENROLMENT_FIELDS.
    """
    if old is None:
        return ()

    found = []
    for name, new_value in new.items():
        old_value = getattr(old, name)
        if old_value != new_value and not _looks_the_same(old_value, new_value):
            found.append(Difference(name, old_value, new_value))

    return tuple(found)


def _looks_the_same(old: object, new: object) -> bool:
    """Return whether nobody sees a difference: an earlier version kept signs that do not show."""
    return isinstance(old, str) and clean(old) == new


def _as_text(name: str, value: object) -> str:
    """Return a value as the preview shows it: 31/08/2027, or the words of a choice."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")

    if name == "official_data" and value:
        state = Student.OfficialData(str(value))
        return str(state.label)
    return str(value)
