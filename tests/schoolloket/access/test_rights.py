"""Rights that change and end, and the page that shows them (R13)."""

from datetime import date, timedelta

import pytest
import time_machine

from schoolloket.access import actions
from schoolloket.access.grants import Grant
from schoolloket.core.exceptions import GivenByProvider, NoLongerHere, NotYourself
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import (
    AccessEvent,
    Institution,
    Invitation,
    Manager,
    Membership,
)
from tests.desk_client import DeskClient, signed_in_as
from tests.helpers import Enrol, invitation_to, manager_of
from tests.pages import desk, messages_on, queries_of, text
from tests.second_step import give_app, sign_in

pytestmark = pytest.mark.usefixtures("clock")

Kind = AccessEvent.Kind
Role = Membership.Role


@pytest.fixture
def carol(brussel: Institution) -> Manager:
    """A colleague of Alice."""
    return manager_of(brussel, "Carol")


@pytest.fixture
def carols(carol: Manager) -> Membership:
    return carol.memberships.get()


@pytest.fixture
def carol_client(carol: Manager) -> DeskClient:
    return signed_in_as(carol)


@pytest.fixture
def by(alice: Manager, brussel: Institution) -> Actor:
    """Alice, with her right."""
    return Actor(brussel, alice, "127.0.0.1", right=alice.memberships.get())


def may_enter(client: DeskClient) -> bool:
    return client.get(desk("students")).status_code == 200


# The end ---------------------------------------------------------------------------------------


def test_an_ended_right_bites_on_the_next_request(
    alice_client: DeskClient, carols: Membership, carol_client: DeskClient
) -> None:
    assert may_enter(carol_client)
    assert "kan vanaf de volgende klik niet meer" in text(
        alice_client.get(desk("end_right", carols.pk))
    )
    assert may_enter(carol_client)
    alice_client.post(desk("end_right", carols.pk))
    assert not may_enter(carol_client)
    event = AccessEvent.objects.filter(kind=Kind.REMOVED).get()
    assert (event.manager.name, event.by.name) == ("Carol", "Alice")


def test_every_right_of_the_manager_in_the_school_ends(by: Actor, carols: Membership) -> None:
    Membership.objects.create(
        manager=carols.manager, institution=by.institution, source=Membership.Source.PROVIDER
    )
    actions.end(by=by, right_id=carols.pk)
    assert not carols.manager.memberships.exists()


def test_the_invitations_of_who_had_to_go_end_too(
    by: Actor, carols: Membership, gent: Institution
) -> None:
    for institution in (by.institution, gent):
        invitation = invitation_to(institution)
        invitation.invited_by = carols.manager
        invitation.token_hash = institution.number
        invitation.save()
    actions.end(by=by, right_id=carols.pk)
    assert [one.institution for one in Invitation.objects.all()] == [gent]


def test_nobody_ends_or_changes_the_own_right(
    alice: Manager, alice_client: DeskClient, by: Actor
) -> None:
    own = alice.memberships.get()
    for page in ("end_right", "change_right"):
        answer = alice_client.post(desk(page, own.pk), {"role": "beheerder"})
        assert "niet voor jezelf" in messages_on(alice_client.get(answer.url))
    assert may_enter(alice_client)
    with pytest.raises(NotYourself):
        actions.end(by=by, right_id=own.pk)


def test_the_last_beheerder_stays(alice: Manager, carols: Membership, by: Actor) -> None:
    """Each ends the other at the same moment: the second one has no right any more."""
    carol = Actor(by.institution, carols.manager, right=carols)
    actions.end(by=by, right_id=carols.pk)
    with pytest.raises(NoLongerHere):
        actions.end(by=carol, right_id=alice.memberships.get().pk)
    assert alice.memberships.exists()


def test_a_beheerder_who_became_helper_changes_nobody(
    alice: Manager, carols: Membership, by: Actor
) -> None:
    mine = Actor(by.institution, carols.manager, right=carols)
    helper = Grant(Role.HELPER, ["6EM"], 2026, date(2027, 8, 31))
    actions.change(by=by, right_id=carols.pk, grant=helper)
    with pytest.raises(NoLongerHere):
        actions.end(by=mine, right_id=alice.memberships.get().pk)


def test_the_right_of_another_school_is_not_found(
    alice_client: DeskClient, bob: Manager, by: Actor
) -> None:
    his = bob.memberships.get()
    for page in ("end_right", "change_right", "reset_factor"):
        assert alice_client.get(desk(page, his.pk)).status_code == 404
        assert alice_client.post(desk(page, his.pk), {"role": "beheerder"}).status_code == 404
    assert bob.memberships.exists()


# A change --------------------------------------------------------------------------------------


def test_a_change_bites_on_the_next_request(
    alice_client: DeskClient,
    carols: Membership,
    carol_client: DeskClient,
    brussel: Institution,
    enrol: Enrol,
) -> None:
    enrol(brussel)
    assert carol_client.get(desk("import")).status_code == 200
    posted = {"role": "klashelper", "school_year": "2026", "classes": ["6EM"], "ends_on": ""}
    alice_client.post(desk("change_right", carols.pk), posted)
    assert carol_client.get(desk("import")).status_code == 404
    assert AccessEvent.objects.get(kind=Kind.RIGHT_CHANGED).detail == (
        "LeerID-beheerder → Klashelper van 6EM, tot en met 31 augustus 2027"
    )


