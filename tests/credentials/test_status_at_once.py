"""A change of status at the same moment as a save, or as another such change (R3, R9)."""

import pytest
from django.contrib.auth.hashers import check_password

from accounts.actions import change_status
from accounts.models import Account, AccountEvent
from accounts.status import StatusChange
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from tests.at_once import at_once

from .helpers import Prepare, Save, item_of, password_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("purpose", [Batch.Purpose.RENEW, Batch.Purpose.TO_BASIC])
def test_a_save_and_a_deactivation_come_one_after_the_other(
    charlie: Account, ready: Prepare, save: Save, alice_actor: Actor, purpose: Batch.Purpose
) -> None:
    """Saved first: a new password on a LeerID that is off. Off first: skipped, without paper."""
    batch, ids = ready(charlie, purpose=purpose), [charlie.student_id]
    password = password_of(batch, charlie)
    at_once(
        lambda: save(batch),
        lambda: change_status(by=alice_actor, change=StatusChange.DEACTIVATE, student_ids=ids),
    )
    item, after = item_of(batch, charlie), Account.objects.get()
    is_done = item.outcome == BatchItem.Outcome.DONE
    assert after.deactivated_at
    assert after.credentials_version == (3 if is_done else 2)
    assert (item.sealed != "") is is_done
    assert (AccountEvent.objects.count() == 2) is is_done
    assert not BatchItem.objects.valid().exists()
    if is_done:
        assert check_password(password, after.password)
    else:
        assert item.obstacle == BatchItem.Obstacle.DEACTIVATED


def test_two_who_deactivate_the_same_pupils_do_it_once(
    charlie: Account, sam: Account, alice_actor: Actor
) -> None:
    ids = [charlie.student_id, sam.student_id]
    verdicts = at_once(
        *[
            lambda order=order: change_status(
                by=alice_actor, change=StatusChange.DEACTIVATE, student_ids=order
            )
            for order in (ids, ids[::-1])
        ]
    )
    assert sorted(len(preview.changed) for preview in verdicts) == [0, 2]
    assert AccountEvent.objects.count() == 2
    assert set(Account.objects.values_list("credentials_version", flat=True)) == {2}
