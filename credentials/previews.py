"""What the preview of a batch shows: its sections, its rows and what it will break."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from accounts.models import PasswordKind
from accounts.overview import enrolled_elsewhere
from schoolloket.core import clock
from schoolloket.core.text import mask_email
from students.models import Enrolment

from . import passwords, sealing
from .eligibility import alternatives
from .enrolments import enrolments_of
from .models import Batch, BatchItem

HEADINGS = {
    Batch.Purpose.SINGLE: "LeerID aanmeldgegevens",
    Batch.Purpose.RENEW: "Bulk: genereer nieuw wachtwoord",
    Batch.Purpose.CREATE: "Accounts aanmaken",
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

    @cached_property
    def password(self) -> passwords.Shown | None:
        """The new password, or None for a row with an obstacle.

        Raises VaultLocked where the keys do not fit.
        """
        if not self.item.sealed:
            return None
        secrets = sealing.unseal(self.item.sealed)
        return passwords.shown(self.item.password_kind, secrets.password)

    @property
    def alternatives(self) -> list[PasswordKind]:
        """The other kinds of password that the row may switch to."""
        return alternatives(self.item)

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


def rows_of(batch: Batch, items: Iterable[BatchItem]) -> list[Row]:
    """Return the rows of these items, in their order.

    A student whose enrolment was withdrawn has no row: the school may not see that pupil (R11).
    """
    items = list(items)
    enrolments = enrolments_of(batch, items)

    rows = []
    for item in items:
        enrolment = enrolments.get(item.student_id)
        if enrolment is None:
            continue
        rows.append(Row(item, enrolment))

    return rows


@dataclass(frozen=True)
class Preview:
    """The page `Bulk: genereer nieuw wachtwoord`: each row of the draft in one section.

    A row with an obstacle is in `linked` or `impossible`. One that can be done is in `created` or
    `renewed`, and has a tick.
    """

    batch: Batch
    renewed: list[Row] = field(default_factory=list)
    created: list[Row] = field(default_factory=list)
    linked: list[Row] = field(default_factory=list)
    # Obstacles other than a linked e-mail address.
    impossible: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, batch: Batch) -> "Preview":
        """Return the preview of a draft, its rows in the order of the list."""
        preview = cls(batch)
        rows = rows_of(batch, batch.items.select_related("account"))

        for row in rows:
            if row.item.obstacle == BatchItem.Obstacle.LINKED:
                preview.linked.append(row)
            elif row.item.obstacle:
                preview.impossible.append(row)
            elif row.item.creates:
                preview.created.append(row)
            else:
                preview.renewed.append(row)

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
        return _ticked(self.renewed) + _ticked(self.created)

    @property
    def broken_passwords(self) -> int:
        """How many passwords that work now would work no more."""
        return _ticked(self.renewed)

    @property
    def own_passwords(self) -> int:
        """How many of the pupils to renew chose a password of their own."""
        return sum(row.breaks_own_password for row in self.renewed)

    @cached_property
    def enrolled_elsewhere(self) -> int:
        """How many of the pupils to renew use the LeerID in another school too."""
        students = [row.item.student_id for row in self.renewed]
        return enrolled_elsewhere(self.batch.institution, students, clock.today())


def _ticked(rows: list[Row]) -> int:
    return sum(row.item.included for row in rows)
