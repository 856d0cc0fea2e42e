"""Who lost the second factor is helped by somebody else, never alone (R14)."""

from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail

from schoolloket.core.exceptions import NotYourself, OnlyAnOperator, ReasonMissing
from schoolloket.institutions.actors import Author
from schoolloket.institutions.emails import enrolment_link
from schoolloket.institutions.models import AccessEvent, Institution, Manager, Membership
from schoolloket.institutions.second_factor import actions
from tests.desk_client import DeskClient
from tests.helpers import PASSWORD, manager_of
from tests.pages import desk, messages_on, text
from tests.second_step import code_of, give_app, sign_in, type_code, type_password

pytestmark = pytest.mark.usefixtures("clock")
commits = pytest.mark.django_db(transaction=True)

REASON = "telefoon verloren"


@pytest.fixture
def carol(brussel: Institution) -> Manager:
    """A colleague of Alice, who lost her telephone."""
    carol = manager_of(brussel, "Carol")
    give_app(carol)
    return carol


def page_for(manager: Manager) -> str:
    return desk("reset_factor", manager.memberships.first().pk)


def has_factor(manager: Manager) -> bool:
    return Authenticator.objects.filter(user=manager).exists()


def test_a_colleague_erases_it_with_a_reason(alice_client: DeskClient, carol: Manager) -> None:
    alice_client.post(page_for(carol), {"reason": REASON})
    assert not has_factor(carol)
    event = AccessEvent.objects.get(kind=AccessEvent.Kind.FACTOR_RESET)
    assert (event.manager, event.by.name, event.detail) == (carol, "Alice", REASON)


def test_without_a_reason_nothing_is_erased(alice_client: DeskClient, carol: Manager) -> None:
    answer = alice_client.post(page_for(carol), {"reason": " "})
    assert "Geef een reden" in text(answer)
    assert has_factor(carol)
    with pytest.raises(ReasonMissing):
        actions.reset(manager=carol, by=Author(), reason=" ")


def test_every_session_of_the_manager_ends(alice_client: DeskClient, carol: Manager) -> None:
    client = sign_in(DeskClient(), carol.email)
    assert client.get(desk("students")).status_code == 200
    alice_client.post(page_for(carol), {"reason": REASON})
    assert client.get(desk("students")).url.startswith("/aanmelden/?next=")


def test_the_password_and_the_old_code_open_nothing(
    alice_client: DeskClient, carol: Manager
) -> None:
    thief = sign_in(DeskClient(), carol.email)
    alice_client.post(page_for(carol), {"reason": REASON})
    type_password(thief, carol.email)
    type_code(thief, code_of())
    assert thief.get(desk("students")).url == "/aanmelden/tweede-stap/"
    assert thief.get("/aanmelden/mijn/app/").url == "/aanmelden/tweede-stap/"


@commits
def test_the_manager_and_all_beheerders_of_the_school_are_told(
    alice: Manager, bob: Manager, carol: Manager, alice_client: DeskClient
) -> None:
    alice_client.post(page_for(carol), {"reason": REASON})
    told = {mail.to[0] for mail in mail.outbox if "gewist" in mail.subject}
    assert told == {alice.email, carol.email}
    assert all(REASON in mail.body for mail in mail.outbox if "gewist" in mail.subject)
    [link] = [mail for mail in mail.outbox if "gewist" not in mail.subject]
    assert link.to == [carol.email]
    assert "/aanmelden/tweede-stap/" in link.body


def test_nobody_erases_the_own_one(alice: Manager, alice_client: DeskClient) -> None:
    give_app(alice)
    answer = alice_client.post(page_for(alice), {"reason": REASON})
    assert "niet voor jezelf" in messages_on(alice_client.get(answer.url))
    assert has_factor(alice)
    with pytest.raises(NotYourself):
        actions.reset(manager=alice, by=Author(manager=alice), reason=REASON)


def test_the_manager_of_another_school_is_not_found(
    bob: Manager, alice_client: DeskClient, alice: Manager
) -> None:
    give_app(bob)
    assert alice_client.post(page_for(bob), {"reason": REASON}).status_code == 404
    assert has_factor(bob)


def test_who_works_here_no_longer_is_not_found(
    alice_client: DeskClient, carol: Manager, gent: Institution
) -> None:
    """Who left may work in another school, which helps instead."""
    page = page_for(carol)
    carol.memberships.update(ends_on=date(2026, 11, 22))
    Membership.objects.create(manager=carol, institution=gent)
    assert alice_client.post(page, {"reason": REASON}).status_code == 404
    assert has_factor(carol)
    assert "Wis de tweede stap" not in text(alice_client.get(desk("access")))


@commits
def test_a_beheerder_whose_right_ended_is_not_told(
    alice: Manager, carol: Manager, brussel: Institution, alice_client: DeskClient
) -> None:
    manager_of(brussel, "Dirk").memberships.update(ends_on=date(2026, 11, 22))
    alice_client.post(page_for(carol), {"reason": REASON})
    assert {to for one in mail.outbox for to in one.to} == {alice.email, carol.email}


def test_at_a_desk_nobody_erases_that_of_an_operator(
    brussel: Institution, alice: Manager, alice_client: DeskClient
) -> None:
    olga = Manager.objects.create_superuser("olga@loket.test", PASSWORD, name="Olga")
    Membership.objects.create(manager=olga, institution=brussel)
    give_app(olga)
    answer = alice_client.post(page_for(olga), {"reason": REASON})
    assert "Alleen een operator" in messages_on(alice_client.get(answer.url))
    assert has_factor(olga)
    with pytest.raises(OnlyAnOperator):
        actions.reset(manager=olga, by=Author(manager=alice), reason=REASON)


def test_it_takes_a_fresh_factor(
    alice: Manager, carol: Manager, alice_client: DeskClient, clock: time_machine.Traveller
) -> None:
    give_app(alice)
    clock.shift(timedelta(minutes=11))
    answer = alice_client.post(page_for(carol), {"reason": REASON})
    assert answer.url.startswith("/aanmelden/bevestigen/")
    assert has_factor(carol)


def test_a_link_from_before_does_not_enrol_again(alice_client: DeskClient, carol: Manager) -> None:
    """The manager has no factor again, as at the first link: it stays dead all the same."""
    Authenticator.objects.filter(user=carol).delete()
    old = enrolment_link(carol).removeprefix("http://localhost:8000")
    give_app(carol)
    alice_client.post(page_for(carol), {"reason": REASON})
    type_password(client := DeskClient(), carol.email)
    client.get(old)
    assert client.get("/aanmelden/mijn/app/").url == "/aanmelden/tweede-stap/"
