"""What an import would do: new, changed, ended, unchanged and bad rows; applied as shown."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .differences import Difference
from .matching import Choice

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

Values = dict[str, Any]


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
class Conflict:
    """A row in conflict: what may be answered, and what the manager answered, "" for nothing."""

    row: int
    reason: str
    stamnummer: str
    name: str
    choices: tuple[Choice, ...]
    chosen: str


@dataclass(frozen=True)
class Merge:
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
    conflicts: list[Conflict] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
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
        """Return whether more than 10 % ends of those that run, or of those that lie ahead."""
        return 10 * self.stopped > self.running or 10 * self.withdrawn > self.ahead

    @property
    def asks(self) -> bool:
        """Whether the manager has to say that so many may end, or that the file is whole."""
        return self.ends_many or (self.cut_off and bool(self.ended))
