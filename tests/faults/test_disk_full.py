"""The disk is full: a clear message and no change; with room again the manager goes on (R3)."""

import os
from collections.abc import Callable
from typing import Any, cast

import pytest
from django.db import connection

from . import figures, oracle
from .helpers import LONG
from .manager import Answer, Manager, printed
from .oracle import State
from .rig import ALIAS, Cluster, Rig, SqliteFiles

STEPS: dict[str, Callable[[Manager], Any]] = {
    "large_listed": Manager.prepare,
    "large_hashed": Manager.save,
}
PAGE = 4096
# Room for this many pages more: with some of these, a renewal of 200 pupils does not fit.
ROOM = range(0, 100, 3) if LONG else (0, 4, 15)

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")


@sqlite_only
@pytest.mark.parametrize("stage", STEPS)
def test_the_database_may_have_no_more_pages(large_stages: Rig, stage: str) -> None:
    files = cast(SqliteFiles, large_stages.databases)
    refused = 0
    for room in ROOM:
        pages = os.path.getsize(files.path(stage)) // PAGE
        refused += _try(large_stages, stage, "page limit", most_pages=pages + room)
    assert refused


@sqlite_only
@pytest.mark.parametrize("stage", STEPS)
def test_no_file_may_grow(large_stages: Rig, stage: str) -> None:
    refused = 0
    for room in ROOM:
        # SQLite's journal starts empty; its first 32 bytes are a header.
        refused += _try(large_stages, stage, "file limit", most_bytes=32 + room * (PAGE + 24))
    assert refused


def _try(rig: Rig, stage: str, kind: str, **limit: int) -> bool:
    """Take the step with this little room; return whether it was refused."""
    with rig.at_stage(stage) as (database, manager):
        before = State.now(ALIAS)
        server = rig.start(database, **limit)
        manager.port = server.port
        answer = STEPS[stage](manager)
        server.kill()
        if answer.status == 503:
            _tells(answer, "De schijf is vol.")
        assert oracle.wrong_since(before, using=ALIAS) == []
        # Otherwise all of it was done, and the session or the page after it failed.
        is_refused = answer.status == 503 and _nothing_changed(before)
        with rig.restarted(database, manager):
            _carry_on(manager, before)
    figures.note(f"disk full, {kind}", rig.databases.vendor, tried=1, landed=is_refused, losses=0)
    return is_refused


def _tells(answer: Answer, why: str) -> None:
    assert why in answer.text
    assert "Er is niets half gebeurd" in answer.text


def _nothing_changed(before: State) -> bool:
    now = State.now(ALIAS)
    states = [[batch["state"] for batch in each.batches.values()] for each in (before, now)]
    same = (now.accounts, now.events) == (before.accounts, before.events)
    return same and now.usernames == before.usernames and states[0] == states[1]


def _carry_on(manager: Manager, before: State) -> None:
    archive = manager.carry_on().body
    assert printed(archive) == manager.shown
    assert oracle.wrong_since(before, using=ALIAS) == []


# PostgreSQL ------------------------------------------------------------------------------------

# As large as a segment of the journal, which the backend must go on writing.
MOST_BYTES = str(1024 * 1024)
A_LONG_HISTORY = """
INSERT INTO accounts_accountevent (account_id, kind, at, by_pupil, operation_id)
SELECT id, 'renewed', now(), false, gen_random_uuid() FROM accounts_account, generate_series(1, 90)
"""


@postgresql_only
def test_the_table_of_the_history_may_not_grow(large_stages: Rig) -> None:
    """Just before it writes to the table, the backend may make no file larger any more."""
    stages, cluster = large_stages, cast(Cluster, large_stages.databases)
    point = ("save", _number_of_the_history(stages), "before")
    with stages.at_stage("large_hashed") as (database, manager):
        cluster.tell(A_LONG_HISTORY, database=database)
        before = State.now(ALIAS)
        with stages.paused(database, manager, Manager.save, point) as (server, answer):
            backend = server.journal()["backend"]
            cluster.limit_files(backend, MOST_BYTES)
            server.go_on()
            assert answer.result().status == 503
            # PostgreSQL has no error code for this one error.
            _tells(answer.result(), "De gegevens zijn even niet bereikbaar")
            assert _nothing_changed(before)
            cluster.limit_files(backend, "unlimited")
            _carry_on(manager, before)
    figures.note("disk full, file limit", "postgresql", tried=1, landed=1, losses=0)


def _number_of_the_history(rig: Rig) -> int:
    met = rig.statements("large_hashed", "save", Manager.save)
    return 1 + next(n for n, sql in enumerate(met) if "accounts_accountevent" in sql)
