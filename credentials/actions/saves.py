"""Save a draft: make its sign-in data valid, all or none."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Max, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from accounts import history, overview, usernames
from accounts.actions import lock_accounts
from accounts.models import Account, Kind, PasswordKind
from credentials import save_log, sealing
from credentials.eligibility import obstacle
from credentials.models import Batch, BatchItem
from schoolloket.core import clock
from schoolloket.core.exceptions import NothingTicked, NotReady
from schoolloket.institutions import rights
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment

from . import save_history
from .locks import locked, refuse_if_gone

State = Batch.State
Outcome = BatchItem.Outcome


@transaction.atomic
def save(*, by: Actor, batch_id: UUID) -> Batch:
    """Make the ticked rows valid that still can be: all of them with their history, or none (R3).

    A row that changed since the preview is skipped with its obstacle. Saving again changes
    nothing (R4). Raises DraftGone, NothingTicked, NotReady while hashes are missing, or
    VaultLocked where the keys do not fit, or NoLongerHere where a helper's right ended.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=by.institution.pk)
    batch = locked(by, batch_id)
    if batch.was_saved:
        return batch
    refuse_if_gone(batch)
    # A helper's right may have ended, or be for other classes, since the preview (R13).
    batch.institution = rights.institution_now(by)

    ticked = batch.items.with_password().filter(included=True)
    items = list(ticked.select_related("student"))
    _refuse_if_not_ready(items)

    accounts = lock_accounts([item.student_id for item in items])
    done = _still_possible(batch, items, accounts)

    now = timezone.now()
    _close_items(batch, done)
    _create_accounts(batch, now)
    _update_accounts(batch)
    entries = save_history.entries(batch, done, accounts)
    history.record(entries, by=by, operation_id=batch.pk, at=now)
    batch.items.update(hash="", code_hash="")

    # Log before commit: a pupil listed needlessly gets a new sheet, one missed is locked out.
    save_log.write(batch, [item.student_id for item in done])
    _mark_saved(batch, now, is_printable=bool(done))

    return batch


def _refuse_if_not_ready(items: list[BatchItem]) -> None:
    """Raise NothingTicked, NotReady or VaultLocked where the ticked rows cannot be saved."""
    if not items:
        raise NothingTicked

    left = [item.hash for item in items].count("")
    if left:
        raise NotReady(left)

    # A password that cannot be opened cannot be printed, so it must not become valid (R4).
    for item in items:
        sealing.unseal(item.sealed)


def _still_possible(
    batch: Batch, items: list[BatchItem], accounts: dict[int, Account]
) -> list[BatchItem]:
    """Return the items that have no obstacle now, their new usernames reserved.

    The others are stored with their obstacle. `accounts`: student id -> account, locked. A
    student without an account is not in it.
    """
    day = clock.today()
    ids = [item.student_id for item in items]
    here = Enrolment.objects.of(batch.institution).running_or_ahead(day).filter(student__in=ids)
    enrolled = set(here.values_list("student", flat=True))
    in_year = set(here.in_year(batch.year).values_list("student", flat=True))
    held = overview.held(batch.institution, ids, day)

    for item in items:
        found = obstacle(
            item,
            accounts.get(item.student_id),
            enrolled=item.student_id in enrolled,
            in_year=item.student_id in in_year,
            held=item.student_id in held,
        )
        if found:
            item.obstacle = found
    _reserve_usernames([item for item in items if not item.obstacle], accounts)

    possible = [item for item in items if not item.obstacle]
    impossible = [item for item in items if item.obstacle]
    BatchItem.objects.bulk_update(impossible, ["obstacle"])

    return possible


def _reserve_usernames(items: list[BatchItem], accounts: dict[int, Account]) -> None:
    """Reserve the usernames that are new to their account; a taken one becomes an obstacle."""
    new = {}
    for item in items:
        if item.creates or item.username != accounts[item.student_id].username:
            new[item.student_id] = item.username
    if not new:
        return

    refused = usernames.reserve(new)
    for item in items:
        if item.student_id in refused:
            item.obstacle = BatchItem.Obstacle.USERNAME_TAKEN


def _close_items(batch: Batch, done: list[BatchItem]) -> None:
    """Set every outcome; an item that is not done keeps no password, so none is printed (R3)."""
    done_ids = [item.pk for item in done]
    batch.items.filter(pk__in=done_ids).update(outcome=Outcome.DONE)

    rest = batch.items.filter(outcome=Outcome.OPEN)
    rest.filter(obstacle="").update(outcome=Outcome.LEFT_OUT, sealed="", hash="")
    rest.exclude(obstacle="").update(outcome=Outcome.SKIPPED, sealed="", hash="")


def _create_accounts(batch: Batch, now: datetime) -> None:
    """Store the new accounts, and give each of their items its account and first version."""
    new = batch.items.done().filter(creates=True)

    Account.objects.bulk_create(
        Account(
            student_id=item.student_id,
            username=item.username,
            kind=PasswordKind(item.password_kind).account_kind,
            password_kind=item.password_kind,
            password=item.hash,
            code_hash=item.code_hash,
            must_change_password=item.password_kind == PasswordKind.ADVANCED,
            created_at=now,
        )
        for item in new
    )

    # One statement for all items, however many accounts there are.
    created = Account.objects.filter(student=OuterRef("student"))
    new.update(account=Subquery(created.values("pk")[:1]), version=1)


def _update_accounts(batch: Batch) -> None:
    """Write the renewed credentials in three statements, however many there are."""
    renewed = batch.items.done().filter(creates=False)
    # Drop the ordering: with it SQLite scans the whole batch for each row.
    mine = renewed.filter(account=OuterRef("pk")).order_by()
    advanced = renewed.filter(password_kind=PasswordKind.ADVANCED)
    becomes_advanced = Q(pk__in=advanced.values("account"))

    Account.objects.filter(pk__in=renewed.values("account")).new_version(
        username=Subquery(mine.values("username")[:1]),
        password=Subquery(mine.values("hash")[:1]),
        code_hash=Subquery(mine.values("code_hash")[:1]),
        password_kind=Subquery(mine.values("password_kind")[:1]),
        kind=Case(When(becomes_advanced, then=Value(Kind.ADVANCED)), default=Value(Kind.BASIC)),
        # A password generated for an advanced account is temporary (R8).
        must_change_password=Case(When(becomes_advanced, then=True), default=Value(False)),
    )

    # Not through `new_version`: the version rose just above.
    unlinked = renewed.filter(removes_email=True)
    Account.objects.filter(pk__in=unlinked.values("account")).update(email="")
    renewed.update(version=F("version") + 1)


def _mark_saved(batch: Batch, now: datetime, *, is_printable: bool) -> None:
    """Give the batch the next number of its institution and the time that it is printable (R4)."""
    numbers = Batch.objects.of(batch.institution).aggregate(last=Max("number"))
    last_number = numbers["last"] or 0

    batch.number = last_number + 1
    batch.saved_at = now
    batch.state = State.SAVED
    batch.expires_at = batch.latest_end

    if not is_printable:
        # Every pupil was skipped: the record stays, there is nothing to print.
        batch.state = State.DESTROYED
        batch.destroyed_at = now

    batch.save()
