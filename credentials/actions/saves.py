"""Save a draft: make its sign-in data valid, all or none."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Max, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from accounts import history, overview, usernames
from accounts.actions import lock_accounts
from accounts.models import Account, AccountEvent, FieldChange, Kind, PasswordKind
from credentials.eligibility import obstacle
from credentials.models import Batch, BatchItem
from schoolloket.core import clock, text, vault
from schoolloket.core.exceptions import NothingTicked, NotReady
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment

from .locks import locked, refuse_if_gone

# Kept outside the database, it tells after a restore whose sheets do not fit any more: ids alone.
log = logging.getLogger("credentials.saved")
# Those who collect logs cut longer lines.
STUDENTS_IN_A_LINE = 500

State = Batch.State
Outcome = BatchItem.Outcome


@transaction.atomic
def save(*, by: Actor, batch_id: UUID) -> Batch:
    """Make the ticked rows valid, those that still can be: all of them with history, or none (R3).

    A row that changed since the preview is skipped with its obstacle. Saving again changes
    nothing (R4). Raises DraftGone, NothingTicked, NotReady while hashes are missing, or
    VaultLocked where the keys do not fit.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=by.institution.pk)
    batch = locked(by, batch_id)
    if batch.was_saved:
        return batch
    refuse_if_gone(batch)
    items = list(batch.items.with_password().filter(included=True))
    _refuse_if_not_ready(items)
    accounts = lock_accounts([item.student_id for item in items])
    done = _still_possible(by.institution, items, accounts)
    now = timezone.now()
    _close_items(batch, done)
    _create_accounts(batch, now)
    _update_accounts(batch)
    history.record(
        _entries(batch, done, accounts),
        by=by,
        operation_id=batch.pk,
        at=now,
    )
    batch.items.update(hash="")
    # Before the commit: who is named without need gets another sheet, who is not is locked out.
    _log(batch, done)
    return _mark_saved(batch, now, anything=bool(done))


def _refuse_if_not_ready(items: list[BatchItem]) -> None:
    if not items:
        raise NothingTicked
    if left := sum(not item.hash for item in items):
        raise NotReady(left)
    for item in items:
        # What cannot be opened could not be printed: it must not become valid (R4).
        vault.unseal(item.sealed)


def _still_possible(
    institution: Institution, items: list[BatchItem], accounts: dict[int, Account]
) -> list[BatchItem]:
    """Return the items without an obstacle now, their usernames taken; the others get theirs."""
    ids = [item.student_id for item in items]
    here = Enrolment.objects.of(institution).running_or_ahead(clock.today())
    present = set(here.filter(student__in=ids).values_list("student", flat=True))
    held = overview.held(institution, ids, clock.today())
    for item in items:
        student = item.student_id
        enrolled, is_held = student in present, student in held
        item.obstacle = obstacle(item, accounts.get(student), enrolled=enrolled, held=is_held) or ""
    _take_usernames([item for item in items if not item.obstacle], accounts)
    BatchItem.objects.bulk_update([item for item in items if item.obstacle], ["obstacle"])
    return [item for item in items if not item.obstacle]


def _take_usernames(items: list[BatchItem], accounts: dict[int, Account]) -> None:
    new = {
        item.student_id: item.username
        for item in items
        if item.creates or accounts[item.student_id].username != item.username
    }
    refused = usernames.reserve(new) if new else set()
    for item in items:
        if item.student_id in refused:
            item.obstacle = BatchItem.Obstacle.USERNAME_TAKEN


def _close_items(batch: Batch, done: list[BatchItem]) -> None:
    """Set every outcome; what is not done keeps no password, so that none is printed (R3)."""
    batch.items.filter(pk__in=[item.pk for item in done]).update(outcome=Outcome.DONE)
    rest = batch.items.filter(outcome=Outcome.OPEN)
    rest.filter(obstacle="").update(outcome=Outcome.LEFT_OUT, sealed="", hash="")
    rest.exclude(obstacle="").update(outcome=Outcome.SKIPPED, sealed="", hash="")


def _create_accounts(batch: Batch, now: datetime) -> None:
    new = batch.items.done().filter(creates=True)
    Account.objects.bulk_create(
        Account(
            student_id=item.student_id,
            username=item.username,
            kind=PasswordKind(item.password_kind).account_kind,
            password_kind=item.password_kind,
            password=item.hash,
            must_change_password=item.password_kind == PasswordKind.ADVANCED,
            created_at=now,
        )
        for item in new
    )
    created = Account.objects.filter(student=OuterRef("student"))
    new.update(account=Subquery(created.values("pk")[:1]), version=1)


