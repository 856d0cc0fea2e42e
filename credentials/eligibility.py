"""Who may get new sign-in data: asked at the preview and again at the save (R1, R3)."""

from collections.abc import Collection

from accounts.models import Account, Kind, PasswordKind
from schoolloket import clock
from schoolloket.institutions.models import Institution
from students.models import Enrolment

from .models import BatchItem

Obstacle = BatchItem.Obstacle


def obstacle(
    item: BatchItem, account: Account | None, *, enrolled: bool, held: bool
) -> Obstacle | None:
    """Return why this item cannot be done on the account as it is now, or None.

    `enrolled`: whether the student is or will be enrolled in the batch's institution; `held`:
    whether another school joined the student before and has not let go (R11).
    """
    if not enrolled:
        return Obstacle.LEFT
    if held:
        return Obstacle.HELD
    if item.creates:
        return Obstacle.HAS_ACCOUNT if account else None
    if account is None:
        raise ValueError("an item that renews is made from an account")
    if account.deactivated_at:
        return Obstacle.DEACTIVATED
    if account.is_linked and not (item.removes_email or item.keeps_email):
        return Obstacle.LINKED
    if account.credentials_version != item.version:
        return Obstacle.CHANGED
    return None


def held_students(institution: Institution, student_ids: Collection[int]) -> set[int]:
    """Return those over whom another school has the say (R11)."""
    here = Enrolment.objects.of(institution).filter(student__in=student_ids)
    return set(here.held_on(clock.today()).values_list("student", flat=True))


def proposed_kind(administrative_group: str) -> PasswordKind:
    """Return the password kind to propose for a new LeerID, from the administrative group.

    Primary school gets a basic account (with pictures for those who cannot read yet), the others
    an advanced one.
    """
    group = administrative_group.casefold()
    if "kleuter" in group:
        return PasswordKind.PICTURES
    return PasswordKind.WORD if "leerjaar" in group else PasswordKind.ADVANCED


def alternatives(item: BatchItem) -> list[PasswordKind]:
    """Return the other kinds this item may switch to: an existing account keeps its type."""
    kinds = [kind for kind in PasswordKind if kind != item.password_kind]
    if item.creates:
        return kinds
    current = PasswordKind(item.password_kind).account_kind
    return [kind for kind in kinds if current == Kind.BASIC == kind.account_kind]
