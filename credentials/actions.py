"""What changes a batch and, through it, sign-in data: prepare -> reroll -> save -> destroy.

Every function that changes something locks in one order, so that nobody waits in a circle:
institution, batch, students, accounts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from accounts import history, usernames
from accounts.models import Account, AccountEvent, FieldChange, Kind, PasswordKind
from accounts.overview import account_of, visible
from schoolloket import clock, vault
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student

from . import passwords
from .eligibility import alternatives, obstacle, proposed_kind
from .models import Batch, BatchItem

State = Batch.State
Outcome = BatchItem.Outcome


class Refused(Exception):
    """An action that changed nothing; the text is for the manager, in Dutch."""


class UnknownStudents(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Minstens één geselecteerde leerling staat niet in de lijst van deze instelling. "
            "Er is niets gewijzigd; maak de selectie opnieuw."
        )


class NothingSelected(Refused):
    def __init__(self) -> None:
        super().__init__("Selecteer eerst minstens één leerling.")


class TooMany(Refused):
    def __init__(self, number: int) -> None:
        super().__init__(
            f"Je selecteerde {number} leerlingen. Per keer kunnen er hoogstens "
            f"{settings.BATCH_LIMIT}: beperk de selectie, bijvoorbeeld per administratieve groep."
        )


class Impossible(Refused):
    """One pupil cannot get new sign-in data."""

    def __init__(self, found: BatchItem.Obstacle) -> None:
        super().__init__(f"Er is niets gewijzigd. {found.label}")


class DraftGone(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Dit voorbeeld is verlopen of geannuleerd. Er is niets gewijzigd: "
            "alle oude wachtwoorden werken nog. Begin opnieuw."
        )


class PreviewChanged(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Het voorbeeld is intussen gewijzigd, misschien in een ander venster. "
            "Er is nog niets bewaard: kijk het hieronder na en bewaar opnieuw."
        )


class NothingTicked(Refused):
    def __init__(self) -> None:
        super().__init__("Er is geen enkele leerling aangevinkt. Er is niets gewijzigd.")


class NotReady(Refused):
    def __init__(self, left: int) -> None:
        super().__init__(
            f"Nog {left} wachtwoorden worden voorbereid. Er is nog niets bewaard: "
            "klik zo meteen opnieuw op Bewaren en afdrukken."
        )


class NotPrintable(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Deze aanmeldgegevens kunnen niet meer worden gedownload: ze zijn verlopen of "
            "vernietigd. De wachtwoorden zelf blijven geldig. Geef de leerlingen die hun "
            "wachtwoord niet hebben een nieuw."
        )


# Prepare ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """What the single edit asks for one account, beside a new password."""

    username: str
    password_kind: PasswordKind
    removes_email: bool = False


@transaction.atomic
def prepare(*, by: Actor, student_ids: Collection[int], purpose: Batch.Purpose) -> Batch:
    """Draft new credentials for a selection, in the order of the list; nothing is valid yet (R2).

    Raises NothingSelected, TooMany, or UnknownStudents where an id is not a student of the
    institution: an id of another school is answered like one that does not exist (R11).
    """
    if not student_ids:
        raise NothingSelected
    if len(student_ids) > settings.BATCH_LIMIT:
        raise TooMany(len(student_ids))
    day = clock.today()
    rows = list(
        visible(by.institution, day)
        .filter(student__in=student_ids)
        .order_by("last_name_key", "first_name_key", "stamnummer")
    )
    if len(rows) != len(set(student_ids)):
        raise UnknownStudents
    batch = _new_draft(by, purpose)
    given = _usernames_for_new(rows)
    items = [_item(row, given.get(row.student_id), purpose) for row in rows]
    for position, (row, item) in enumerate(zip(rows, items, strict=True), start=1):
        item.batch, item.position = batch, position
        _fill(item, obstacle(item, account_of(row), enrolled=row.ends_on >= day))
    BatchItem.objects.bulk_create(items)
    return batch


@transaction.atomic
def prepare_edit(*, by: Actor, student_id: int, edit: Edit) -> Batch:
    """Draft the single edit of one existing account.

    Raises UnknownStudents where the student has no account in this institution, or Impossible.
    """
    row = visible(by.institution, clock.today()).filter(student=student_id).first()
    account = account_of(row) if row else None
    if row is None or account is None:
        raise UnknownStudents
    item = BatchItem(
        batch=_new_draft(by, Batch.Purpose.SINGLE),
        position=1,
        student_id=student_id,
        account=account,
        version=account.credentials_version,
        username=edit.username,
        password_kind=edit.password_kind,
        removes_email=edit.removes_email,
        keeps_email=account.is_linked and not edit.removes_email,
    )
    if found := obstacle(item, account, enrolled=row.ends_on >= clock.today()):
        raise Impossible(found)
    _fill(item, None)
    item.save()
    return item.batch


def _new_draft(by: Actor, purpose: Batch.Purpose) -> Batch:
    now = timezone.now()
    return Batch.objects.create(
        institution=by.institution,
        purpose=purpose,
        created_by=by.manager,
        created_at=now,
        expires_at=_draft_end(now),
    )


def _draft_end(now: datetime) -> datetime:
    return now + timedelta(minutes=settings.DRAFT_MINUTES)


def _usernames_for_new(rows: Iterable[Enrolment]) -> dict[int, str]:
    return usernames.free(
        {
            row.student_id: usernames.from_name(row.first_name, row.last_name)
            for row in rows
            if account_of(row) is None
        }
    )


def _item(row: Enrolment, new_username: str | None, purpose: Batch.Purpose) -> BatchItem:
    account = account_of(row)
    if account is None or purpose == Batch.Purpose.CREATE:
        return BatchItem(
            student_id=row.student_id,
            creates=True,
            username=new_username or (account.username if account else ""),
            password_kind=proposed_kind(row.administrative_group),
            # A renewal creates accounts only for whom the manager ticks.
            included=purpose == Batch.Purpose.CREATE,
        )
    return BatchItem(
        student_id=row.student_id,
        account=account,
        version=account.credentials_version,
        username=account.username,
        password_kind=account.password_kind,
    )


def _fill(item: BatchItem, found: BatchItem.Obstacle | None) -> None:
    """Give the item its password, or the reason why it gets none."""
    if found:
        item.obstacle, item.included = found, False
    else:
        item.sealed = vault.seal(passwords.generate(item.password_kind))


# While it is a draft ---------------------------------------------------------------------------


@transaction.atomic
def tick(*, by: Actor, batch_id: UUID, item_ids: Collection[int]) -> Batch:
    """Remember which rows are ticked: these, and no others.

    Raises DraftGone, or PreviewChanged where a row is not (or no longer) in the preview (R2).
    """
    batch = _locked_draft(by, batch_id)
    if batch.items.with_password().filter(pk__in=item_ids).count() != len(set(item_ids)):
        raise PreviewChanged
    batch.items.filter(included=True).exclude(pk__in=item_ids).update(included=False)
    batch.items.filter(pk__in=item_ids, included=False).update(included=True)
    return batch


@transaction.atomic
def reroll(
    *, by: Actor, batch_id: UUID, item_id: int, kind: PasswordKind | None = None
) -> BatchItem:
    """Replace a row by one with another password, of another kind if asked, in the same place.

    Raises DraftGone, or PreviewChanged where the row is gone or cannot have that kind.
    """
    batch = _locked_draft(by, batch_id)
    return _replace(batch.items.with_password().filter(pk=item_id), kind)[0]


@transaction.atomic
def switch_new_accounts(*, by: Actor, batch_id: UUID, kind: PasswordKind) -> None:
    """Give all rows that create an account this kind of password. Raises DraftGone."""
    batch = _locked_draft(by, batch_id)
    others = batch.items.with_password().filter(creates=True).exclude(password_kind=kind)
    if others.exists():
        _replace(others, kind)


def _replace(rows: QuerySet[BatchItem], kind: PasswordKind | None) -> list[BatchItem]:
    items = list(rows)
    if not items or any(kind and kind not in _kinds(item) for item in items):
        raise PreviewChanged
    # Never changed in place: a hash computed meanwhile for the old row finds no row to land on.
    rows.delete()
    for item in items:
        item.pk, item.hash = None, ""
        item.password_kind = kind or item.password_kind
        item.sealed = vault.seal(passwords.generate(item.password_kind))
    return BatchItem.objects.bulk_create(items)


def _kinds(item: BatchItem) -> list[PasswordKind]:
    return [PasswordKind(item.password_kind), *alternatives(item)]


@transaction.atomic
def cancel(*, by: Actor, batch_id: UUID) -> None:
    """Drop the draft; every account stays as it was (R2). Not an error where it is gone already."""
    batch = _locked(by, batch_id)
    if batch.is_draft:
        _drop(Batch.objects.filter(pk=batch.pk))


def _drop(drafts: QuerySet[Batch]) -> None:
    BatchItem.objects.filter(batch__in=drafts).delete()
    drafts.update(state=State.DROPPED)


def lease(*, batch_id: UUID, duration: timedelta) -> bool:
    """Take the draft's hashing for oneself; False where somebody else has it."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    drafts = Batch.objects.drafts().filter(free, pk=batch_id, expires_at__gt=now)
    return bool(drafts.update(leased_until=now + duration))