def _update_accounts(batch: Batch) -> None:
    """Write the renewed credentials in two statements, however many there are."""
    renewed = batch.items.done().filter(creates=False)
    # In no order: asked for the first by position, SQLite would read the whole batch each time.
    mine = renewed.filter(account=OuterRef("pk")).order_by()
    advanced = renewed.filter(password_kind=PasswordKind.ADVANCED)
    becomes_advanced = Q(pk__in=advanced.values("account"))
    Account.objects.filter(pk__in=renewed.values("account")).new_version(
        username=Subquery(mine.values("username")[:1]),
        password=Subquery(mine.values("hash")[:1]),
        password_kind=Subquery(mine.values("password_kind")[:1]),
        kind=Case(When(becomes_advanced, then=Value(Kind.ADVANCED)), default=Value(Kind.BASIC)),
        # What is generated for an advanced account is temporary (R8).
        must_change_password=Case(When(becomes_advanced, then=True), default=Value(False)),
    )
    unlinked = renewed.filter(removes_email=True)
    Account.objects.filter(pk__in=unlinked.values("account")).update(email="")
    renewed.update(version=F("version") + 1)


def _entries(
    batch: Batch, done: list[BatchItem], before: dict[int, Account]
) -> list[history.Entry]:
    # Asked of the database, since the new accounts were made there.
    account_ids = dict(batch.items.done().values_list("pk", "account"))
    return [_entry(account_ids[item.pk], item, before.get(item.student_id)) for item in done]


def _entry(account_id: int, item: BatchItem, before: Account | None) -> history.Entry:
    """Tell the history what this item did; `before` is the account as it was, if it was."""
    if before is None:
        return history.Entry(account_id, AccountEvent.Kind.CREATED, _created(item))
    changes = _changed(item, before)
    return history.Entry(account_id, _event_kind({change.field for change in changes}), changes)


def _event_kind(changed: set[FieldChange.Field]) -> AccountEvent.Kind:
    if FieldChange.Field.KIND in changed:
        return AccountEvent.Kind.CONVERTED
    only_password = changed == {FieldChange.Field.PASSWORD}
    return AccountEvent.Kind.RENEWED if only_password else AccountEvent.Kind.CHANGED


def _created(item: BatchItem) -> tuple[history.Change, ...]:
    field = FieldChange.Field
    return (
        history.Change(field.USERNAME, "", item.username),
        history.Change(field.KIND, "", PasswordKind(item.password_kind).account_kind),
        history.Change(field.PASSWORD_KIND, "", item.password_kind),
    )


def _changed(item: BatchItem, before: Account) -> tuple[history.Change, ...]:
    field = FieldChange.Field
    masked = text.mask_email(before.email)
    possible = (
        history.Change(field.USERNAME, before.username, item.username),
        history.Change(field.KIND, before.kind, PasswordKind(item.password_kind).account_kind),
        history.Change(field.PASSWORD_KIND, before.password_kind, item.password_kind),
        history.Change(field.EMAIL, masked, "" if item.removes_email else masked),
    )
    # A password leaves no value behind, old or new (R10).
    password = history.Change(field.PASSWORD, "", "")
    return (*(change for change in possible if change.old != change.new), password)


def _log(batch: Batch, done: list[BatchItem]) -> None:
    ids = [str(item.student_id) for item in done]
    for start in range(0, len(ids), STUDENTS_IN_A_LINE):
        students = " ".join(ids[start : start + STUDENTS_IN_A_LINE])
        log.info(
            "batch %s institution %s students %s", batch.pk, batch.institution.number, students
        )


def _mark_saved(batch: Batch, now: datetime, *, anything: bool) -> Batch:
    last = Batch.objects.of(batch.institution).aggregate(last=Max("number"))["last"]
    batch.number = (last or 0) + 1
    batch.saved_at = now
    batch.state = State.SAVED
    batch.expires_at = now + timedelta(hours=settings.PRINTABLE_HOURS)
    if not anything:
        # Everybody was skipped: the record stays, there is nothing to print.
        batch.state, batch.destroyed_at = State.DESTROYED, now
    batch.save()
    return batch
