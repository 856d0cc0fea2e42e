"""Who may get new sign-in data: asked at the preview and again at the save (R1, R3, R13)."""

from accounts.models import Account, Kind, PasswordKind

from . import passwords
from .models import BatchItem
from .primary_school import primary_year

Obstacle = BatchItem.Obstacle
LAST_YEAR_WITH_PICTURES = 2


def obstacle(
    item: BatchItem, account: Account | None, *, enrolled: bool, in_year: bool, held: bool
) -> Obstacle | None:
    """Return why this item cannot be done on the account as it is now, or None.

    `account` is None for a student without a LeerID.
    `enrolled`: whether the student is or will be enrolled in the batch's institution.
    `in_year`: whether in the batch's school year.
    `held`: whether the student joined another school before, which has not let go yet (R11).
    """
    by_helper = item.batch.institution.limited_to is not None
    if item.student.merged_into_id:
        return Obstacle.MERGED
    if not enrolled and by_helper:
        return Obstacle.OTHER_CLASS
    if not enrolled:
        return Obstacle.LEFT
    if not in_year:
        return Obstacle.OTHER_YEAR
    if held and by_helper:
        # What another school has to do with the pupil is not a helper's to know (R13).
        return Obstacle.NOT_BY_HELPER
    if held:
        return Obstacle.HELD

    if item.creates and not by_helper:
        if account is not None:
            return Obstacle.HAS_ACCOUNT
        return None

    if account is None:
        return Obstacle.NO_ACCOUNT
    if account.deactivated_at:
        return Obstacle.DEACTIVATED
    if account.kind == item.batch.converts_to:
        return Obstacle.SAME_KIND

    # Only the single edit removes or keeps a linked e-mail address. In bulk such an account is
    # left as it is (R1), and by a helper always (R13).
    decided_on_email = (item.removes_email or item.keeps_email) and not by_helper
    if account.is_linked and not decided_on_email:
        return Obstacle.LINKED

    # The account got other credentials after the preview was made (R3).
    if account.credentials_version != item.version:
        return Obstacle.CHANGED
    return None


def proposed_kind(administrative_group: str) -> PasswordKind:
    """Return the password kind to propose for a new LeerID, from the administrative group (R7).

    Pictures for kleuters and up to the 2de leerjaar, who hardly read, a word up to the 6de
    leerjaar, and an advanced account for everybody else.
    """
    year = primary_year(administrative_group)

    if year is None:
        return PasswordKind.ADVANCED
    if year <= LAST_YEAR_WITH_PICTURES:
        return PasswordKind.PICTURES
    return PasswordKind.WORD


def converted_kind(kind: Kind, administrative_group: str) -> PasswordKind:
    """Return the password kind to propose for an account that becomes of this type.

    It is the kind that a new account would get, or the usual kind of the type where the type does
    not allow that one.
    """
    allowed = passwords.KINDS[kind]
    proposed = proposed_kind(administrative_group)

    if proposed in allowed:
        return proposed
    return allowed[0]


def alternatives(item: BatchItem) -> list[PasswordKind]:
    """Return the other kinds of password that this item may switch to.

    An existing account keeps its type, basic or advanced; a new one may be of either.
    """
    current = PasswordKind(item.password_kind)

    possible = list(PasswordKind)
    if not item.creates:
        possible = passwords.KINDS[current.account_kind]

    return [kind for kind in possible if kind != current]
