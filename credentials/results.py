"""What became of a saved batch: its pupils, who signed in since, which of its paper is dead.

Nothing here opens a secret. A school reads of another school's changes only that there was one
(R10).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.utils import timezone

from accounts.models import Account
from accounts.overview import held
from schoolloket.core import clock
from schoolloket.core.choices import ScreenChoices
from students.models import VISIBLE_AFTER_LEAVING, Enrolment

from .enrolments import enrolments_of
from .faces import class_name
from .models import Batch, BatchItem
from .print_order import collated

Outcome = BatchItem.Outcome


class Fate(ScreenChoices):
    """What became of the password that a pupil got."""

    VALID = "valid", "geldig"
    REPLACED = "replaced", "vervangen door een latere reeks"
    OWN = "own", "koos zelf een wachtwoord"
    ENDED = "ended", "LeerID samengevoegd"
    DEACTIVATED = "deactivated", "LeerID gedeactiveerd"
    CHANGED = "changed", "intussen gewijzigd"


@dataclass(frozen=True)
class Successor:
    """The last batch of this school that gave a pupil another password since."""

    batch_id: UUID
    number: int


@dataclass(frozen=True)
class Row:
    """One pupil who got a password, with the enrolment that the batch prints."""

    item: BatchItem
    enrolment: Enrolment
    signed_in: bool
    successor: Successor | None = None

    @property
    def account(self) -> Account:
        """The LeerID. An item that was done always has one."""
        account = self.item.account
        if account is None:
            raise ValueError("a row that was not done")
        return account

    @property
    def fate(self) -> Fate:
        """What became of the password."""
        if self.item.student.merged_into_id:
            return Fate.ENDED
        if self.account.credentials_version == self.item.version:
            return Fate.VALID
        if self.successor:
            return Fate.REPLACED
        if self.account.deactivated_at:
            return Fate.DEACTIVATED
        if self.account.has_own_password:
            return Fate.OWN
        return Fate.CHANGED

    @property
    def is_valid(self) -> bool:
        """Whether the password is still the one that this batch gave."""
        return self.fate == Fate.VALID

    @property
    def class_name(self) -> str:
        """The class at the time of the preview, as a heading names it."""
        return class_name(self.item.class_code)

    @property
    def class_now(self) -> str:
        """The present class where it is another one by now, else an empty text."""
        if self.item.class_code in (None, self.enrolment.class_code):
            return ""
        return self.enrolment.class_code or "zonder klas"


@dataclass(frozen=True)
class ClassOfRows:
    """The rows of one class, under its heading."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class Skipped:
    """One pupil who got nothing; the item knows why."""

    item: BatchItem
    enrolment: Enrolment


