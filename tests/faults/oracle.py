"""After a fault: is anything lost, doubled, half done or leaked? (R1-R5, R10)

    before = State.now()
    ...the fault...
    assert oracle.wrong_since(before) == []
    assert oracle.changed_by(lambda: save(batch)) == []
    leaks = Leaks(passwords_seen)
    leaks.look_in_database()
    assert leaks.hits == []

It looks at the database alone and shares nothing with the product but its models, its vault and
the algorithm of its hashes, so that an error of an action cannot hide here too. Every answer is a
list of sentences, empty when all is well; none of them holds a password. `using` names the
database.
"""

import base64
import hashlib
import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.contrib.sessions.models import Session
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from accounts import pictures
from accounts.models import Account, AccountEvent, FieldChange, Username
from credentials.models import Batch, BatchItem
from schoolloket.core import vault
from schoolloket.core.text import mask_email
from schoolloket.institutions.models import AccessEvent
from schoolloket.institutions.sessions import SessionStore

Outcome = BatchItem.Outcome
BatchState = Batch.State
Field = FieldChange.Field
# Events of failed guesses, which leave the account itself as it was.
NO_CHANGE = {AccountEvent.Kind.SLOWED}
AN_HOUR = timedelta(hours=1)
# An e-mail address as the history may hold it: `t*****s@ond.vlaanderen.be`.
MASKED = re.compile(r"|.?\*{5}.?@[^@]+")


@dataclass(frozen=True)
class State:
    """All that the rules are about, at one moment: compared before and after a fault."""

    accounts: dict[int, dict[str, Any]]
    events: dict[int, tuple[int, UUID, str]]
    # What the access log tells of downloads, of cards on the screen too: when, and of what.
    downloads: list[tuple[datetime, str]]
    usernames: dict[str, int | None]
    batches: dict[UUID, dict[str, Any]]
    items: dict[int, dict[str, Any]]
    changes: int

    @classmethod
    def now(cls, using: str = "default") -> "State":
        events = AccountEvent.objects.using(using).values_list(
            "pk", "account", "operation_id", "kind"
        )
        return cls(
            accounts=_rows(Account, using),
            events={pk: (account, operation, kind) for pk, account, operation, kind in events},
            downloads=list(_downloads(using)),
            usernames=dict(Username.objects.using(using).values_list("value", "student")),
            batches=_rows(Batch, using),
            items=_rows(BatchItem, using),
            changes=FieldChange.objects.using(using).count(),
        )


def _downloads(using: str) -> QuerySet[AccessEvent, tuple[datetime, str]]:
    logged = AccessEvent.objects.using(using).filter(kind=AccessEvent.Kind.DOWNLOADED)
    return logged.order_by("at").values_list("at", "detail")


def _rows(model: type[Any], using: str) -> dict[Any, dict[str, Any]]:
    return {row["id"]: row for row in model.objects.using(using).order_by("pk").values()}


def wrong_since(
    before: State, *, using: str = "default", known: Mapping[int, str] | None = None
) -> list[str]:
    """Return what is wrong now, given how it was before.

    `known`: account id -> a password that somebody holds without a sheet, such as a pupil's own.
    """
    now = State.now(using)
    return [
        *_locked_out(before, now, known or {}),
        *_history(before, now, using),
        *_half_done(now),
        *_downloaded_unseen(now),
        *_misused_usernames(before, now),
    ]


def changed_by(repeat: Callable[[], object], *, using: str = "default") -> list[str]:
    """Repeat something that was done already, such as a save; return what that changed (R4)."""
    before = State.now(using)
    repeat()
    now = State.now(using)
    return [
        f"repeating it changed {part}"
        for part in ("accounts", "events", "usernames", "batches", "items", "changes")
        if getattr(before, part) != getattr(now, part)
    ]


# Does everybody's password work, or lie on a sheet that can still be fetched? (R1, R4) ----------


