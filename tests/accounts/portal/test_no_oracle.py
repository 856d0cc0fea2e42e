"""No response reveals whether a username exists, or the state of its LeerID."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from schoolloket.core import background
from tests.pages import html

from .helpers import (
    FORGOTTEN,
    OWN,
    SIGN_IN,
    TEMPORARY,
    WORD,
    device,
    sign_in,
    signed_in,
    without_csrf,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WRONG = "35pak2"

# The states of a username: of nobody, and of each kind of account.
STATES = [
    "unknown",
    "word",
    "pictures",
    "temporary",
    "own",
    "linked",
    "signed_in_before",
    "ended",
    "deactivated",
    "waiting",
    "hammered",
]
# Headers that depend only on the session or on the form's token.
IGNORED_HEADERS = {"Set-Cookie", "Date"}


@pytest.fixture
def state(request: pytest.FixtureRequest) -> str:
    """Bring a username into the state that the parameter names; return the username."""
    name: str = request.param
    if name == "unknown":
        return "wie.is.dat"
    account: Account = request.getfixturevalue(
        {"signed_in_before": "own", "waiting": "word", "hammered": "word"}.get(name, name)
    )
    if name == "signed_in_before":
        signed_in(account.username, OWN)
    for number in range({"waiting": 6, "hammered": 12}.get(name, 0)):
        # From one IP address the next attempt has to wait; from many the account is hammered.
        sign_in(
            device("10.0.0.9" if name == "waiting" else f"10.0.1.{number}"), account.username, WRONG
        )
    return account.username


def seen(response: HttpResponse, username: str) -> tuple[object, ...]:
    """All that a response reveals: status, headers, names of cookies, page."""
    page = without_csrf(response).replace(username, "USERNAME")
    headers = {k: v for k, v in response.headers.items() if k not in IGNORED_HEADERS}
    headers.pop("Content-Length", None)
    return response.status_code, headers, sorted(response.cookies), page


@pytest.mark.parametrize("state", STATES, indirect=True)
@pytest.mark.parametrize("wijze", ["woord", "afbeeldingen"])
def test_wrong_password_is_answered_alike(state: str, wijze: str) -> None:
    given = {"picture": ["vis", "bal", "boom", "huis"]} if wijze == "afbeeldingen" else {}
    response = sign_in(device("10.0.0.9"), state, WRONG, wijze=wijze, **given)
    nobody = sign_in(device("10.0.0.9"), "niet.bestaand", WRONG, wijze=wijze, **given)
    assert seen(response, state) == seen(nobody, "niet.bestaand")


@pytest.mark.parametrize(
    ("state", "password"),
    [("ended", OWN), ("deactivated", OWN), ("waiting", WORD)],
    indirect=["state"],
)
def test_right_password_that_may_not_sign_in_is_answered_alike(state: str, password: str) -> None:
    response = sign_in(device("10.0.0.9"), state, password)
    nobody = sign_in(device("10.0.0.9"), "niet.bestaand", password)
    assert seen(response, state) == seen(nobody, "niet.bestaand")


@pytest.mark.parametrize("state", STATES, indirect=True)
def test_page_before_the_attempt_is_alike(state: str) -> None:
    response = device().get(SIGN_IN + state)
    nobody = device().get(f"{SIGN_IN}niet.bestaand")
    assert seen(response, state) == seen(nobody, "niet.bestaand")


@pytest.mark.parametrize("state", STATES, indirect=True)
def test_reset_is_answered_alike(state: str) -> None:
    response = device().post(FORGOTTEN, {"username": state})
    nobody = device().post(FORGOTTEN, {"username": "niet.bestaand"})
    assert seen(response, state) == seen(nobody, "niet.bestaand")
    assert state not in html(response)


def statements(username: str, *, url: str = SIGN_IN) -> list[str]:
    """The statements of an attempt: the command of each, and its tables."""
    fields = {"username": username, "password": WRONG, "sign_in": ""}
    with CaptureQueriesContext(connection) as captured:
        device("10.0.0.9").post(url, fields)
    return [
        " ".join([sql.split()[0], *sorted(set(re.findall(r'"([a-z]+_[a-z]+)"', sql)))])
        for sql in (query["sql"] for query in captured.captured_queries)
    ]


@pytest.mark.parametrize("state", [state for state in STATES if state != "waiting"], indirect=True)
def test_wrong_password_takes_the_same_statements(state: str) -> None:
    asked = statements(state)
    assert asked == statements("niet.bestaand")
    # Two looks: for the account, and whether the attempt has to wait. A transaction that counts
    # the attempt; one that notes why it failed.
    transactions = 4 + 4
    if connection.vendor == "postgresql":
        transactions += 2
    assert len(asked) == 2 + transactions


@pytest.mark.parametrize("silence", [timedelta(0), timedelta(seconds=2)])
@pytest.mark.parametrize("state", [state for state in STATES if state != "waiting"], indirect=True)
def test_attempt_that_has_to_wait_takes_the_same_statements_and_no_hash(
    state: str, silence: timedelta, clock: time_machine.Traveller
) -> None:
    """Whether it has to depends on the failures alone; in a flood it only reads."""

    def asked(username: str) -> list[str]:
        for _ in range(6):
            sign_in(device("10.0.0.9"), username, WRONG)
        clock.shift(silence)
        with patch("accounts.portal.actions.sessions.check_password") as verify:
            seen = statements(username)
        assert not verify.called
        return seen

    assert asked(state) == asked("niet.bestaand")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("username", ["wout.woord", "niet.bestaand"])
def test_every_transaction_of_a_failed_attempt_writes(word: Account, username: str) -> None:
    """A transaction that writes nothing has nothing to flush, and ends sooner."""
    written: list[int] = []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        cursor = execute(sql, *rest)
        if sql.startswith(("INSERT", "UPDATE")):
            written[-1] += rest[-1]["cursor"].rowcount
        return cursor

    enter = transaction.Atomic.__enter__

    def begin(atomic: transaction.Atomic) -> None:
        written.append(0)
        enter(atomic)

    with (
        connection.execute_wrapper(watch),
        patch.object(transaction.Atomic, "__enter__", begin),
    ):
        sign_in(device("10.0.0.9"), username, WRONG)
    assert len(written) == 2
    assert all(written)


@pytest.mark.parametrize("state", STATES, indirect=True)
def test_reset_takes_the_same_statements_and_leaves_the_rest_for_later(state: str) -> None:
    with patch.object(background, "run") as run:
        asked = statements(state, url=FORGOTTEN)
        assert asked == statements("niet.bestaand", url=FORGOTTEN)
    assert run.call_count == 2


@pytest.mark.parametrize("state", STATES, indirect=True)
def test_every_attempt_costs_one_hash(state: str) -> None:
    """But one that has to wait: from another address the first of a username never has to."""
    with patch("accounts.portal.actions.sessions.check_password", return_value=False) as verify:
        sign_in(device(), state, WRONG)
    assert verify.call_count == 1


def test_first_sign_in_with_a_temporary_password_is_no_news_to_others(temporary: Account) -> None:
    before = sign_in(device("10.0.0.8"), temporary.username, WRONG)
    signed_in(temporary.username, TEMPORARY)
    after = sign_in(device("10.0.0.8"), temporary.username, WRONG)
    assert seen(before, temporary.username) == seen(after, temporary.username)
