"""Prepare a draft: for a selection, or for the edit of one account."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import usernames
from accounts.models import Account, PasswordKind
from accounts.overview import account_of, chosen, held, visible, year_of
from credentials import sealing
from credentials.eligibility import converted_kind, obstacle, proposed_kind
from credentials.models import Batch, BatchItem
from credentials.print_order import in_print_order
from schoolloket.core import clock
from schoolloket.core.exceptions import NotEligible, UnknownStudents
from schoolloket.institutions.actors import Actor
from students.models import Enrolment
from students.school_years import SchoolYear

from .locks import draft_end


@dataclass(frozen=True)
class Edit:
    """What the single edit asks for one account, beside a new password."""

    username: str
    password_kind: PasswordKind
    removes_email: bool = False


def prepare(
    *,
    by: Actor,
    student_ids: Collection[int],
    purpose: Batch.Purpose,
    year: SchoolYear | None = None,
) -> Batch:
    """Draft new credentials for a selection, in the order of the paper; nothing is valid yet (R2).

    `year`: whose classes are shown and printed, by default that of the selection. Raises
    NothingSelected, TooManySelected or UnknownStudents.
    """
    day = clock.today()
    rows = in_print_order(chosen(by.institution, student_ids, day, year))
    year = year or year_of(by.institution, rows, day)
    batch = _new_draft(by, purpose, year)
    held_elsewhere = held(by.institution, student_ids, day)
    new_usernames = _usernames_for_new(rows)

    items = []
    for position, row in enumerate(rows, start=1):
        item = _item(batch, row, new_usernames)
        item.position = position

        found = obstacle(
            item,
            account_of(row),
            enrolled=row.ends_on >= day,
            in_year=year.overlaps(row.starts_on, row.ends_on),
            held=row.student_id in held_elsewhere,
        )
        if found:
            item.obstacle = found
            item.included = False
        else:
            sealing.seal_new(item)

        items.append(item)

    _store_draft(batch, items)
    return batch


def prepare_edit(*, by: Actor, student_id: int, edit: Edit) -> Batch:
    """Draft the single edit of one existing account.

    Raises UnknownStudents where the student has no account in this institution, or NotEligible.
    """
    day = clock.today()
    row = visible(by.institution, day).filter(student=student_id).first()
    if row is None:
        raise UnknownStudents
    account = account_of(row)
    if account is None:
        raise UnknownStudents

    year = year_of(by.institution, [row], day)
    batch = _new_draft(by, Batch.Purpose.SINGLE, year)
    item = BatchItem(
        batch=batch,
        position=1,
        student=row.student,
        account=account,
        version=account.credentials_version,
        username=edit.username,
        class_code=row.class_code,
        password_kind=edit.password_kind,
        removes_email=edit.removes_email,
        keeps_email=account.is_linked and not edit.removes_email,
    )

    held_elsewhere = held(by.institution, [student_id], day)
    found = obstacle(
        item,
        account,
        enrolled=row.ends_on >= day,
        in_year=year.overlaps(row.starts_on, row.ends_on),
        held=student_id in held_elsewhere,
    )
    if found:
        raise NotEligible(found.label)

    sealing.seal_new(item)
    _store_draft(batch, [item])
    return batch


def _new_draft(by: Actor, purpose: Batch.Purpose, year: SchoolYear) -> Batch:
    now = timezone.now()
    return Batch(
        institution=by.institution,
        purpose=purpose,
        created_by=by.manager,
        created_at=now,
        school_year=year.begins,
        expires_at=draft_end(now),
    )


def _usernames_for_new(rows: Iterable[Enrolment]) -> dict[int, str]:
    """Return student id -> a free username, for the students without an account."""
    wished = {}
    for row in rows:
        if account_of(row) is None:
            wished[row.student_id] = usernames.from_name(row.first_name, row.last_name)

    return usernames.free(wished)


def _item(batch: Batch, row: Enrolment, new_usernames: dict[int, str]) -> BatchItem:
    """Return what the batch is to do for this student, possible or not."""
    account = account_of(row)
    item = BatchItem(batch=batch, student=row.student, class_code=row.class_code)
    if account is not None:
        item.username = account.username

    if batch.converts_to:
        kind = converted_kind(batch.converts_to, row.administrative_group)
        _renew(item, account, kind)
    elif account is not None and batch.purpose == Batch.Purpose.RENEW:
        _renew(item, account, PasswordKind(account.password_kind))
    else:
        item.creates = True
        if account is None:
            item.username = new_usernames[row.student_id]
        item.password_kind = proposed_kind(row.administrative_group)
        # A renewal creates accounts only for students whom the manager ticks.
        item.included = batch.purpose == Batch.Purpose.CREATE

    return item


def _renew(item: BatchItem, account: Account | None, kind: PasswordKind) -> None:
    """Let the item give the account, if there is one, a new password of this kind."""
    item.password_kind = kind
    if account is not None:
        item.account = account
        item.version = account.credentials_version


@transaction.atomic
def _store_draft(batch: Batch, items: list[BatchItem]) -> None:
    """Store the batch with its items, both or neither."""
    batch.save(force_insert=True)
    BatchItem.objects.bulk_create(items)