def _locked_out(before: State, now: State, known: Mapping[int, str]) -> Iterator[str]:
    sheets = list(_sheets(now))
    for pk, account in now.accounts.items():
        old = before.accounts.get(pk)
        if old and old["password"] == account["password"]:
            yield from _lives_on(old, account)
            continue
        if pk in known and check_password(known[pk], account["password"]):
            continue
        held = [sheet for sheet in sheets if sheet["account_id"] == pk]
        fitting = [sheet for sheet in held if _opens(sheet, account)]
        if not fitting:
            yield f"account {pk}: nobody holds its password ({len(held)} sheets)"
        if old and old["email"] and not any(_may_be_linked(sheet, now) for sheet in fitting):
            yield f"account {pk}: linked to an address, and renewed in bulk"
    for sheet in sheets:
        account = now.accounts[sheet["account_id"]]
        if sheet["version"] == account["credentials_version"] and not _opens(sheet, account):
            yield f"account {account['id']}: the sheet that is printed does not open it"


def _lives_on(old: dict[str, Any], account: dict[str, Any]) -> Iterator[str]:
    """The same hash with another username: the old sheet does not open the account any more."""
    if old["username"] != account["username"]:
        yield f"account {account['id']}: another username with the old password"


def _sheets(state: State) -> Iterator[dict[str, Any]]:
    """The items that can be printed now: of a saved batch, neither expired nor destroyed."""
    moment = timezone.now()
    for item in state.items.values():
        batch = state.batches[item["batch_id"]]
        lasts = batch["state"] == BatchState.SAVED and batch["expires_at"] > moment
        if lasts and item["outcome"] == Outcome.DONE and item["sealed"]:
            yield item


def _opens(sheet: dict[str, Any], account: dict[str, Any]) -> bool:
    fits = (sheet["username"], sheet["version"], sheet["password_kind"]) == (
        account["username"],
        account["credentials_version"],
        account["password_kind"],
    )
    password, _, code = vault.unseal(sheet["sealed"]).partition("\n")
    code_fits = hashlib.sha256(code.encode()).hexdigest() == account["code_hash"]
    return fits and code_fits and check_password(password, account["password"])


def _may_be_linked(sheet: dict[str, Any], state: State) -> bool:
    return state.batches[sheet["batch_id"]]["purpose"] == Batch.Purpose.SINGLE


def _downloaded_unseen(now: State) -> Iterator[str]:
    """Each download, a card on the screen too, is logged and starts the last hour anew (R4)."""
    for pk, batch in now.batches.items():
        times = [at for at, detail in now.downloads if str(pk) in detail]
        if bool(times) != (batch["first_downloaded_at"] is not None):
            yield f"batch {pk}: downloaded and not logged, or the other way round"
        lasts = batch["state"] == BatchState.SAVED
        if lasts and times and batch["expires_at"] > times[-1] + AN_HOUR:
            yield f"batch {pk}: it lasts longer than an hour after its last download"


# Does the history tell exactly what happened? (R10) --------------------------------------------


def _history(before: State, now: State, using: str) -> Iterator[str]:
    if any(now.events.get(pk) != event for pk, event in before.events.items()):
        yield "an older row of the history is gone or changed"
    new = {pk: event for pk, event in now.events.items() if pk not in before.events}
    twice = Counter((account, operation) for account, operation, _ in now.events.values())
    for (account, operation), times in twice.items():
        if times > 1:
            yield f"account {account}: {times} events of the operation {operation}"
    yield from _operations(now)
    changes = _changes_by_account(new, using)
    versions = Counter(account for account, _, kind in new.values() if kind not in NO_CHANGE)
    for pk, account in now.accounts.items():
        old = before.accounts.get(pk)
        risen = account["credentials_version"] - (old["credentials_version"] if old else 0)
        if risen != versions[pk]:
            yield f"account {pk}: changed {risen} times, told {versions[pk]} times"
        yield from _told(pk, old, account, changes.get(pk, []))


