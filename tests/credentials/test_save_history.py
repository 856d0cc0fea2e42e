"""What a save adds to the history of each LeerID (R10)."""

import pytest

from accounts.models import Account, AccountEvent, FieldChange, Kind, PasswordKind
from credentials.models import Batch
from schoolloket.institutions.actors import Actor
from students.models import Enrolment
from tests.helpers import NOW

from .helpers import Crowd, Prepare, Save, edited

pytestmark = pytest.mark.usefixtures("clock")


def changes_of(event: AccountEvent) -> list[tuple[str, str, str]]:
    return [(change.field, change.old, change.new) for change in event.changes.all()]


def test_history_tells_a_renewal_without_any_password(
    charlie: Account, alice_actor: Actor, saved: Prepare
) -> None:
    batch = saved(charlie)
    event = charlie.events.get()
    assert (event.kind, event.at, event.manager) == (
        AccountEvent.Kind.RENEWED,
        NOW,
        alice_actor.manager,
    )
    assert (event.institution, event.ip_address) == (alice_actor.institution, "127.0.0.1")
    assert event.operation_id == batch.pk
    assert changes_of(event) == [(FieldChange.Field.PASSWORD, "", "")]


def test_history_tells_a_creation(newcomer: Enrolment, saved: Prepare) -> None:
    saved(newcomer, purpose=Batch.Purpose.CREATE)
    event = AccountEvent.objects.get()
    assert event.account == Account.objects.get(student=newcomer.student_id)
    assert event.kind == AccountEvent.Kind.CREATED
    assert changes_of(event) == [
        (FieldChange.Field.USERNAME, "", "noor.nieuwkomer"),
        (FieldChange.Field.KIND, "", Kind.BASIC),
        (FieldChange.Field.PASSWORD_KIND, "", PasswordKind.WORD),
    ]


def test_history_tells_every_changed_field(linked: Account, alice_actor: Actor, save: Save) -> None:
    save(edited(alice_actor, linked, username="lena.nieuw", removes_email=True))
    event = linked.events.get()
    assert event.kind == AccountEvent.Kind.CHANGED
    assert changes_of(event) == [
        (FieldChange.Field.USERNAME, "lena.link", "lena.nieuw"),
        (FieldChange.Field.EMAIL, "l*****a@example.org", ""),
        (FieldChange.Field.PASSWORD, "", ""),
    ]


def test_history_tells_nothing_of_who_was_skipped_or_left_out(
    charlie: Account, sam: Account, linked: Account, ready: Prepare, save: Save
) -> None:
    batch = ready(charlie, sam, linked)
    batch.items.filter(student=sam.student_id).update(included=False)
    save(batch)
    assert [event.account for event in AccountEvent.objects.all()] == [charlie]


def test_one_event_for_each_account_of_the_batch(crowd: Crowd, saved: Prepare) -> None:
    pupils = crowd(4)
    batch = saved(*pupils)
    events = AccountEvent.objects.filter(operation_id=batch.pk)
    assert sorted(event.account_id for event in events) == sorted(pupil.pk for pupil in pupils)
