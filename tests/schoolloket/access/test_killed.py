"""Killed at a statement of an invitation, an end or a reset: all of it or nothing (R13, R14)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from schoolloket.access import actions
from schoolloket.access.grants import Grant
from schoolloket.core import background
from schoolloket.institutions.actors import Actor, Author
from schoolloket.institutions.models import (
    AccessEvent,
    Institution,
    Invitation,
    Manager,
    Membership,
)
from schoolloket.institutions.second_factor import actions as factors
from tests.desk_client import DeskClient
from tests.helpers import invitation_to, manager_of
from tests.pages import desk, text
from tests.second_step import give_app, unused_recovery_code

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db(transaction=True)]

MOST_STATEMENTS = 60
BEHEERDER = Grant(Membership.Role.MANAGER)


class Killed(Exception):
    """The process went away at this statement."""


@contextmanager
def killed_after(number: int) -> Iterator[None]:
    """Let the process go away right after so many statements, the start of a transaction apart."""
    seen = 0

    def counting(execute: Callable[..., Any], sql: str, *values: Any) -> Any:
        nonlocal seen
        result = execute(sql, *values)
        seen += not sql.startswith("BEGIN")
        if seen == number:
            raise Killed
        return result

    with connection.execute_wrapper(counting):
        yield


def everything() -> list[object]:
    models = (Manager, Membership, Invitation, Authenticator, AccessEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


def kill_at_each_statement(work: Callable[[], object]) -> int:
    """Kill the work after each of its statements, then let it end; return how many there were."""
    before = everything()
    for number in range(1, MOST_STATEMENTS):
        try:
            with killed_after(number):
                work()
        except Killed:
            assert everything() == before, f"half done after statement {number}"
        else:
            assert everything() != before
            return number
    raise AssertionError("the work never ended")


@pytest.fixture(autouse=True)
def _mails_stay_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that went away sends none: they are sent once all is committed."""
    monkeypatch.setattr(background, "run_after_commit", lambda work, **arguments: None)


@pytest.fixture
def by(alice: Manager, brussel: Institution) -> Actor:
    return Actor(brussel, alice, "127.0.0.1", right=alice.memberships.get())


@pytest.fixture
def carol(brussel: Institution) -> Manager:
    carol = manager_of(brussel, "Carol")
    give_app(carol)
    unused_recovery_code(carol)
    invitation = invitation_to(brussel)
    invitation.invited_by = carol
    invitation.save()
    return carol


def test_an_invitation_is_there_with_all_that_belongs_to_it_or_not_at_all(
    by: Actor, alice_client: DeskClient
) -> None:
    invite = partial(actions.invite, by=by, email="els@school.test", grant=BEHEERDER)
    assert kill_at_each_statement(invite) > 5
    assert "els@school.test" in text(alice_client.get(desk("access")))


def test_who_joins_has_the_right_and_is_on_the_page_or_can_still_join(
    by: Actor, alice_client: DeskClient
) -> None:
    token = actions.invite(by=by, email="els@school.test", grant=BEHEERDER)
    newcomer = {"name": "Els Engels", "password": "vier-blauwe-fietsen"}
    join = partial(actions.join, token=token, **newcomer)
    assert kill_at_each_statement(join) > 5
    assert "Els Engels" in text(alice_client.get(desk("access")))


def test_a_right_ends_with_its_invitations_or_not_at_all(by: Actor, carol: Manager) -> None:
    right = carol.memberships.get()
    assert kill_at_each_statement(partial(actions.end, by=by, right_id=right.pk)) > 5
    assert not carol.memberships.exists()
    assert not Invitation.objects.exists()


def test_a_factor_is_erased_with_its_sessions_or_not_at_all(by: Actor, carol: Manager) -> None:
    version = carol.session_version
    by_alice = Author(manager=by.manager)
    reset = partial(factors.reset, manager=carol, by=by_alice, reason="verloren")
    assert kill_at_each_statement(reset) > 5
    carol.refresh_from_db()
    assert carol.session_version == version + 1
    assert not Authenticator.objects.exists()
