"""What each row says, and what the file as a whole says, as the plan takes them."""

from dataclasses import dataclass, field
from datetime import date

from students.models import Student

from .columns import FIELDS, Columns
from .findings import Findings

LABELS = {field.name: field.label for field in FIELDS}
OFFICIAL_NAMES = ("official_first_name", "official_last_name")


@dataclass
class Row:
    """One row of the file. A text is "" when its cell is empty or its column does not exist.

    `identity_hash` is "" without a valid national number; `number_state` is why, or AVAILABLE: a
    value of Student.OfficialData. A row with problems is not imported. `institution_number`: of six
    characters at least, "" without one; `other_school`: it is another institution's.
    `birth_date_differs`: the row has another birth date than the number, so that neither is
    believed until the manager chooses.

    `remarks`: what is read otherwise than it stands there, in Dutch. `lost`: the fields whose cells
    no longer say what they did; `empty`: those whose cells are empty.
    """

    row: int
    stamnummer: str = ""
    first_name: str = ""
    last_name: str = ""
    administrative_group: str = ""
    class_code: str = ""
    sex: str = ""
    birth_date: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    identity_hash: str = ""
    number_state: str = Student.OfficialData.NUMBER_MISSING.value
    official_first_name: str = ""
    official_last_name: str = ""
    institution_number: str = ""
    other_school: bool = False
    birth_date_differs: bool = False
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Return first and last name, or what the row has of them."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def period(self) -> tuple[date, date]:
        """Return the first and the last day; only for a row without problems."""
        if self.starts_on is None or self.ends_on is None:
            raise ValueError("a row with problems has no period")
        return self.starts_on, self.ends_on


@dataclass(frozen=True)
class ParsedFile:
    """The rows of a file, the columns they were read from, and what is known of it as a whole.

    `left_out`: by row number, why a row is no pupil. `warnings`: in Dutch, of the file as a whole.
    """

    columns: Columns
    rows: list[Row]
    findings: Findings = field(default_factory=Findings)
    left_out: dict[int, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def hashes(self) -> set[str]:
        """Return the identity hashes of the rows that have one."""
        hashes = {row.identity_hash for row in self.rows}
        return hashes - {""}