@transaction.atomic
def store_hashes(*, batch_id: UUID, hashes: dict[int, str]) -> None:
    """Store hashes by item id, where the item is still there and still a draft; end the lease."""
    batch = Batch.objects.drafts().filter(pk=batch_id).select_for_update().first()
    if batch is None:
        return
    items = list(batch.items.unhashed().filter(pk__in=hashes))
    for item in items:
        item.hash = hashes[item.pk]
    BatchItem.objects.bulk_update(items, ["hash"])
    batch.leased_until = None
    batch.save(update_fields=["leased_until"])


# Save ------------------------------------------------------------------------------------------


@transaction.atomic
def save(*, by: Actor, batch_id: UUID) -> Batch:
    """Make the ticked rows valid, those that still can be: all of them with history, or none (R3).

    A row that changed since the preview is skipped with its obstacle. Saving again changes
    nothing (R4). Raises DraftGone, NothingTicked, or NotReady while hashes are missing.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=by.institution.pk)
    batch = _locked(by, batch_id)
    if batch.state in (State.SAVED, State.DESTROYED):
        return batch
    refuse_if_gone(batch)
    items = list(batch.items.with_password().filter(included=True))
    _refuse_if_not_ready(items)
    accounts = _lock_accounts(items)
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
    return _mark_saved(batch, now, anything=bool(done))


def _refuse_if_not_ready(items: list[BatchItem]) -> None:
    if not items:
        raise NothingTicked
    if left := sum(not item.hash for item in items):
        raise NotReady(left)


def _lock_accounts(items: list[BatchItem]) -> dict[int, Account]:
    """Lock the students and their accounts; return the accounts by student, as they are now."""
    ids = [item.student_id for item in items]
    list(Student.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    accounts = Account.objects.filter(student__in=ids).order_by("pk").select_for_update()
    return {account.student_id: account for account in accounts}


def _still_possible(
    institution: Institution, items: list[BatchItem], accounts: dict[int, Account]
) -> list[BatchItem]:
    """Return the items without an obstacle now, their usernames taken; the others get theirs."""
    present = set(
        Enrolment.objects.of(institution)
        .running_or_ahead(clock.today())
        .filter(student__in=[item.student_id for item in items])
        .values_list("student", flat=True)
    )
    for item in items:
        account = accounts.get(item.student_id)
        item.obstacle = obstacle(item, account, enrolled=item.student_id in present) or ""
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
    mine = renewed.filter(account=OuterRef("pk"))
    Account.objects.filter(pk__in=renewed.values("account")).update(
        username=Subquery(mine.values("username")[:1]),
        password=Subquery(mine.values("hash")[:1]),
        password_kind=Subquery(mine.values("password_kind")[:1]),
        # What is generated for an advanced account is temporary (R8).
        must_change_password=Case(When(kind=Kind.ADVANCED, then=True), default=Value(False)),
        credentials_version=F("credentials_version") + 1,
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
    only_password = len(changes) == 1
    kind = AccountEvent.Kind.RENEWED if only_password else AccountEvent.Kind.CHANGED
    return history.Entry(account_id, kind, changes)


def _created(item: BatchItem) -> tuple[history.Change, ...]:
    field = FieldChange.Field
    return (
        history.Change(field.USERNAME, "", item.username),
        history.Change(field.KIND, "", PasswordKind(item.password_kind).account_kind),
        history.Change(field.PASSWORD_KIND, "", item.password_kind),
    )


def _changed(item: BatchItem, before: Account) -> tuple[history.Change, ...]:
    field = FieldChange.Field
    masked = history.mask_email(before.email)
    possible = (
        history.Change(field.USERNAME, before.username, item.username),
        history.Change(field.PASSWORD_KIND, before.password_kind, item.password_kind),
        history.Change(field.EMAIL, masked, "" if item.removes_email else masked),
    )
    # A password leaves no value behind, old or new (R10).
    password = history.Change(field.PASSWORD, "", "")
    return (*(change for change in possible if change.old != change.new), password)


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


# After the save --------------------------------------------------------------------------------


@transaction.atomic
def download(*, by: Actor, batch_id: UUID) -> Batch:
    """Note a download of a saved batch, the first of which starts its last hour (R4).

    Raises NotPrintable once it ran out or was destroyed. Changes no account.
    """
    batch = _locked(by, batch_id)
    now = timezone.now()
    if not batch.is_printable(now):
        raise NotPrintable
    if batch.first_downloaded_at is None:
        batch.first_downloaded_at = now
        last_hour = now + timedelta(minutes=settings.PRINTABLE_MINUTES_AFTER_DOWNLOAD)
        batch.expires_at = min(batch.expires_at, last_hour)
        batch.save(update_fields=["first_downloaded_at", "expires_at"])
    return batch


@transaction.atomic
def destroy(*, by: Actor, batch_id: UUID) -> None:
    """Remove the secrets of a saved batch now (R4). Not an error where they are gone already."""
    batch = _locked(by, batch_id)
    if batch.state == State.SAVED:
        _destroy(Batch.objects.filter(pk=batch.pk), by)


def _destroy(batches: QuerySet[Batch], by: Actor | None) -> None:
    BatchItem.objects.filter(batch__in=batches).update(sealed="")
    batches.update(
        state=State.DESTROYED,
        destroyed_at=timezone.now(),
        destroyed_by=by.manager if by else None,
    )


@transaction.atomic
def destroy_expired() -> int:
    """Remove the secrets of every batch that ran out (R2, R4); return how many there were."""
    ids = list(
        Batch.objects.run_out(timezone.now())
        .order_by("pk")
        .select_for_update()
        .values_list("pk", flat=True)
    )
    run_out = Batch.objects.filter(pk__in=ids)
    _drop(run_out.filter(state=State.DRAFT))
    _destroy(run_out.filter(state=State.SAVED), None)
    return len(ids)


# Locks -----------------------------------------------------------------------------------------


def _locked(by: Actor, batch_id: UUID) -> Batch:
    """Return the institution's batch, locked. Raises Batch.DoesNotExist for another school's."""
    batches = Batch.objects.of(by.institution).select_related("institution")
    return batches.select_for_update(of=("self",)).get(pk=batch_id)


def _locked_draft(by: Actor, batch_id: UUID) -> Batch:
    """Return the draft, locked, with its half hour begun anew. Raises DraftGone."""
    batch = _locked(by, batch_id)
    refuse_if_gone(batch)
    batch.expires_at = _draft_end(timezone.now())
    batch.save(update_fields=["expires_at"])
    return batch


def refuse_if_gone(batch: Batch) -> None:
    """Raise DraftGone where the batch is no draft, or one whose time is over (R2)."""
    if not batch.is_draft or batch.expires_at <= timezone.now():
        raise DraftGone
