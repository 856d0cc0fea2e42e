"""R10: every change is in the history, which can be added to and never changed."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import history, timeline
from accounts.actions import link_email
from accounts.models import Account, AccountEvent, FieldChange, PasswordKind
from schoolloket.core import text
from schoolloket.core.exceptions import NotAdvanced
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from tests.helpers import NOW, Enrol, GiveAccount

pytestmark = pytest.mark.usefixtures("clock")
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("tests@ond.vlaanderen.be", "t*****s@ond.vlaanderen.be"),
        ("abc@x.be", "a*****c@x.be"),
        ("ab@x.be", "*****@x.be"),
        ("a@x.be", "*****@x.be"),
        ('"a@b"@x.be', '"*****"@x.be'),
        ("", ""),
    ],
)
def test_an_address_is_masked(email: str, masked: str) -> None:
    assert text.mask_email(email) == masked


def test_a_linked_email_is_masked_in_the_history(charlie: Account, alice_actor: Actor) -> None:
    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=alice_actor)

    line = timeline.of_account(alice_actor.institution, charlie, TODAY)[0]
    assert (line.what, line.who) == ("E-mailadres gekoppeld", "Alice")
    assert [(c.old, c.new) for c in line.changes] == [("", "c*****e@voorbeeld.test")]
    assert "127.0.0.1" in line.where


def test_only_an_advanced_account_can_be_linked(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount, alice_actor: Actor
) -> None:
    basic = give_account(enrol(brussel), PasswordKind.WORD)
    with pytest.raises(NotAdvanced):
        link_email(account_id=basic.pk, email="x@voorbeeld.test", by=alice_actor)


def test_another_school_is_told_event_and_date_only(
    charlie: Account, gent: Institution, alice_actor: Actor
) -> None:
    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=alice_actor)

    line = timeline.of_account(gent, charlie, TODAY)[0]
    assert (line.what, line.on) == ("E-mailadres gekoppeld", TODAY)
    assert (line.at, line.who, line.where, line.changes) == (None, "", timeline.OTHER_SCHOOL, [])


def test_an_operation_has_one_event_per_account(charlie: Account, alice_actor: Actor) -> None:
    entry = history.Entry(charlie.pk, AccountEvent.Kind.RENEWED)
    operation = uuid4()
    history.record([entry], by=alice_actor, operation_id=operation, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        history.record([entry], by=alice_actor, operation_id=operation, at=NOW)


@pytest.fixture
def event(charlie: Account, alice_actor: Actor) -> AccountEvent:
    link_email(account_id=charlie.pk, email="charlie@voorbeeld.test", by=alice_actor)
    return AccountEvent.objects.get()


def test_an_event_cannot_be_changed_or_removed(event: AccountEvent) -> None:
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(TypeError):
        AccountEvent.objects.update(kind=AccountEvent.Kind.CREATED)
    with pytest.raises(TypeError):
        FieldChange.objects.all().delete()


@pytest.mark.parametrize("table", ["accounts_accountevent", "accounts_fieldchange"])
def test_the_database_itself_refuses_a_change(event: AccountEvent, table: str) -> None:
    refused = pytest.raises(DatabaseError, match="never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")  # noqa: S608


def test_the_automatic_changes_follow_from_the_dates(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    first = enrol(brussel, starts_on=date(2024, 9, 1), ends_on=date(2025, 8, 31))
    # The next year follows without a day in between, so the status does not change.
    for starts_on, ends_on in (
        (date(2025, 9, 1), date(2026, 3, 15)),
        (date(2026, 5, 4), date(2027, 8, 31)),
    ):
        enrol(
            brussel,
            student=first.student,
            stamnummer=first.stamnummer,
            starts_on=starts_on,
            ends_on=ends_on,
        )
    account = give_account(first, created_at=NOW.replace(year=2024))

    read = [(line.on, line.what) for line in timeline.of_account(brussel, account, TODAY)]
    assert read == [
        (date(2026, 5, 4), timeline.ENROLLED_AGAIN),
        (date(2026, 3, 16), timeline.ENDED),
    ]


def test_a_change_that_lies_ahead_is_not_in_the_history(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    account = give_account(enrol(brussel, ends_on=date(2026, 11, 23)))
    assert timeline.of_account(brussel, account, TODAY) == []


def test_no_end_is_in_the_history_while_the_next_enrolment_lies_ahead(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    """R9: a LeerID is active while an enrolment lies ahead."""
    ended = enrol(brussel, starts_on=date(2025, 9, 1), ends_on=date(2026, 11, 10))
    enrol(brussel, student=ended.student, starts_on=date(2027, 1, 4))
    account = give_account(ended, created_at=NOW.replace(year=2025))
    assert Account.objects.active_on(TODAY).contains(account)
    assert timeline.of_account(brussel, account, TODAY) == []
