"""Hashes, slice after slice, while the manager looks at the preview."""

import os
import threading
from datetime import timedelta

import pytest
import time_machine

from accounts.models import Account
from credentials.actions import changes, hashing, retention
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from students.models import Enrolment

from .helpers import Crowd, Prepare, Save, item_of

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "BUSY_SECONDS", 0)


def hashed(batch: Batch) -> int:
    return batch.items.exclude(hash="").count()


def test_a_slice_hashes_what_is_ticked(
    charlie: Account, newcomer: Enrolment, prepare: Prepare
) -> None:
    batch = prepare(charlie, newcomer)
    hashing.hash_slice(batch.pk)
    assert item_of(batch, charlie).hash
    assert not item_of(batch, newcomer).hash
    assert hashing.progress(batch) == hashing.Progress(hashed=1, total=1)


def test_slices_come_to_an_end(
    crowd: Crowd, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each slice hashes at least one round, however short its time."""
    monkeypatch.setattr(hashing, "ROUND", 2)
    batch = prepare(*crowd(5))
    seen = []
    for _ in range(3):
        hashing.hash_slice(batch.pk, seconds=0.000_001)
        seen.append(hashed(batch))
    assert seen == [2, 4, 5]


def test_a_draft_that_is_leased_is_hashed_by_nobody_else(
    charlie: Account, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    assert hashing.lease(batch_id=batch.pk)
    assert not hashing.lease(batch_id=batch.pk)
    hashing.hash_slice(batch.pk)
    assert hashed(batch) == 0


def test_a_lease_of_who_died_ends_after_four_seconds(
    charlie: Account, clock: time_machine.Traveller, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    hashing.lease(batch_id=batch.pk)
    clock.shift(timedelta(seconds=3.9))
    hashing.hash_slice(batch.pk)
    assert hashed(batch) == 0
    clock.shift(timedelta(seconds=0.1))
    hashing.hash_slice(batch.pk)
    assert hashed(batch) == 1


def test_a_slice_finds_nothing_in_what_was_saved_and_destroyed_meanwhile(
    charlie: Account, ready: Prepare, save: Save, alice_actor: Actor
) -> None:
    """A slice that took its lease before must not read rows whose password is gone."""
    batch = save(ready(charlie))
    retention.destroy(by=alice_actor, batch_id=batch.pk)
    assert hashing._compute(batch.pk, 1.0) == {}


def test_a_slice_that_finds_the_process_busy_leaves_it_for_later(
    charlie: Account, prepare: Prepare
) -> None:
    """Its thread is then free for the pages of others."""
    batch = prepare(charlie)
    with hashing._one_slice_per_process:
        hashing.hash_slice(batch.pk)
    assert item_of(batch, charlie).hash == ""
    hashing.hash_slice(batch.pk)
    assert item_of(batch, charlie).hash


def test_hashes_give_way_to_pages(
    charlie: Account, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    monkeypatch.setattr(hashing, "make_password", lambda password: str(niceness()))
    own, batch = niceness(), prepare(charlie)
    hashing.hash_all(batch)
    assert int(item_of(batch, charlie).hash) == min(own + hashing.NICENESS, 19)
    assert niceness() == own


def test_a_finished_slice_ends_its_lease(charlie: Account, prepare: Prepare) -> None:
    batch = prepare(charlie)
    hashing.hash_slice(batch.pk)
    assert hashing.lease(batch_id=batch.pk)


def test_a_stored_hash_is_never_replaced(charlie: Account, ready: Prepare) -> None:
    batch = ready(charlie)
    item = item_of(batch, charlie)
    hashing.store_hashes(batch_id=batch.pk, hashes={item.pk: "another-hash"})
    assert item_of(batch, charlie).hash == item.hash


def test_hashes_that_come_after_the_save_land_nowhere(
    charlie: Account, newcomer: Enrolment, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie, newcomer)
    save(batch)
    rows, accounts = list(batch.items.values()), list(Account.objects.values())
    late = {item.pk: "late-hash" for item in batch.items.all()}
    hashing.store_hashes(batch_id=batch.pk, hashes=late)
    assert (list(batch.items.values()), list(Account.objects.values())) == (rows, accounts)


def test_hashes_that_come_after_a_cancel_bring_nothing_back(
    charlie: Account, alice_actor: Actor, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    item = item_of(batch, charlie)
    changes.cancel(by=alice_actor, batch_id=batch.pk)
    hashing.store_hashes(batch_id=batch.pk, hashes={item.pk: "late-hash"})
    assert batch.items.count() == 0


def test_a_saved_or_expired_draft_cannot_be_leased(
    charlie: Account, sam: Account, clock: time_machine.Traveller, saved: Prepare, prepare: Prepare
) -> None:
    over, done = prepare(sam), saved(charlie)
    clock.shift(timedelta(minutes=60))
    assert not hashing.lease(batch_id=done.pk)
    assert not hashing.lease(batch_id=over.pk)
