"""Where another transaction holds a row, an attempt waits and never ends in an error."""

import sqlite3
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection, connections, transaction

from accounts.models import Account
from accounts.portal import throttling
from accounts.portal.actions import transactions
from accounts.portal.models import AttemptCount
from tests.at_once import at_once

from .helpers import WORD, device, gets_in

WRONG = "35pak2"

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite locks the whole file."
)


def error_of(cause: Exception) -> OperationalError:
    error = OperationalError("locked")
    error.__cause__ = cause
    return error


def sqlite_error(code: int) -> Exception:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT])
@pytest.mark.parametrize("method", ["lock", "write"])
@pytest.mark.parametrize("password", [WORD, WRONG])
def test_busy_file_is_a_wait(word: Account, code: int, method: str, password: str) -> None:
    error = error_of(sqlite_error(code))
    with patch.object(type(AttemptCount.objects.all()), method, side_effect=error):
        assert not gets_in(device(), word.username, password)
        assert not gets_in(device(), "wie.is.dat", password)


def test_other_errors_of_the_database_stay_errors(word: Account) -> None:
    error = error_of(sqlite_error(sqlite3.SQLITE_FULL))
    with (
        patch.object(type(AttemptCount.objects.all()), "lock", side_effect=error),
        pytest.raises(OperationalError),
    ):
        gets_in(device(), word.username, WORD)


@pytest.fixture
def _short_patience() -> Iterator[None]:
    with patch.object(transactions, "LOCK_TIMEOUT", "50ms"):
        yield


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize("held", ["account", "count"])
def test_row_that_another_holds_makes_an_attempt_wait(word: Account, held: str) -> None:
    credentials = throttling.credentials_of(word.username, word.credentials_version)
    key = throttling.account_key(credentials)
    assert not gets_in(device(), word.username, WRONG)

    with transaction.atomic():
        if held == "account":
            Account.objects.select_for_update().get(pk=word.pk)
        else:
            AttemptCount.objects.select_for_update().get(key=key)
        for password in (WORD, WRONG):
            [got_in] = at_once(lambda password=password: gets_in(device(), word.username, password))
            assert not got_in
    assert gets_in(device(), word.username, WORD)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_patience_ends_with_the_transaction() -> None:
    with transactions.impatient_transaction(), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == (transactions.LOCK_TIMEOUT,)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_short_patience")
def test_lock_that_is_not_had_is_told_from_other_errors(word: Account) -> None:
    def held_elsewhere() -> None:
        with transactions.impatient_transaction():
            Account.objects.select_for_update().get(pk=word.pk)

    with transaction.atomic():
        Account.objects.select_for_update().get(pk=word.pk)
        with pytest.raises(transactions.Locked):
            at_once(held_elsewhere)
    connections.close_all()
