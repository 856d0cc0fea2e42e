"""The oracle finds every wrong that it has a sentence for: each is done here once, by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Account, AccountEvent, FieldChange, PasswordKind, Username
from credentials.actions import drafts, hashing, retention
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from schoolloket.institutions.sessions import SessionStore
from students.models import ImportRun
from tests.credentials.helpers import Prepare, Save

from . import oracle
from .oracle import Leaks, State

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def before(charlie: Account, sam: Account, linked: Account) -> State:
    return State.now()


@pytest.fixture
def batch(before: State, saved: Prepare, charlie: Account, sam: Account) -> Batch:
    """Charlie and Sam were renewed, and all went well."""
    return saved(charlie, sam)


def test_a_renewal_that_went_well(before: State, batch: Batch) -> None:
    assert oracle.wrong_since(before) == []


def test_new_leerids_and_single_edits_that_went_well(
    before: State,
    saved: Prepare,
    newcomer: Any,
    linked: Account,
    alice_actor: Actor,
    save: Save,
) -> None:
    saved(newcomer, purpose=Batch.Purpose.CREATE)
    edit = drafts.Edit("lena.nieuw", PasswordKind.ADVANCED, removes_email=True)
    draft = drafts.prepare_edit(by=alice_actor, student_id=linked.student_id, edit=edit)
    hashing.hash_all(draft)
    save(draft)
    assert oracle.wrong_since(before) == []


def _a_hash_of_nobody(account: Account, batch: Batch) -> None:
    Account.objects.filter(pk=account.pk).update(password=make_password("niemand"))


def _a_lost_sheet(account: Account, batch: Batch) -> None:
    BatchItem.objects.filter(batch=batch, account=account).update(sealed="")


def _an_expired_sheet(account: Account, batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(expires_at=timezone.now())


def _a_dead_sheet(account: Account, batch: Batch) -> None:
    Account.objects.filter(pk=account.pk).update(username="charlie.anders")


def _a_change_without_history(account: Account, batch: Batch) -> None:
    Account.objects.filter(pk=account.pk).update(credentials_version=7)


def _half_a_save(account: Account, batch: Batch) -> None:
    BatchItem.objects.filter(batch=batch, account=account).update(outcome="")


def _a_row_that_is_gone(account: Account, batch: Batch) -> None:
    BatchItem.objects.filter(batch=batch, position=2).update(position=3)


def _a_hash_left_behind(account: Account, batch: Batch) -> None:
    BatchItem.objects.filter(batch=batch, account=account).update(hash="x")


def _history_of_a_draft(account: Account, batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(state="draft", number=None, saved_at=None)


def _a_username_of_another(account: Account, batch: Batch) -> None:
    Username.objects.filter(value=account.username).update(student=None)


def _an_address_in_the_history(account: Account, batch: Batch) -> None:
    event = AccountEvent.objects.get(account=account)
    FieldChange.objects.create(event=event, field="email", old="", new="charlie@thuis.test")


def _an_event_of_nothing(account: Account, batch: Batch) -> None:
    event = AccountEvent.objects.get(account=account)
    AccountEvent.objects.create(
        account=account, kind=event.kind, at=event.at, operation_id=Batch().pk
    )


def _a_download_that_nobody_logged(account: Account, batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(first_downloaded_at=timezone.now())


def _a_download_that_left_the_day_as_it_was(account: Account, batch: Batch) -> None:
    by = Actor(batch.institution, batch.created_by, "127.0.0.1")
    retention.note_download(by=by, batch_id=batch.pk, of_card=True)
    Batch.objects.filter(pk=batch.pk).update(expires_at=batch.latest_end)


WRONGS = [
    _a_hash_of_nobody,
    _a_lost_sheet,
    _an_expired_sheet,
    _a_dead_sheet,
    _a_change_without_history,
    _half_a_save,
    _a_row_that_is_gone,
    _a_hash_left_behind,
    _history_of_a_draft,
    _a_username_of_another,
    _an_address_in_the_history,
    _an_event_of_nothing,
    _a_download_that_nobody_logged,
    _a_download_that_left_the_day_as_it_was,
]


@pytest.mark.parametrize("wrong", WRONGS)
def test_the_oracle_sees(
    wrong: Callable[[Account, Batch], None], before: State, batch: Batch, charlie: Account
) -> None:
    wrong(charlie, batch)
    assert oracle.wrong_since(before) != []


def test_the_oracle_sees_a_linked_account_renewed_in_bulk(
    before: State, batch: Batch, charlie: Account
) -> None:
    before.accounts[charlie.pk]["email"] = "charlie@thuis.test"
    assert any("in bulk" in wrong for wrong in oracle.wrong_since(before))


def test_a_password_that_the_pupil_knows_is_not_lost(before: State, charlie: Account) -> None:
    Account.objects.filter(pk=charlie.pk).update(password=make_password("eigen keuze"))
    known = oracle.wrong_since(before, known={charlie.pk: "eigen keuze"})
    assert not any("nobody holds" in wrong for wrong in known)


def test_repeating_a_save_changes_nothing(batch: Batch, save: Save) -> None:
    assert oracle.changed_by(lambda: save(batch)) == []


def test_repeating_that_changes_something_is_seen(
    batch: Batch, saved: Prepare, sam: Account
) -> None:
    assert oracle.changed_by(lambda: saved(sam)) != []


@pytest.mark.parametrize("text", [oracle.CANARY.lower() + "x2", "vis-boom-huis-bal", "jLu8bVBZ"])
def test_leaks_are_found_everywhere_in_the_database(
    text: str, brussel: Institution, tmp_path: Any
) -> None:
    ImportRun.objects.create(
        institution=brussel, created_at=timezone.now(), full_list=True, problems=[{"x": text}]
    )
    session = SessionStore()
    session["draft"] = [text] + ["filling"] * 100
    session.save()
    cache.set("draft", {"password": text})
    leaks = Leaks(["jLu8bVBZ"])
    leaks.look_in_database()
    assert {"table students_importrun", "session, opened", "cache, opened"} <= set(leaks.hits)
    assert leaks.scanned > 1000


@pytest.mark.parametrize("offset", range(3))
def test_leaks_are_found_inside_base64(offset: int) -> None:
    leaks = Leaks()
    leaks.look_in("log", b"x" + oracle.in_base64(b"Kanarie7abc", offset) + b"y")
    leaks.look_in("nothing", b"een gewone regel")
    assert leaks.hits == ["log"]