def test_a_class_that_has_no_pupils_any_more_can_be_kept(
    alice_client: DeskClient, carols: Membership
) -> None:
    Membership.objects.filter(pk=carols.pk).update(
        role=Role.HELPER, classes=["6A"], school_year=2026, ends_on=date(2027, 8, 31)
    )
    page = alice_client.get(desk("change_right", carols.pk))
    assert "6A" in text(page)
    posted = {"role": "klashelper", "school_year": "2026", "classes": ["6A"]}
    alice_client.post(desk("change_right", carols.pk), posted | {"ends_on": "2026-12-24"})
    carols.refresh_from_db()
    assert (carols.classes, carols.ends_on) == (["6A"], date(2026, 12, 24))


def test_the_right_of_a_provider_changes_there_only(by: Actor, carol: Manager) -> None:
    right = carol.memberships.get()
    Membership.objects.filter(pk=right.pk).update(source=Membership.Source.PROVIDER)
    with pytest.raises(GivenByProvider):
        actions.change(by=by, right_id=right.pk, grant=Grant(Role.MANAGER))


# Time ------------------------------------------------------------------------------------------


def test_a_right_lasts_through_its_last_day(
    carols: Membership, carol_client: DeskClient, clock: time_machine.Traveller
) -> None:
    Membership.objects.filter(pk=carols.pk).update(ends_on=date(2026, 11, 23))
    assert may_enter(carol_client)
    clock.shift(timedelta(hours=14, minutes=1))
    carol_client.force_login(carols.manager)
    assert not may_enter(carol_client)


def test_after_twelve_months_without_a_sign_in_a_right_is_over_for_good(
    carols: Membership, clock: time_machine.Traveller
) -> None:
    assert may_enter(sign_in(DeskClient(), "carol@school.test"))
    clock.move_to(clock_day := carols.given_at + timedelta(days=364))
    assert may_enter(sign_in(DeskClient(), "carol@school.test"))
    clock.move_to(clock_day + timedelta(days=368))
    for _ in range(2):
        assert not may_enter(sign_in(DeskClient(), "carol@school.test"))


def test_who_never_signed_in_loses_the_right_after_twelve_months(
    alice: Manager, carols: Membership, clock: time_machine.Traveller
) -> None:
    clock.move_to(carols.given_at + timedelta(days=367))
    assert not may_enter(sign_in(DeskClient(), "carol@school.test"))


def test_a_change_revives_a_right_that_an_idle_year_ended(
    by: Actor, alice: Manager, carols: Membership, clock: time_machine.Traveller
) -> None:
    clock.move_to(carols.given_at + timedelta(days=367))
    alice.memberships.update(seen_at=carols.given_at + timedelta(days=366))
    actions.change(by=by, right_id=carols.pk, grant=Grant(Role.MANAGER))
    assert may_enter(sign_in(DeskClient(), "carol@school.test"))


# The page --------------------------------------------------------------------------------------


def test_the_page_says_who_works_here_and_how(
    alice: Manager, alice_client: DeskClient, carols: Membership, bob: Manager
) -> None:
    give_app(alice)
    Membership.objects.filter(pk=carols.pk).update(
        role=Role.HELPER, classes=["6A", "6B"], school_year=2026, ends_on=date(2026, 11, 22)
    )
    page = text(alice_client.get(desk("access")))
    assert "Alice (jij) alice@school.test LeerID-beheerder" in page
    assert "Klashelper van 6A, 6B, tot en met 22 november 2026" in page
    assert "Geëindigd op 22 november 2026" in page
    assert "Nog geen" in page
    assert "Bob" not in page


def test_the_page_calls_an_idle_right_ended(
    alice_client: DeskClient, carols: Membership, clock: time_machine.Traveller
) -> None:
    Membership.objects.filter(pk=carols.pk).update(given_at=carols.given_at - timedelta(days=367))
    assert "12 maanden niet aangemeld" in text(alice_client.get(desk("access")))


def test_the_log_is_narrowed_to_one_colleague(
    alice: Manager, alice_client: DeskClient, carol: Manager, bob: Manager
) -> None:
    sign_in(DeskClient(), "carol@school.test")
    sign_in(DeskClient(), "bob@school.test")
    events = alice_client.get(desk("access"), {"wie": carol.pk}).context["events"]
    assert {one.manager.name for one in events} == {"Carol"}
    everybody = alice_client.get(desk("access"), {"wie": bob.pk}).context["events"]
    assert {one.manager.name for one in everybody} == {"Alice", "Carol"}


@pytest.mark.parametrize("asked", [{"pagina": "99"}, {"pagina": "x"}, {"wie": "x"}])
def test_what_nobody_asked_for_is_answered(alice_client: DeskClient, asked: dict[str, str]) -> None:
    assert alice_client.get(desk("access"), asked).status_code == 200


def test_the_page_asks_the_database_as_often_for_one_as_for_twenty(
    alice_client: DeskClient, brussel: Institution
) -> None:
    few = queries_of(alice_client, desk("access"))
    for number in range(20):
        give_app(manager_of(brussel, f"Collega{number}"))
    assert queries_of(alice_client, desk("access")) == few <= 11
