"""How long a draft lasts: an hour after the last action of its manager (R2)."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Account, PasswordKind
from credentials.actions import changes, hashing, retention
from credentials.models import Batch
from credentials.scopes import Part, Scope
from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from students.models import Enrolment

from .helpers import Prepare, Save, item_of, snapshot

pytestmark = pytest.mark.usefixtures("clock")
DRAFT, DROPPED = Batch.State.DRAFT, Batch.State.DROPPED
NEW = Scope(Part.CREATED)


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "BUSY_SECONDS", 0)


def test_a_preview_lasts_for_an_hour(
    charlie: Account, clock: time_machine.Traveller, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie)
    clock.shift(timedelta(minutes=59, seconds=59))
    assert save(batch).state == Batch.State.SAVED


def test_an_expired_preview_saves_nothing(
    charlie: Account, clock: time_machine.Traveller, ready: Prepare, save: Save
) -> None:
    batch, before = ready(charlie), snapshot(charlie)
    clock.shift(timedelta(minutes=60))
    with pytest.raises(exceptions.DraftGone):
        save(batch)
    assert snapshot(charlie) == before


def test_every_action_of_the_manager_starts_the_hour_anew(
    charlie: Account,
    newcomer: Enrolment,
    alice_actor: Actor,
    clock: time_machine.Traveller,
    ready: Prepare,
    save: Save,
) -> None:
    batch = ready(charlie, newcomer)
    of_batch = {"by": alice_actor, "batch_id": batch.pk}
    clock.shift(timedelta(minutes=40))
    changes.reroll(**of_batch, item_id=item_of(batch, charlie).pk)
    clock.shift(timedelta(minutes=40))
    changes.switch_scope(**of_batch, scope=NEW, kind=PasswordKind.PICTURES)
    clock.shift(timedelta(minutes=40))
    changes.tick(**of_batch, item_ids=[item_of(batch, charlie).pk])
    clock.shift(timedelta(minutes=40))
    hashing.hash_all(batch)
    assert save(batch).state == Batch.State.SAVED


def test_progress_does_not_count_as_an_action(
    charlie: Account, clock: time_machine.Traveller, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    ends = batch.expires_at
    clock.shift(timedelta(minutes=40))
    hashing.hash_slice(batch.pk)
    batch.refresh_from_db()
    assert batch.expires_at == ends


def test_a_refused_action_does_not_count_either(
    charlie: Account, alice_actor: Actor, clock: time_machine.Traveller, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    ends = batch.expires_at
    clock.shift(timedelta(minutes=40))
    with pytest.raises(exceptions.PreviewChanged):
        changes.reroll(by=alice_actor, batch_id=batch.pk, item_id=0)
    batch.refresh_from_db()
    assert batch.expires_at == ends


def test_nothing_can_be_done_to_an_expired_preview(
    charlie: Account, alice_actor: Actor, clock: time_machine.Traveller, prepare: Prepare
) -> None:
    batch = prepare(charlie)
    item = item_of(batch, charlie)
    clock.shift(timedelta(minutes=60))
    of_batch = {"by": alice_actor, "batch_id": batch.pk}
    with pytest.raises(exceptions.DraftGone):
        changes.reroll(**of_batch, item_id=item.pk)
    with pytest.raises(exceptions.DraftGone):
        changes.tick(**of_batch, item_ids=[item.pk])
    with pytest.raises(exceptions.DraftGone):
        changes.switch_scope(**of_batch, scope=NEW, kind=PasswordKind.WORD)
    with pytest.raises(exceptions.DraftGone):
        changes.rename(**of_batch, usernames={})


def test_an_expired_preview_is_dropped_with_its_secrets(
    charlie: Account, clock: time_machine.Traveller, ready: Prepare
) -> None:
    batch, before = ready(charlie), snapshot(charlie)
    clock.shift(timedelta(minutes=60))
    assert retention.destroy_expired() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.items.count()) == (DROPPED, 0)
    assert snapshot(charlie) == before


def test_a_preview_whose_time_runs_is_kept(
    charlie: Account, clock: time_machine.Traveller, ready: Prepare
) -> None:
    batch = ready(charlie)
    clock.shift(timedelta(minutes=59))
    assert retention.destroy_expired() == 0
    assert batch.items.exclude(sealed="").exists()


def test_a_dropped_preview_is_forgotten_after_a_day(
    charlie: Account, clock: time_machine.Traveller, ready: Prepare
) -> None:
    """Until then its page says that the preview expired, and does not answer 404."""
    batch = ready(charlie)
    clock.shift(timedelta(minutes=60))
    retention.destroy_expired()
    clock.shift(timedelta(days=1))
    retention.destroy_expired()
    assert Batch.objects.filter(pk=batch.pk).exists()
    clock.shift(timedelta(seconds=1))
    retention.destroy_expired()
    assert not Batch.objects.filter(pk=batch.pk).exists()
