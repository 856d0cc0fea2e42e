"""What the preview of a batch shows: its sections, its rows and what it will break."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from accounts.models import PasswordKind
from accounts.overview import enrolled_elsewhere
from schoolloket.core import clock
from schoolloket.core.text import mask_email
from students.models import Enrolment

from . import passwords, sealing
from .eligibility import alternatives
from .enrolments import enrolments_of
from .models import Batch, BatchItem
from .scopes import Part, Scope
from .typed_usernames import Problem

HEADINGS = {
    Batch.Purpose.SINGLE: "LeerID aanmeldgegevens",
    Batch.Purpose.RENEW: "Bulk: genereer nieuw wachtwoord",
    Batch.Purpose.CREATE: "LeerID's aanmaken",
    Batch.Purpose.TO_BASIC: "Type wijzigen naar Basis LeerID",
    Batch.Purpose.TO_ADVANCED: "Type wijzigen naar Gevorderd LeerID",
}


@dataclass(frozen=True)
class Row:
    """One student in the preview.

    What is costly or secret is computed when a page asks for it.
    """

    item: BatchItem
    enrolment: Enrolment
    # What was typed as its username, where that will not do.
    problem: Problem | None = None

    @property
    def key(self) -> str:
        """The row as its fields and its button name it; another password is another row (R2)."""
        return str(self.item.pk)

    @property
    def place(self) -> str:
        """The place of the row in the preview, which it keeps when it gets another password."""
        return str(self.item.position)

    @property
    def name(self) -> str:
        return self.enrolment.full_name

    @property
    def label(self) -> str:
        """Name and stamnummer."""
        return self.enrolment.name_and_number

    @property
    def username(self) -> str:
        return self.item.username

    @property
    def creates(self) -> bool:
        """Whether the save makes a LeerID for the pupil."""
        return self.item.creates

    @cached_property
    def password(self) -> passwords.Shown | None:
        """The new password, or None for a row with an obstacle.

        Raises VaultLocked where the keys do not fit.
        """
        if not self.item.sealed:
            return None
        secrets = sealing.unseal(self.item.sealed)
        return passwords.shown(self.item.password_kind, secrets.password)

    @cached_property
    def kinds(self) -> list[PasswordKind]:
        """The kinds of password in the menu of the row; empty where there is no choice."""
        others = alternatives(self.item)
        if not others:
            return []
        return [kind for kind in PasswordKind if kind in others or kind == self.item.password_kind]

    @property
    def typed_username(self) -> str:
        """What the field of the username holds."""
        if self.problem is not None:
            return self.problem.typed
        return self.item.username

    @property
    def masked_email(self) -> str:
        """The linked e-mail address as it may be shown (R10), or an empty text."""
        account = self.item.account
        if account is None:
            return ""
        return mask_email(account.email)

    @property
    def breaks_own_password(self) -> bool:
        """Whether the save ends a password that the pupil chose.

        A row that creates an account has none to end.
        """
        account = self.item.account
        if account is None:
            return False
        return account.has_own_password


def rows_of(
    batch: Batch, items: Iterable[BatchItem], problems: Mapping[int, Problem] | None = None
) -> list[Row]:
    """Return the rows of these items, in their order.

    `problems`: position -> what is wrong with the username that was typed there. A student whose
    enrolment was withdrawn has no row: the school may not see that pupil (R11).
    """
    items = list(items)
    enrolments = enrolments_of(batch, items)
    problems = problems or {}

    rows = []
    for item in items:
        enrolment = enrolments.get(item.student_id)
        if enrolment is None:
            continue
        rows.append(Row(item, enrolment, problems.get(item.position)))

    return rows


def _kinds_of(rows: list[Row]) -> list[PasswordKind]:
    """Return the kinds that at least one of the rows may have; none where there is no choice."""
    return [kind for kind in PasswordKind if any(kind in row.kinds for row in rows)]


@dataclass(frozen=True)
class SchoolClass:
    """The rows of one class in a section, by the class of the pupils when the draft was made.

    `scope`: as the menu for all of them posts it.
    """

    code: str
    rows: list[Row]
    scope: str = ""

    @property
    def heading(self) -> str:
        return self.code or "Zonder klas"

    @cached_property
    def kinds(self) -> list[PasswordKind]:
        """The kinds in the menu for the class; empty where there is no choice."""
        return _kinds_of(self.rows)

    @property
    def place(self) -> int:
        """A number that no other class of the page has."""
        return self.rows[0].item.position


@dataclass(frozen=True)
class Section:
    """A part of the preview, its rows in the order of the paper.

    `part`: None for LeerIDs that stay as they are.
    """

    part: Part | None = None
    rows: list[Row] = field(default_factory=list)

    @cached_property
    def classes(self) -> list[SchoolClass]:
        """The rows class by class."""
        found = []
        for code, rows in groupby(self.rows, key=lambda row: row.item.class_code or ""):
            scope = ""
            if self.part is not None:
                scope = str(Scope(self.part, code))
            found.append(SchoolClass(code, list(rows), scope))
        return found

    @property
    def scope(self) -> str:
        """The whole section, as the menu for all its rows posts it."""
        return str(self.part)

    @property
    def place(self) -> str:
        return str(self.part)

    @cached_property
    def kinds(self) -> list[PasswordKind]:
        """The kinds in the menu for all rows; empty for one class, which has a menu of its own."""
        if len(self.classes) == 1:
            return []
        return _kinds_of(self.rows)

    @property
    def ticked(self) -> int:
        """How many of its rows the save would do."""
        return sum(row.item.included for row in self.rows)


@dataclass(frozen=True)
class Preview:
    """The page `Bulk: genereer nieuw wachtwoord`: each row of the draft in one section.

    A row with an obstacle is in `linked` or `impossible`. One that can be done is in `created` or
    `renewed`, and has a tick.
    """

    batch: Batch
    renewed: Section = field(default_factory=lambda: Section(Part.RENEWED))
    linked: Section = field(default_factory=Section)
    created: Section = field(default_factory=lambda: Section(Part.CREATED))
    # Obstacles other than a linked e-mail address.
    impossible: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, batch: Batch, problems: Mapping[int, Problem] | None = None) -> "Preview":
        """Return the preview of a draft, its rows in the order of the paper.

        `problems`: position -> what is wrong with the username that was typed there.
        """
        preview = cls(batch)
        items = batch.items.select_related("account")

        for row in rows_of(batch, items, problems):
            if row.item.obstacle == BatchItem.Obstacle.LINKED:
                preview.linked.rows.append(row)
            elif row.item.obstacle:
                preview.impossible.append(row)
            elif row.item.creates:
                preview.created.rows.append(row)
            else:
                preview.renewed.rows.append(row)

        return preview

    @property
    def heading(self) -> str:
        return HEADINGS[Batch.Purpose(self.batch.purpose)]

    @property
    def renewed_heading(self) -> str:
        """The heading of the section with existing accounts, which a conversion names its own."""
        new_kind = self.batch.converts_to
        if new_kind is None:
            return "Leerlingen zonder e-mailadres"
        return f"LeerID's die {new_kind.label} worden"

    @property
    def ticked(self) -> int:
        """How many rows the save would do."""
        return self.renewed.ticked + self.created.ticked

    @property
    def own_passwords(self) -> list[str]:
        """The pupils to renew who chose a password of their own, by name and class."""
        return [
            row.enrolment.name_and_class for row in self.renewed.rows if row.breaks_own_password
        ]

    @cached_property
    def enrolled_elsewhere(self) -> list[str]:
        """The pupils to renew who use the LeerID in another school too, by name and class."""
        students = [row.item.student_id for row in self.renewed.rows]
        elsewhere = enrolled_elsewhere(self.batch.institution, students, clock.today())
        return [
            row.enrolment.name_and_class
            for row in self.renewed.rows
            if row.item.student_id in elsewhere
        ]

    @property
    def first_wrong(self) -> int | None:
        """The position of the first row whose typed username will not do, or None."""
        wrong = [row.item.position for row in self.created.rows if row.problem]
        return min(wrong, default=None)

    @property
    def wrong_usernames(self) -> list[str]:
        """The pupils whose typed username will not do, by name and class."""
        return [row.enrolment.name_and_class for row in self.created.rows if row.problem]
