"""Prepare a draft: for a selection, or for the edit of one account."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import usernames
from accounts.models import Account, PasswordKind
from accounts.overview import account_of, chosen, held, visible
from credentials import passwords
from credentials.eligibility import converted_kind, obstacle, proposed_kind
from credentials.models import Batch, BatchItem
from schoolloket.core import clock, vault
from schoolloket.core.exceptions import NotEligible, UnknownStudents
from schoolloket.institutions.actors import Actor
from students.models import Enrolment

from .locks import draft_end


@dataclass(frozen=True)
class Edit:
    """What the single edit asks for one account, beside a new password."""

    username: str
    password_kind: PasswordKind
    removes_email: bool = False


def prepare(*, by: Actor, student_ids: Collection[int], purpose: Batch.Purpose) -> Batch:
    """Draft new credentials for a selection, in the order of the list; nothing is valid yet (R2).

    Raises NothingSelected, TooMany or UnknownStudents.
    """
    day = clock.today()
    rows = chosen(by.institution, student_ids, day)
    batch = _new_draft(by, purpose)
    elsewhere = held(by.institution, student_ids, day)
    given = _usernames_for_new(rows)
    items = [_item(batch, row, given.get(row.student_id)) for row in rows]
    for position, (row, item) in enumerate(zip(rows, items, strict=True), start=1):
        item.batch, item.position, item.class_code = batch, position, row.class_code
        enrolled, is_held = row.ends_on >= day, row.student_id in elsewhere
        _fill(item, obstacle(item, account_of(row), enrolled=enrolled, held=is_held))
    _store_draft(batch, items)
    return batch


def prepare_edit(*, by: Actor, student_id: int, edit: Edit) -> Batch:
    """Draft the single edit of one existing account.

    Raises UnknownStudents where the student has no account in this institution, or NotEligible.
    """
    day = clock.today()
    row = visible(by.institution, day).filter(student=student_id).first()
    account = account_of(row) if row else None
    if row is None or account is None:
        raise UnknownStudents
    batch = _new_draft(by, Batch.Purpose.SINGLE)
    item = BatchItem(
        batch=batch,
        position=1,
        student_id=student_id,
        account=account,
        version=account.credentials_version,
        username=edit.username,
        class_code=row.class_code,
        password_kind=edit.password_kind,
        removes_email=edit.removes_email,
        keeps_email=account.is_linked and not edit.removes_email,
    )
    is_held = student_id in held(by.institution, [student_id], day)
    if found := obstacle(item, account, enrolled=row.ends_on >= day, held=is_held):
        raise NotEligible(found.label)
    _fill(item, None)
    _store_draft(batch, [item])
    return batch


def _new_draft(by: Actor, purpose: Batch.Purpose) -> Batch:
    now = timezone.now()
    return Batch(
        institution=by.institution,
        purpose=purpose,
        created_by=by.manager,
        created_at=now,
        expires_at=draft_end(now),
    )


@transaction.atomic
def _store_draft(batch: Batch, items: list[BatchItem]) -> None:
    batch.save(force_insert=True)
    BatchItem.objects.bulk_create(items)


def _usernames_for_new(rows: Iterable[Enrolment]) -> dict[int, str]:
    return usernames.free(
        {
            row.student_id: usernames.from_name(row.first_name, row.last_name)
            for row in rows
            if account_of(row) is None
        }
    )


def _item(batch: Batch, row: Enrolment, new_username: str | None) -> BatchItem:
    account = account_of(row)
    group = row.administrative_group
    if batch.converts_to:
        return _item_of(row, account, converted_kind(batch.converts_to, group))
    if account and batch.purpose == Batch.Purpose.RENEW:
        return _item_of(row, account, PasswordKind(account.password_kind))
    return BatchItem(
        student_id=row.student_id,
        creates=True,
        username=new_username or (account.username if account else ""),
        password_kind=proposed_kind(group),
        # A renewal creates accounts only for whom the manager ticks.
        included=batch.purpose == Batch.Purpose.CREATE,
    )


def _item_of(row: Enrolment, account: Account | None, kind: PasswordKind) -> BatchItem:
    """A new password of this kind for the account, if there is one."""
    return BatchItem(
        student_id=row.student_id,
        account=account,
        version=account.credentials_version if account else None,
        username=account.username if account else "",
        password_kind=kind,
    )


def _fill(item: BatchItem, found: BatchItem.Obstacle | None) -> None:
    """Give the item its password, or the reason why it gets none."""
    if found:
        item.obstacle, item.included = found, False
    else:
        item.sealed = vault.seal(passwords.generate(item.password_kind))
