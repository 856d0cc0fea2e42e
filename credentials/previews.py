"""What the preview of a batch shows: its sections, its rows and what it will break."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from accounts.models import PasswordKind
from accounts.overview import enrolled_elsewhere
from schoolloket.core import clock, vault
from schoolloket.core.text import mask_email
from students.models import Enrolment

from . import passwords
from .documents import enrolments_of
from .eligibility import alternatives
from .models import Batch, BatchItem

Obstacle = BatchItem.Obstacle


@dataclass(frozen=True)
class Row:
    """One student in the preview."""

    item: BatchItem
    enrolment: Enrolment

    @property
    def who(self) -> str:
        return f"{self.enrolment.full_name} ({self.enrolment.stamnummer})"

    @property
    def kind(self) -> PasswordKind:
        return PasswordKind(self.item.password_kind)

    @cached_property
    def password(self) -> passwords.Shown | None:
        """The password to show, or None for a row with an obstacle."""
        sealed = self.item.sealed
        return passwords.shown(self.kind, vault.unseal(sealed)) if sealed else None

    @property
    def alternatives(self) -> list[PasswordKind]:
        return alternatives(self.item)

    @property
    def masked_email(self) -> str:
        return mask_email(self.item.account.email) if self.item.account else ""

    @property
    def breaks_own_password(self) -> bool:
        return bool(self.item.account and self.item.account.has_own_password)


def rows_of(batch: Batch, items: Iterable[BatchItem]) -> list[Row]:
    """Return the rows of these items, in their order.

    Without those whose enrolment was withdrawn: they are no pupils of the school any more (R11).
    """
    items = list(items)
    enrolments = enrolments_of(batch, items)
    return [
        Row(item, enrolments[item.student_id]) for item in items if item.student_id in enrolments
    ]


HEADINGS = {
    Batch.Purpose.SINGLE: "LeerID aanmeldgegevens",
    Batch.Purpose.RENEW: "Bulk: genereer nieuw wachtwoord",
    Batch.Purpose.CREATE: "Accounts aanmaken",
    Batch.Purpose.TO_BASIC: "Type wijzigen naar Basis LeerID",
    Batch.Purpose.TO_ADVANCED: "Type wijzigen naar Gevorderd LeerID",
}


@dataclass(frozen=True)
class Preview:
    """The page `Bulk: genereer nieuw wachtwoord`, section by section."""

    batch: Batch
    rows: list[Row]

    @classmethod
    def of(cls, batch: Batch) -> "Preview":
        return cls(batch, rows_of(batch, batch.items.select_related("account")))

    @property
    def heading(self) -> str:
        return HEADINGS[Batch.Purpose(self.batch.purpose)]

    @property
    def renewed_heading(self) -> str:
        kind = self.batch.converts_to
        return f"LeerID's die {kind.label} worden" if kind else "Leerlingen zonder e-mailadres"

    @cached_property
    def renewed(self) -> list[Row]:
        return [row for row in self.rows if not row.item.obstacle and not row.item.creates]

    @cached_property
    def created(self) -> list[Row]:
        return [row for row in self.rows if not row.item.obstacle and row.item.creates]

    @cached_property
    def linked(self) -> list[Row]:
        return [row for row in self.rows if row.item.obstacle == Obstacle.LINKED]

    @cached_property
    def impossible(self) -> list[Row]:
        return [row for row in self.rows if row.item.obstacle not in ("", Obstacle.LINKED)]

    @property
    def ticked(self) -> int:
        return sum(row.item.included for row in self.renewed + self.created)

    @property
    def broken_passwords(self) -> int:
        """How many passwords that work now will not work any more."""
        return sum(row.item.included for row in self.renewed)

    @property
    def own_passwords(self) -> int:
        return sum(row.breaks_own_password for row in self.renewed)

    @cached_property
    def enrolled_elsewhere(self) -> int:
        """How many of the pupils are also enrolled in another school, which sees this too."""
        students = [row.item.student_id for row in self.renewed]
        return enrolled_elsewhere(self.batch.institution, students, clock.today())
