"""The pages for a failure of the database: no bare 500, and no promise that may not hold."""

import sqlite3

import psycopg
import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts.models import Account
from tests.pages import desk, text

LIST = desk("students")
PREPARE = desk("start_batch")


class Failing:
    """Takes the place of a function, and fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self, *_: object) -> None:
        raise self.error


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def full() -> Exception:
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    return caused(OperationalError("database or disk is full"), cause)


@pytest.fixture
def fragile(alice_client: Client) -> Client:
    """Alice's browser, which shows the page for a failure instead of raising it."""
    alice_client.raise_request_exception = False
    return alice_client


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let every request inside an institution fail with this error."""
    monkeypatch.setattr("credentials.middleware._anything_expired", Failing(error))


LOST = OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize(
    "error",
    [
        LOST,
        InterfaceError("connection already closed"),
        OperationalError("database is locked"),
        caused(OperationalError("x"), psycopg.errors.AdminShutdown("x")),
    ],
)
def test_a_database_that_does_not_answer(
    error: Exception, fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, error)
    answer = fragile.get(LIST)
    assert answer.status_code == 503
    assert "De gegevens zijn even niet bereikbaar" in text(answer)
    assert "Er is niets half gebeurd" in text(answer)


def test_a_page_that_fails_may_be_where_a_save_led_to(
    fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the page is offered again, and claims nothing about what was changed."""
    fail(monkeypatch, LOST)
    answer = fragile.get(f"{LIST}?zoek=x&klas=6A")
    assert "niets gewijzigd" not in text(answer)
    assert f'href="{LIST}?zoek=x&amp;klas=6A">Kijk hoe het staat' in answer.content.decode()


@pytest.mark.parametrize(
    "error", [full(), caused(OperationalError("x"), psycopg.errors.DiskFull("x"))]
)
def test_a_full_disk_is_named(
    error: Exception, fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, error)
    answer = fragile.post(PREPARE)
    assert answer.status_code == 503
    assert "De schijf is vol." in text(answer)
    assert "Er is niets half gebeurd" in text(answer)


def test_after_a_post_the_page_leads_to_where_its_outcome_shows(
    fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, LOST)
    page = f"http://localhost:8000{LIST}?zoek=x"
    answer = fragile.post(PREPARE, headers={"referer": page, "host": "localhost:8000"})
    assert "niets gewijzigd" not in text(answer)
    assert f'href="{page}">Kijk hoe het staat' in answer.content.decode()
    assert f'href="{desk("batches")}">Afdrukken' in answer.content.decode()


def test_another_failure_is_not_called_a_failure_of_the_database(
    fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, RuntimeError("a bug"))
    answer = fragile.get(LIST)
    assert answer.status_code == 500
    assert "Er ging iets mis" in text(answer)


def test_the_page_needs_no_database(
    charlie: Account, fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the failure is in reading who is signed in."""
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", Failing(LOST))
    assert fragile.get(LIST).status_code == 503


def test_a_session_that_cannot_be_written_after_the_work_is_a_failure(
    fragile: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django calls that a bad request, but the work is done by then."""

    def lost(*_: object, **__: object) -> None:
        raise UpdateError from LOST

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", lost)
    answer = fragile.post(PREPARE)
    assert answer.status_code == 503
    assert "Er is niets half gebeurd" in text(answer)


def test_a_bad_request_changed_nothing(client: Client, db: None) -> None:
    answer = client.get("/", headers={"host": "elders.example"})
    assert answer.status_code == 400
    assert "Er is niets gewijzigd." in text(answer)
