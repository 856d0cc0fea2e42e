"""Who may get new sign-in data: asked at the preview and again at the save (R1, R3)."""

from accounts.models import Account, Kind, PasswordKind

from . import passwords
from .models import BatchItem

Obstacle = BatchItem.Obstacle


def obstacle(
    item: BatchItem, account: Account | None, *, enrolled: bool, held: bool
) -> Obstacle | None:
    """Return why this item cannot be done on the account as it is now, or None.

    `enrolled`: whether the student is or will be enrolled in the batch's institution; `held`:
    whether the student joined another school before, which has not let go yet (R11).
    """
    if not enrolled:
        return Obstacle.LEFT
    if held:
        return Obstacle.HELD
    if item.creates:
        return Obstacle.HAS_ACCOUNT if account else None
    if account is None:
        return Obstacle.NO_ACCOUNT
    if account.deactivated_at:
        return Obstacle.DEACTIVATED
    if account.kind == item.batch.converts_to:
        return Obstacle.SAME_KIND
    # Only the single edit removes or keeps a linked address; in bulk such an account is left (R1).
    decided_on_email = item.removes_email or item.keeps_email
    if account.is_linked and not decided_on_email:
        return Obstacle.LINKED
    if account.credentials_version != item.version:
        return Obstacle.CHANGED
    return None


def proposed_kind(administrative_group: str) -> PasswordKind:
    """Return the password kind to propose for a new LeerID, from the administrative group.

    Primary school gets a basic account (with pictures for those who cannot read yet), the others
    an advanced one.
    """
    group = administrative_group.casefold()
    if "kleuter" in group:
        return PasswordKind.PICTURES
    if "leerjaar" in group:
        return PasswordKind.WORD
    return PasswordKind.ADVANCED


def converted_kind(kind: Kind, administrative_group: str) -> PasswordKind:
    """Return the password kind to propose for an account that becomes of this type."""
    proposed = proposed_kind(administrative_group)
    if proposed in passwords.KINDS[kind]:
        return proposed
    return passwords.KINDS[kind][0]


def alternatives(item: BatchItem) -> list[PasswordKind]:
    """Return the other kinds of password that this item may switch to.

    An existing account keeps its type, basic or advanced; a new one may be of either.
    """
    current = PasswordKind(item.password_kind)
    possible = list(PasswordKind)
    if not item.creates:
        possible = passwords.KINDS[current.account_kind]
    return [kind for kind in possible if kind != current]
