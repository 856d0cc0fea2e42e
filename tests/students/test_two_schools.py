"""A pupil in two schools: the LeerID goes along, and the first school has the say (R11)."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions as account_actions
from accounts.models import Account, PasswordKind
from accounts.status import Obstacle, StatusChange
from credentials.actions import drafts, saves
from credentials.models import Batch, BatchItem
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Manager
from students.importing.draft import Draft
from students.models import Enrolment, ImportRun, Student, StudentEvent
from tests.helpers import GiveAccount
from tests.pages import text

from .helpers import csv_file, pupil, pupils, run_import, upload

pytestmark = pytest.mark.usefixtures("clock")
TODAY = date(2026, 11, 23)
GENT = {"institution": "999913", "stamnummer": "5"}


@pytest.fixture
def in_gent(bob_actor: Actor, give_account: GiveAccount, clock: time_machine.Traveller) -> Account:
    """A pupil of Gent with a LeerID; a minute later."""
    run_import(bob_actor, csv_file([pupil(1, **GENT)]))
    account = give_account(Enrolment.objects.get(), PasswordKind.WORD)
    clock.shift(60)
    return account


@pytest.fixture
def joined(
    in_gent: Account, alice_actor: Actor, clock: time_machine.Traveller
) -> Callable[..., Enrolment]:
    def joined(**changes: str) -> Enrolment:
        run_import(alice_actor, csv_file([pupil(1, **changes)]), full_list=False)
        clock.shift(60)
        return Enrolment.objects.of(alice_actor.institution).latest("starts_on")

    return joined


def held(enrolment: Enrolment, day: date = TODAY) -> bool:
    return Enrolment.objects.held_on(day).filter(pk=enrolment.pk).exists()


def obstacle(actor: Actor, student_id: int, purpose: str = Batch.Purpose.RENEW) -> str:
    batch = drafts.prepare(by=actor, student_ids=[student_id], purpose=purpose)
    return batch.items.get().obstacle


# Joining ----------------------------------------------------------------------------------------


def test_a_pupil_who_left_the_other_school_brings_the_leerid_along(
    in_gent: Account, bob_actor: Actor, joined: Callable[..., Enrolment], alice_actor: Actor
) -> None:
    run_import(bob_actor, csv_file(pupils(1, institution="999913")))
    enrolment = joined()
    assert enrolment.student.account == in_gent
    assert not held(enrolment)
    assert obstacle(alice_actor, enrolment.student_id) == ""
    assert Student.objects.count() == 2


def test_the_preview_does_not_say_that_a_pupil_is_known_elsewhere(
    in_gent: Account, alice_actor: Actor
) -> None:
    (entry,) = Draft(upload(alice_actor, csv_file([pupil(1)]))).plan.new
    assert (entry.student_id, entry.joins, entry.held, entry.returns) == (None, False, False, False)


def test_the_preview_says_that_a_pupil_who_comes_back_is_still_enrolled_elsewhere(
    joined: Callable[..., Enrolment], alice_actor: Actor
) -> None:
    joined(ends_on="22/11/2026")
    (entry,) = Draft(upload(alice_actor, csv_file([pupil(1)]))).plan.changed
    assert (entry.held, entry.returns) == (True, True)


def test_a_pupil_who_is_still_enrolled_elsewhere_joins_but_is_held(
    joined: Callable[..., Enrolment], alice_actor: Actor, bob_actor: Actor
) -> None:
    enrolment = joined()
    assert held(enrolment)
    assert obstacle(alice_actor, enrolment.student_id) == BatchItem.Obstacle.HELD
    assert obstacle(bob_actor, enrolment.student_id) == ""


def test_an_earlier_begin_date_makes_no_school_the_first(joined: Callable[..., Enrolment]) -> None:
    assert held(joined(starts_on="01/09/2020"))


def test_a_leerid_that_does_not_exist_yet_is_for_the_first_school_too(
    joined: Callable[..., Enrolment], in_gent: Account, alice_actor: Actor
) -> None:
    student = joined().student_id
    in_gent.delete()
    assert obstacle(alice_actor, student, Batch.Purpose.CREATE) == BatchItem.Obstacle.HELD


def test_the_hold_ends_with_the_enrolment_in_the_other_school(
    joined: Callable[..., Enrolment],
) -> None:
    enrolment = joined(ends_on="30/06/2028")
    assert held(enrolment, date(2027, 8, 31))
    assert not held(enrolment, date(2027, 9, 1))


def test_an_enrolment_of_next_year_waits_like_the_one_of_this_year(
    joined: Callable[..., Enrolment], bob_actor: Actor, in_gent: Account
) -> None:
    next_year = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
    run_import(bob_actor, csv_file([pupil(1, **GENT | next_year)]))
    first, second = joined(), joined(**next_year)
    assert first.pk != second.pk
    assert second.joined_at == first.joined_at
    assert held(second, date(2027, 9, 2))
    theirs = Enrolment.objects.of(bob_actor.institution).latest("starts_on")
    assert not held(theirs, date(2027, 9, 2))


def test_for_a_pupil_who_comes_back_the_second_school_is_the_first(
    in_gent: Account, joined: Callable[..., Enrolment], bob_actor: Actor
) -> None:
    others = pupils(1, institution="999913")
    run_import(bob_actor, csv_file(others))
    here = joined()
    run = run_import(bob_actor, csv_file([*others, pupil(1, **GENT)]))
    assert run.changed == 1
    back = Enrolment.objects.get(institution=bob_actor.institution, stamnummer="5")
    assert back.ends_on == date(2027, 8, 31)
    assert held(back)
    assert not held(here)


def test_an_item_prepared_before_the_pupil_was_held_is_skipped_at_the_save(
    joined: Callable[..., Enrolment], alice_actor: Actor
) -> None:
    enrolment = joined()
    Enrolment.objects.filter(pk=enrolment.pk).update(released_at="2026-11-23T10:00Z")
    ids = [enrolment.student_id]
    batch = drafts.prepare(by=alice_actor, student_ids=ids, purpose=Batch.Purpose.RENEW)
    Enrolment.objects.filter(pk=enrolment.pk).update(released_at=None)
    batch.items.update(hash="made")
    saves.save(by=alice_actor, batch_id=batch.pk)
    assert batch.items.get().obstacle == BatchItem.Obstacle.HELD
    assert Account.objects.get().password == "hash-of-the-old-password"


# Releasing --------------------------------------------------------------------------------------


def page(actor: Actor, enrolment: Enrolment, name: str = "student") -> str:
    return reverse(name, args=[actor.institution.number, enrolment.student_id])


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_held_school_gets_no_edit_page_but_the_reason(
    method: str, in_gent: Account, joined: Callable[..., Enrolment], alice_client: Client
) -> None:
    pupil_here = joined()
    number = pupil_here.institution.number
    edit = reverse("edit_credentials", args=[number, pupil_here.student_id])
    page = getattr(alice_client, method)(edit, {"generate": ""}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("student", args=[number, pupil_here.student_id])
    assert "je kunt de aanmeldgegevens nog niet wijzigen" in text(page)
    assert not Batch.objects.exists()


def test_the_held_school_reads_why_and_what_to_do(
    joined: Callable[..., Enrolment], alice_actor: Actor, alice_client: Client
) -> None:
    told = text(alice_client.get(page(alice_actor, joined())))
    assert "ook nog ingeschreven in een andere school" in told
    assert "vrijgeven" in told
    assert "Pas aanmeldgegevens aan" not in told
    assert "GENT" not in told


def test_the_first_school_releases_the_pupil_after_a_confirmation(
    joined: Callable[..., Enrolment],
    bob_actor: Actor,
    bob_client: Client,
    alice_actor: Actor,
    alice_client: Client,
) -> None:
    enrolment = joined()
    assert "Geef vrij" in text(bob_client.get(page(bob_actor, enrolment)))
    url = page(bob_actor, enrolment, "release_student")
    assert "kun je niet terugdraaien" in text(bob_client.get(url))
    assert held(enrolment)
    told = text(bob_client.post(url, follow=True))
    assert "is vrijgegeven voor de andere school" in told
    assert "Geef vrij" not in told
    assert not held(enrolment)
    assert obstacle(alice_actor, enrolment.student_id) == ""
    mine = text(bob_client.get(page(bob_actor, enrolment, "account_history")))
    assert "Vrijgegeven voor een andere instelling Bob" in mine
    theirs = text(alice_client.get(page(alice_actor, enrolment, "account_history")))
    assert "Vrijgegeven voor een andere instelling Andere instelling" in theirs
    assert "Bob" not in theirs


def test_no_school_releases_a_pupil_twice_or_for_itself(
    joined: Callable[..., Enrolment],
    alice_actor: Actor,
    alice_client: Client,
    bob_actor: Actor,
    bob_client: Client,
) -> None:
    enrolment = joined()
    told = text(alice_client.post(page(alice_actor, enrolment, "release_student"), follow=True))
    assert "geen andere school die op Voornaam1 wacht" in told
    assert held(enrolment)
    for _ in range(2):
        bob_client.post(page(bob_actor, enrolment, "release_student"))
    assert StudentEvent.objects.filter(kind=StudentEvent.Kind.RELEASED).count() == 1


def test_an_operator_releases_a_pupil_in_the_admin(
    joined: Callable[..., Enrolment], client: Client
) -> None:
    enrolment = joined()
    client.force_login(Manager.objects.create_superuser("op@x.test", "x" * 20, name="Operator"))
    url = reverse("admin:students_enrolment_changelist")
    asked = text(client.get(url))
    assert "1001" in asked
    assert "Inschrijvingen die wachten" in asked
    assert "Institution" not in asked
    told = text(
        client.post(url, {"action": "release", "_selected_action": [enrolment.pk]}, follow=True)
    )
    assert "Vrijgegeven: 1" in told
    assert not held(enrolment)
    event = StudentEvent.objects.get(kind=StudentEvent.Kind.RELEASED)
    assert (event.manager.name, event.institution) == ("Operator", None)
    assert event.ip_address == "127.0.0.1"


def test_an_enrolment_that_waits_has_no_page_with_the_pupils_data(
    joined: Callable[..., Enrolment], client: Client
) -> None:
    enrolment = joined()
    client.force_login(Manager.objects.create_superuser("op@x.test", "x" * 20, name="Operator"))
    for page in ("change", "history"):
        url = reverse(f"admin:students_enrolment_{page}", args=[enrolment.pk])
        assert client.get(url).status_code == 404


def test_a_class_change_is_a_line_in_the_pupils_history(
    joined: Callable[..., Enrolment], alice_actor: Actor, alice_client: Client, bob_client: Client
) -> None:
    joined()
    enrolment = joined(class_code="5B")
    for name in ("account_history", "detail_history"):
        assert "Klas gewijzigd" in text(alice_client.get(page(alice_actor, enrolment, name)))
    detail = text(alice_client.get(page(alice_actor, enrolment, "detail_history")))
    assert "Klas 6A 5B Alice" in detail
    theirs = reverse("account_history", args=["999913", enrolment.student_id])
    assert "Klas gewijzigd" not in text(bob_client.get(theirs))


def test_history_of_a_pupil_is_never_changed(joined: Callable[..., Enrolment]) -> None:
    joined(class_code="5B")
    event = StudentEvent.objects.first()
    with pytest.raises(TypeError):
        StudentEvent.objects.update(new="1A")
    with pytest.raises(TypeError):
        event.save()


def test_a_withdrawn_enrolment_of_a_pupil_without_number_finds_its_leerid_again(
    alice_actor: Actor, give_account: GiveAccount
) -> None:
    next_year = {"number": "", "starts_on": "01/09/2027", "ends_on": "31/08/2028"}
    run_import(alice_actor, csv_file([pupil(1, **next_year), pupil(2, **next_year)]))
    account = give_account(Enrolment.objects.get(stamnummer="1001"))
    gone: ImportRun = run_import(alice_actor, csv_file([pupil(2, **next_year)]))
    assert gone.ended == 1
    assert not Enrolment.objects.filter(stamnummer="1001").exists()
    run_import(alice_actor, csv_file([pupil(1, **next_year), pupil(2, **next_year)]))
    assert Enrolment.objects.get(stamnummer="1001").student.account == account
    kinds = set(account.student.events.values_list("kind", flat=True))
    assert StudentEvent.Kind.WITHDRAWN in kinds


def test_the_later_school_can_neither_deactivate_nor_activate(
    in_gent: Account, joined: Callable[..., Enrolment], alice_actor: Actor, bob_actor: Actor
) -> None:
    joined()
    for change in StatusChange:
        ids = [in_gent.student_id]
        preview = account_actions.change_status(by=alice_actor, change=change, student_ids=ids)
        assert [one.obstacle for one in preview.skipped] == [Obstacle.HELD]
        account_actions.change_status(by=bob_actor, change=StatusChange.DEACTIVATE, student_ids=ids)
    in_gent.refresh_from_db()
    assert in_gent.deactivated_by == bob_actor.manager


@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole database"
)
def test_pupils_of_another_school_are_locked_with_the_own_ones_in_one_order(
    in_gent: Account, joined: Callable[..., Enrolment]
) -> None:
    """Two schools that take over each other's pupils never wait in a circle."""
    with CaptureQueriesContext(connection) as queries:
        joined()
    [lock] = [
        query["sql"]
        for query in queries
        if 'FROM "students_student"' in query["sql"] and "FOR NO KEY UPDATE" in query["sql"]
    ]
    assert lock.startswith('SELECT "students_student"."id" ')
    assert lock.endswith("ORDER BY 1 ASC FOR NO KEY UPDATE")
    assert str(in_gent.student.identity_hash) in lock
