"""Two who do it at the same moment: a double click, two managers, two windows (R3, R4, R6)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection

from accounts.models import Account, AccountEvent
from credentials import actions
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.conftest import Enrol

from .conftest import Prepare, Save, item_of, password_of

# Threads see one another's work only when it is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]
Outcome = BatchItem.Outcome


def at_once(*what: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment, each on a connection of its own."""
    barrier = Barrier(len(what))

    def run(one: Callable[[], object]) -> object:
        barrier.wait(timeout=10)
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(what)) as pool:
        return list(pool.map(run, what))


def test_a_double_click_saves_once(charlie: Account, ready: Prepare, save: Save) -> None:
    batch = ready(charlie)
    first, second = at_once(lambda: save(batch), lambda: save(batch))
    assert (first.number, second.number) == (1, 1)
    charlie.refresh_from_db()
    assert charlie.credentials_version == 2
    assert AccountEvent.objects.count() == 1
    assert check_password(password_of(batch, charlie), charlie.password)


def test_of_two_renewals_of_one_pupil_one_is_done_and_the_other_skipped(
    charlie: Account, sam: Account, ready: Prepare, save: Save
) -> None:
    drafts = [ready(charlie, sam), ready(sam, charlie)]
    at_once(*[lambda draft=draft: save(draft) for draft in drafts])
    for pupil in (charlie, sam):
        done = [draft for draft in drafts if item_of(draft, pupil).outcome == Outcome.DONE]
        pupil.refresh_from_db()
        assert len(done) == 1
        assert check_password(password_of(done[0], pupil), pupil.password)
    assert AccountEvent.objects.count() == 2


def test_of_two_pupils_who_get_one_username_only_one_has_it(
    brussel: Institution, enrol: Enrol, ready: Prepare, save: Save
) -> None:
    namesakes = [enrol(brussel, "Jan", "Peeters") for _ in range(2)]
    drafts = [ready(pupil, purpose=Batch.Purpose.CREATE) for pupil in namesakes]
    at_once(*[lambda draft=draft: save(draft) for draft in drafts])
    outcomes = {item.outcome for draft in drafts for item in draft.items.all()}
    assert outcomes == {Outcome.DONE, Outcome.SKIPPED}
    assert Account.objects.get().username == "jan.peeters"


def test_a_cancel_and_a_save_do_not_mix(
    charlie: Account, ready: Prepare, save: Save, alice_actor: Actor
) -> None:
    """Either all of it is saved, or nothing at all."""
    batch = ready(charlie)

    def try_save() -> bool:
        try:
            save(batch)
        except actions.DraftGone:
            return False
        return True

    is_saved, _ = at_once(try_save, lambda: actions.cancel(by=alice_actor, batch_id=batch.pk))
    charlie.refresh_from_db()
    batch.refresh_from_db()
    assert (charlie.credentials_version == 2) is is_saved
    assert (batch.state == Batch.State.SAVED) is is_saved
    assert batch.items.exclude(sealed="").exists() is is_saved
