"""What the tests of a batch ask: a pupil's row, its password, and whether accounts changed."""

from collections.abc import Callable
from typing import Protocol

from accounts.models import Account, PasswordKind
from credentials.actions import drafts, hashing
from credentials.models import Batch, BatchItem
from credentials.sealing import unseal
from schoolloket.institutions.actors import Actor


class Pupil(Protocol):
    """An account or an enrolment: both know their student."""

    student_id: int


Prepare = Callable[..., Batch]
Save = Callable[[Batch], Batch]
Crowd = Callable[..., list[Account]]


def item_of(batch: Batch, pupil: Pupil) -> BatchItem:
    """The pupil's row in the batch."""
    return batch.items.get(student=pupil.student_id)


def password_of(batch: Batch, pupil: Pupil) -> str:
    """The password that the preview shows for this pupil."""
    return unseal(item_of(batch, pupil).sealed).password


def snapshot(*accounts: Account) -> list[dict[str, object]]:
    """All columns of the accounts, to compare them with later."""
    ids = [account.pk for account in accounts]
    return list(Account.objects.filter(pk__in=ids).order_by("pk").values())


def edited(by: Actor, account: Account, **asked: object) -> Batch:
    """A single edit of the account, hashed but not saved."""
    edit = drafts.Edit(
        username=str(asked.get("username", account.username)),
        password_kind=PasswordKind(asked.get("kind", account.password_kind)),
        removes_email=bool(asked.get("removes_email", False)),
    )
    batch = drafts.prepare_edit(by=by, student_id=account.student_id, edit=edit)
    hashing.hash_all(batch)
    return batch