@dataclass(frozen=True)
class Result:
    """The page of a saved batch."""

    batch: Batch
    is_printable: bool
    # In the order of the paper.
    rows: list[Row]
    skipped: list[Skipped]
    left_out: int
    # How many pupils were done of whom the school sees nothing any more (R11).
    hidden: int
    # Student ids: those who did not sign in since, have a valid password and may get another.
    unused: list[int]

    @classmethod
    def of(cls, batch: Batch) -> "Result":
        """Return the result of a saved batch, in a fixed number of queries."""
        items: dict[str, list[BatchItem]] = {outcome: [] for outcome in Outcome.values}
        for item in batch.items.select_related("student", "account"):
            items[item.outcome].append(item)
        done, skipped = items[Outcome.DONE], items[Outcome.SKIPPED]

        enrolments = visible_enrolments(batch, [*done, *skipped])
        rows = _rows(batch, done, enrolments)
        return cls(
            batch=batch,
            is_printable=batch.is_printable(timezone.now()),
            rows=rows,
            skipped=[
                Skipped(item, enrolments[item.student_id])
                for item in skipped
                if item.student_id in enrolments
            ],
            left_out=len(items[Outcome.LEFT_OUT]),
            hidden=len(done) - len(rows),
            unused=_unused(batch, rows),
        )

    @property
    def classes(self) -> list[ClassOfRows]:
        """The rows by class, each class under its heading."""
        grouped = groupby(self.rows, key=lambda row: row.class_name)
        return [ClassOfRows(name, list(rows)) for name, rows in grouped]

    @property
    def signed_in(self) -> int:
        """How many pupils signed in since the save."""
        return sum(row.signed_in for row in self.rows)

    @property
    def printed(self) -> list[Row]:
        """The rows that paper has: those with a password that is still the one of this batch."""
        return [row for row in self.rows if row.is_valid]

    @property
    def valid(self) -> int:
        """How many passwords are still those of this batch."""
        return len(self.printed)

    @property
    def replaced(self) -> int:
        """How many passwords a later batch of this school replaced."""
        return sum(row.fate == Fate.REPLACED for row in self.rows)

    @property
    def ended(self) -> list[Row]:
        """The rows whose LeerID ended, since the pupil has an older one (R11)."""
        return [row for row in self.rows if row.fate == Fate.ENDED]

    @property
    def replaced_by(self) -> str:
        """`reeks 5`, or `reeks 5 en reeks 6`."""
        numbers = {row.successor.number for row in self.rows if row.successor}
        return " en ".join(f"reeks {number}" for number in sorted(numbers))

    @property
    def is_dead(self) -> bool:
        """Whether later batches replaced every password."""
        return bool(self.rows) and self.replaced == len(self.rows)

    @property
    def can_download(self) -> bool:
        """Whether its documents are served, with at least one password in them (R3, R4)."""
        return self.is_printable and self.valid > 0

    @property
    def has_paper(self) -> bool:
        """Whether somebody downloaded it, so that there may be sheets."""
        return self.batch.first_downloaded_at is not None

    @property
    def nobody_has_them(self) -> bool:
        """Whether passwords are valid that nobody ever downloaded, and nobody can any more."""
        return self.valid > 0 and not self.has_paper and not self.is_printable

    @property
    def renewal_year(self) -> str:
        """The school year of the renewal: that of the batch, or empty for the present one."""
        if self.batch.year.last_day < clock.today():
            return ""
        return str(self.batch.year)

    @property
    def offers_renewal(self) -> bool:
        """Whether to offer new passwords for those who did not sign in since.

        Not right after the save, when nobody can have signed in yet.
        """
        return bool(self.unused) and (self.signed_in > 0 or not self.is_printable)


def visible_enrolments(batch: Batch, items: Iterable[BatchItem]) -> dict[int, Enrolment]:
    """Return student id -> enrolment, of those whom the school may see by name (R11)."""
    visible_from = clock.today() - VISIBLE_AFTER_LEAVING
    enrolments = enrolments_of(batch, items)
    return {pk: found for pk, found in enrolments.items() if found.ends_on >= visible_from}


def _rows(batch: Batch, items: list[BatchItem], enrolments: Mapping[int, Enrolment]) -> list[Row]:
    """Return the rows of these items, class by class.

    Within a class they keep the order of the items, which is that of the paper.
    """
    since = batch.items.filter(account__last_sign_in_at__gt=batch.saved_at)
    signed_in = set(since.values_list("pk", flat=True))
    successors = _successors(batch)

    rows = []
    for item in items:
        if item.student_id in enrolments:
            rows.append(
                Row(
                    item=item,
                    enrolment=enrolments[item.student_id],
                    signed_in=item.pk in signed_in,
                    successor=successors.get(item.account_id),
                )
            )
    return sorted(rows, key=_class_of)


def _class_of(row: Row) -> str:
    """The class at the time of the preview, as it is sorted."""
    return collated(row.item.class_code or "")


def _successors(batch: Batch) -> dict[int | None, Successor]:
    """Return account id -> the last later batch of this school that renewed it, in one query."""
    later = BatchItem.objects.done().filter(
        account__in=batch.items.done().values("account"),
        batch__institution=batch.institution_id,
        batch__number__gt=batch.number,
    )
    found = later.order_by("batch__number").values_list("account", "batch", "batch__number")
    return {account: Successor(batch_id, number or 0) for account, batch_id, number in found}


def _unused(batch: Batch, rows: list[Row]) -> list[int]:
    """Return the students who did not use the password of this batch, and may get another.

    Whoever is deactivated, linked or merged has no valid password of this batch any more.
    """
    ids = [row.item.student_id for row in rows if row.is_valid and not row.signed_in]
    day = clock.today()
    here = Enrolment.objects.of(batch.institution).running_or_ahead(day)
    enrolled = set(here.filter(student__in=ids).values_list("student", flat=True))

    return sorted(enrolled - held(batch.institution, ids, day))
