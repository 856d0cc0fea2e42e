"""The access log: sign-ins, failures, passwords, downloads and rights, for a year (Access)."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import Account
from credentials.actions import retention
from schoolloket.institutions import access_log
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import AccessEvent, Institution, Manager, Membership, Tally
from tests.credentials.helpers import Prepare
from tests.desk_client import DeskClient
from tests.helpers import PASSWORD
from tests.pages import text

pytestmark = pytest.mark.usefixtures("clock")

Kind = AccessEvent.Kind
ALICE = "alice@school.test"
NEW_PASSWORD = "een-ander-lang-wachtwoord-2026"


def new_events(before: int) -> list[AccessEvent]:
    """The rows after this one, oldest first."""
    return list(AccessEvent.objects.filter(pk__gt=before).order_by("pk"))


def newest() -> int:
    event = AccessEvent.objects.first()
    return event.pk if event else 0


def kinds(before: int) -> list[str]:
    return [event.kind for event in new_events(before)]


# Sign-ins --------------------------------------------------------------------------------------


def test_a_sign_in_a_failure_and_a_sign_out_are_rows(client: Client, alice: Manager) -> None:
    before = newest()
    client.post("/aanmelden/", {"login": ALICE, "password": "not-the-password"})
    client.post("/aanmelden/", {"login": ALICE, "password": PASSWORD})
    client.post("/aanmelden/afmelden/")
    failed, signed_in, signed_out = new_events(before)
    assert [failed.kind, signed_in.kind, signed_out.kind] == [
        Kind.FAILED,
        Kind.SIGNED_IN,
        Kind.SIGNED_OUT,
    ]
    assert {event.manager for event in (failed, signed_in, signed_out)} == {alice}
    assert [failed.by, signed_in.by, signed_out.by] == [None, alice, alice]
    assert {event.ip_address for event in (failed, signed_in, signed_out)} == {"127.0.0.1"}


def test_a_manager_who_is_not_active_fails_with_the_right_password(
    client: Client, alice: Manager
) -> None:
    alice.is_active = False
    alice.save()
    before = newest()
    answer = client.post("/aanmelden/", {"login": ALICE, "password": PASSWORD})
    assert answer.url == "/aanmelden/inactief/"
    assert kinds(before) == [Kind.FAILED]


def test_an_operator_signs_out_of_the_admin_as_everybody_does(
    operator: Manager, operator_client: Client
) -> None:
    before = newest()
    assert operator_client.post("/beheer/logout/").url == "/aanmelden/"
    assert kinds(before) == [Kind.SIGNED_OUT]


def test_an_address_of_nobody_is_not_kept(client: Client, alice: Manager) -> None:
    before = newest()
    client.post("/aanmelden/", {"login": "nobody@school.test", "password": "a-password"})
    [event] = new_events(before)
    assert (event.kind, event.manager, event.detail) == (Kind.FAILED, None, "")


def test_a_flood_of_failures_is_no_flood_of_rows(alice: Manager) -> None:
    before = newest()
    for number in range(1000):
        access_log.record_failure(manager=alice, email=ALICE, ip_address="192.0.2.1")
        nobody = f"nobody{number}@school.test"
        access_log.record_failure(manager=None, email=nobody, ip_address="192.0.2.1")
    events = new_events(before)
    of_alice = [event.detail for event in events if event.manager]
    assert of_alice == [""] * 5 + [f"{number} keer in een uur" for number in (10, 100, 1000)]
    assert len(events) - len(of_alice) <= 16 * 7


def test_the_next_hour_begins_anew(alice: Manager, clock: time_machine.Traveller) -> None:
    for _ in range(8):
        access_log.record_failure(manager=alice, email=ALICE, ip_address="192.0.2.1")
    before = newest()
    clock.shift(timedelta(hours=1, seconds=1))
    access_log.record_failure(manager=alice, email=ALICE, ip_address="192.0.2.1")
    assert kinds(before) == [Kind.FAILED]


def test_a_row_is_a_line_of_the_log_without_a_name(
    client: Client, alice: Manager, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "schoolloket.access")
    client.post("/aanmelden/", {"login": ALICE, "password": PASSWORD})
    line = f"signed_in manager {alice.pk} by {alice.pk} institution - from 127.0.0.1"
    assert caplog.messages[-1] == line
    assert ALICE not in caplog.text


# Passwords -------------------------------------------------------------------------------------


def test_a_password_changed_by_the_manager_is_a_row(client: Client, alice: Manager) -> None:
    client.force_login(alice)
    before = newest()
    client.post(
        "/aanmelden/wachtwoord/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    [event] = new_events(before)
    assert (event.kind, event.manager, event.by) == (Kind.PASSWORD_CHANGED, alice, alice)


def test_a_reset_leaves_two_rows(
    client: Client, alice: Manager, mailoutbox: list, django_capture_on_commit_callbacks: Callable
) -> None:
    before = newest()
    client.post("/aanmelden/vergeten/", {"email": ALICE})
    path = mailoutbox[0].body.split("http://localhost:8000")[1].split()[0]
    page = client.get(path)
    client.post(page.url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    asked, done = new_events(before)
    assert [asked.kind, done.kind] == [Kind.RESET_ASKED, Kind.RESET]
    assert [asked.by, done.by] == [None, None]


def test_a_password_set_by_an_operator_is_a_row_and_a_mail(
    alice: Manager,
    operator: Manager,
    operator_client: Client,
    mailoutbox: list,
    django_capture_on_commit_callbacks: Callable,
) -> None:
    before = newest()
    with django_capture_on_commit_callbacks(execute=True):
        operator_client.post(
            f"/beheer/institutions/manager/{alice.pk}/password/",
            {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
        )
    [event] = new_events(before)
    assert (event.kind, event.manager, event.by) == (Kind.PASSWORD_CHANGED, alice, operator)
    assert mailoutbox[0].to == [ALICE]


def test_a_password_that_is_hashed_anew_is_no_change(alice: Manager) -> None:
    before = newest()
    Manager.objects.filter(pk=alice.pk).update(password="md5$salt$hash")
    alice.set_password(PASSWORD)
    alice.save(update_fields=["password"])
    assert kinds(before) == []


# Passwords of pupils ---------------------------------------------------------------------------


def test_each_download_is_a_row(saved: Prepare, charlie: Account, alice_actor: Actor) -> None:
    saved_id = saved(charlie).pk
    before = newest()
    retention.note_download(by=alice_actor, batch_id=saved_id)
    retention.note_download(by=alice_actor, batch_id=saved_id)
    retention.destroy(by=alice_actor, batch_id=saved_id)
    events = new_events(before)
    assert [one.kind for one in events] == [Kind.DOWNLOADED, Kind.DOWNLOADED, Kind.DESTROYED]
    assert {one.detail for one in events} == {f"reeks 1 ({saved_id})"}
    assert {(one.manager, one.institution, one.ip_address) for one in events} == {
        (alice_actor.manager, alice_actor.institution, "127.0.0.1")
    }


# Rights ----------------------------------------------------------------------------------------


def test_what_an_operator_changes_in_the_admin_is_rows(
    alice: Manager, gent: Institution, operator: Manager, operator_client: Client
) -> None:
    before = newest()
    [membership] = alice.memberships.all()
    operator_client.post(
        f"/beheer/institutions/manager/{alice.pk}/change/",
        {
            "email": "opvolger@school.test",
            "name": "Alice",
            "is_staff": "on",
            "memberships-TOTAL_FORMS": "2",
            "memberships-INITIAL_FORMS": "1",
            "memberships-0-id": str(membership.pk),
            "memberships-0-manager": str(alice.pk),
            "memberships-0-institution": str(membership.institution_id),
            "memberships-0-role": "beheerder",
            "memberships-0-DELETE": "on",
            "memberships-1-manager": str(alice.pk),
            "memberships-1-institution": str(gent.pk),
            "memberships-1-role": "beheerder",
        },
    )
    events = new_events(before)
    assert [one.kind for one in events] == [
        Kind.DEACTIVATED,
        Kind.MADE_OPERATOR,
        Kind.EMAIL_CHANGED,
        Kind.REMOVED,
        Kind.ADDED,
    ]
    assert {one.manager for one in events} == {alice}
    assert {one.by for one in events} == {operator}
    assert events[2].detail == "a*****e@school.test → o*****r@school.test"
    assert events[4].institution == gent


def test_what_a_command_changes_is_rows_too(db: None) -> None:
    call_command(
        "createsuperuser", email="new@loket.test", name="New", interactive=False, verbosity=0
    )
    assert kinds(0) == [Kind.CREATED, Kind.MADE_OPERATOR, Kind.MADE_SUPERUSER]
    assert {event.by for event in new_events(0)} == {None}


def test_a_school_that_is_deleted_takes_its_memberships_along(alice: Manager) -> None:
    AccessEvent.objects.all().erase()
    alice.memberships.get().institution.delete()
    assert not Membership.objects.exists()
    assert not AccessEvent.objects.exists()


# The log itself --------------------------------------------------------------------------------


def test_the_log_is_never_changed(alice: Manager) -> None:
    event = AccessEvent.objects.first()
    assert event
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        AccessEvent.objects.all().delete()
    statement = "UPDATE institutions_accessevent SET kind = 'failed'"
    with (
        pytest.raises(DatabaseError, match="history is never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_row_is_kept_for_a_year(alice: Manager, clock: time_machine.Traveller) -> None:
    assert AccessEvent.objects.exists()
    clock.move_to(date(2027, 11, 23))
    call_command("erase_expired")
    assert AccessEvent.objects.exists()
    clock.move_to(date(2027, 11, 25))
    call_command("erase_expired")
    assert not AccessEvent.objects.exists()


def test_counts_whose_window_is_over_are_deleted(
    client: Client, alice: Manager, clock: time_machine.Traveller
) -> None:
    client.post("/aanmelden/", {"login": ALICE, "password": "not-the-password"})
    call_command("destroy_expired")
    assert Tally.objects.exists()
    clock.shift(timedelta(hours=1, seconds=1))
    call_command("destroy_expired")
    assert not Tally.objects.exists()


def test_an_operator_reads_the_log_of_a_school_and_changes_nothing(
    alice: Manager, bob: Manager, operator_client: Client
) -> None:
    DeskClient().post("/aanmelden/", {"login": ALICE, "password": PASSWORD})
    page = text(operator_client.get("/beheer/institutions/accessevent/?instelling=999912"))
    assert "Aangemeld" in page
    assert "Bob" not in page
    event = AccessEvent.objects.all()[0]
    path = f"/beheer/institutions/accessevent/{event.pk}"
    assert operator_client.get(f"{path}/change/").status_code == 200
    assert operator_client.post(f"{path}/change/", {"kind": "failed"}).status_code == 403
    assert operator_client.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert operator_client.get("/beheer/institutions/accessevent/add/").status_code == 403