def _operations(now: State) -> Iterator[str]:
    """Each batch has an event for every row that was done, and for no other."""
    told: dict[UUID, set[int]] = {}
    for account, operation, _ in now.events.values():
        told.setdefault(operation, set()).add(account)
    for pk, items in _by_batch(now):
        done = {item["account_id"] for item in items if item["outcome"] == Outcome.DONE}
        if done != told.get(pk, set()):
            yield f"batch {pk}: {len(done)} rows done, {len(told.get(pk, set()))} told"


def _changes_by_account(
    new: Mapping[int, tuple[int, UUID, str]], using: str
) -> dict[int, list[FieldChange]]:
    """The changes of fields since then, the oldest first."""
    found: dict[int, list[FieldChange]] = {}
    events = FieldChange.objects.using(using).filter(event__in=new).order_by("event", "pk")
    for change in events:
        found.setdefault(new[change.event_id][0], []).append(change)
    return found


def _told(
    pk: int, old: dict[str, Any] | None, account: dict[str, Any], changes: list[FieldChange]
) -> Iterator[str]:
    """The history has each changed field, from what it was to what it is, and no other field."""
    shown = {
        Field.USERNAME: ("username", str),
        Field.PASSWORD_KIND: ("password_kind", str),
        Field.EMAIL: ("email", mask_email),
    }
    for told, (name, as_kept) in shown.items():
        was, is_now = as_kept(old[name]) if old else "", as_kept(account[name])
        steps = [(change.old, change.new) for change in changes if change.field == told]
        chain = [was, *(new for _, new in steps)]
        if chain[-1] != is_now or [before for before, _ in steps] != chain[:-1]:
            yield f"account {pk}: {told} is not told from what it was to what it is"
    passwords = [change for change in changes if change.field == Field.PASSWORD]
    if old and (old["password"] != account["password"]) != bool(passwords):
        yield f"account {pk}: another password and no word of it, or the other way round"
    if any(change.old or change.new for change in passwords):
        yield f"account {pk}: the history holds a password"
    addresses = [change for change in changes if change.field == Field.EMAIL]
    if any(not MASKED.fullmatch(text) for each in addresses for text in (each.old, each.new)):
        yield f"account {pk}: the history holds an address"


# Is anything half done? (R2, R3) ---------------------------------------------------------------


def _half_done(now: State) -> Iterator[str]:
    operations = {operation for _, operation, _ in now.events.values()}
    for pk, items in _by_batch(now):
        batch = now.batches[pk]
        for sentence in _half_done_batch(batch, items, told=pk in operations):
            yield f"batch {pk} ({batch['state']}): {sentence}"
    numbers = Counter(
        (batch["institution_id"], batch["number"])
        for batch in now.batches.values()
        if batch["number"]
    )
    if any(times > 1 for times in numbers.values()):
        yield "two batches have one number"


def _half_done_batch(
    batch: dict[str, Any], items: list[dict[str, Any]], *, told: bool
) -> Iterator[str]:
    if sorted(item["position"] for item in items) != list(range(1, len(items) + 1)):
        yield "a row is gone"
    if batch["state"] in (BatchState.DRAFT, BatchState.DROPPED):
        if told or batch["number"] or batch["saved_at"]:
            yield "not saved, and yet in the history or numbered"
        if any(item["outcome"] for item in items):
            yield "not saved, and yet rows have an outcome"
        if any(bool(item["sealed"]) == bool(item["obstacle"]) for item in items):
            yield "a row without a password has no obstacle, or the other way round"
        if batch["state"] == BatchState.DROPPED and items:
            yield "dropped, and yet it has rows"
        if not items and batch["state"] == BatchState.DRAFT:
            yield "a draft without rows"
        return
    if any(not item["outcome"] for item in items):
        yield "saved, and yet a row is open"
    if any(item["hash"] for item in items):
        yield "saved, and yet it keeps hashes"
    for item in items:
        wanted = batch["state"] == BatchState.SAVED and item["outcome"] == Outcome.DONE
        if bool(item["sealed"]) != wanted:
            yield f"row {item['position']} keeps a password that it should not, or lost it"


def _by_batch(state: State) -> Iterator[tuple[UUID, list[dict[str, Any]]]]:
    rows = sorted(state.items.values(), key=lambda item: str(item["batch_id"]))
    found = {pk: list(items) for pk, items in groupby(rows, key=lambda item: item["batch_id"])}
    return ((pk, found.get(pk, [])) for pk in state.batches)


def _misused_usernames(before: State, now: State) -> Iterator[str]:
    """A username belongs to one student for ever, and none is reserved in vain (R6)."""
    if any(now.usernames.get(value, -1) != owner for value, owner in before.usernames.items()):
        yield "a username went to another student, or was given free"
    given = {account["username"]: account["student_id"] for account in now.accounts.values()}
    for username, student in given.items():
        if now.usernames.get(username, -1) != student:
            yield f"the username of student {student} is not in the register"
    # After two changes of username the one in between is in no account.
    told = sum(1 for value in now.usernames if value not in before.usernames and value not in given)
    if told and now.changes == before.changes:
        yield f"{told} usernames were used up by a change that did not happen"


# Is a password anywhere that it should not be? (R5) --------------------------------------------

# The start of every password that the servers of these tests generate: one search finds all of a
# whole run, and nothing by accident.
CANARY = "Kanarie7"
_PICTURES = "|".join(picture.slug for picture in pictures.GRID)
# The last three of four pictures: a pattern that starts with a hyphen is quick in gigabytes.
FOUR_PICTURES = re.compile(
    rf"- ?(?:{_PICTURES}) ?- ?(?:{_PICTURES}) ?- ?(?:{_PICTURES})\b".encode()
)


def spellings(text: str) -> set[bytes]:
    """The text as it is, folded, and inside base64 at each of the three offsets."""
    plain = {form.encode() for form in (text, text.lower(), text.upper())}
    wide = {form.decode().encode("utf-16-le") for form in plain}
    return plain | wide | {in_base64(form, offset) for form in plain for offset in range(3)}


def in_base64(text: bytes, offset: int) -> bytes:
    """The base64 of `text` after `offset` other bytes, without characters that depend on those."""
    encoded = base64.b64encode(bytes(offset) + text)
    first = -(-offset * 8 // 6)
    return encoded[first : (offset + len(text)) * 8 // 6]


@dataclass
class Leaks:
    """Searches places for passwords, and counts the bytes searched.

    `passwords`: what to look for, beside every canary and every row of four pictures. A password
    of six characters occurs by accident in megabytes of ciphertext: prefer canaries there.
    """

    passwords: Iterable[str] = ()
    scanned: int = 0
    hits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._needles = {one for text in (CANARY, *self.passwords) for one in spellings(text)}

    def look_in(self, place: str, content: bytes) -> None:
        self.scanned += len(content)
        if any(one in content for one in self._needles) or FOUR_PICTURES.search(content):
            self.hits.append(place)

    def look_in_database(self, using: str = "default") -> None:
        """Search every row of every table, with sessions and the cache decoded."""
        for place, content in database_places(using):
            self.look_in(place, content)


def database_places(using: str = "default") -> Iterator[tuple[str, bytes]]:
    connection = connections[using]
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows = cursor.fetchall()
        yield f"table {table}", "\n".join(str(value) for row in rows for value in row).encode()
        if table == "cache":
            values = [pickle.loads(base64.b64decode(row[1])) for row in rows]  # noqa: S301
            yield "cache, opened", repr(values).encode()
    for session in Session.objects.using(using).all():
        yield "session, opened", repr(SessionStore().decode(session.session_data)).encode()
