"""PostgreSQL ends the connection, or is restarted, in the middle of a save (R3, R4).

All of it is saved or nothing; the manager is asked to have a look, and then sees the truth.
"""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from django.db import connection, connections

from . import figures, oracle
from .helpers import LONG
from .manager import Answer, Manager, printed
from .oracle import State
from .rig import ALIAS, Cluster, Point, Rig, Server
from .server import LOSE

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")

TIMES = 50 if LONG else 5


@pytest.fixture
def cluster(stages: Rig) -> Cluster:
    return cast(Cluster, stages.databases)


def _spread(points: list[Point], times: int) -> Iterator[Point]:
    """Return this many of the points, evenly spread, with the last one."""
    for index in range(times):
        yield points[-1 - index * len(points) // times % len(points)]


def _from_the_save(rig: Rig) -> list[Point]:
    """Before and after every statement of the save, its COMMIT, and every later one."""
    met = rig.statements("hashed", "save", Manager.save)
    began = next(n for n, sql in enumerate(met, 1) if "institutions_institution" in sql and n > 10)
    return [
        ("save", number, when)
        for number in range(began, len(met) + 1)
        for when in ("before", "after")
    ]


def test_the_backend_is_terminated_in_mid_save(stages: Rig, cluster: Cluster) -> None:
    def terminate(server: Server) -> None:
        cluster.tell("SELECT pg_terminate_backend(%s)", server.journal()["backend"])

    for point in _spread(_from_the_save(stages), TIMES):
        _save_while(stages, point, terminate)
        figures.note("backend terminated in mid-save", "postgresql", tried=1, landed=1, losses=0)


def test_the_database_is_restarted_in_mid_save(stages: Rig, cluster: Cluster) -> None:
    def restart(_: Server) -> None:
        cluster.control("restart")

    for point in _spread(_from_the_save(stages), TIMES):
        _save_while(stages, point, restart)
        figures.note("immediate restart in mid-save", "postgresql", tried=1, landed=1, losses=0)


def _save_while(rig: Rig, point: Point, fault: Callable[[Server], None]) -> None:
    with rig.at_stage("hashed") as (database, manager):
        before = State.now(ALIAS)
        with rig.paused(database, manager, Manager.save, point) as (server, answer):
            fault(server)
            server.go_on()
            _read_and_carry_on(manager, answer.result(), before)


def _read_and_carry_on(manager: Manager, answer: Answer, before: State) -> None:
    """All or nothing was saved, and the same web processes go on as soon as the database does."""
    oracle_looks_again()
    assert oracle.wrong_since(before, using=ALIAS) == []
    is_saved = any(batch["number"] for batch in State.now(ALIAS).batches.values())
    assert answer.status == 503 or is_saved, answer.status
    if answer.status == 503:
        assert "Er is niets half gebeurd" in answer.text
        assert "Kijk hoe het staat" in answer.text
    archive = manager.carry_on().body
    assert printed(archive) == manager.shown
    assert oracle.wrong_since(before, using=ALIAS) == []
    assert len({event[1] for event in State.now(ALIAS).events.values()}) == 1


def test_the_commit_is_done_and_the_answer_is_lost(stages: Rig) -> None:
    """The COMMIT of the save, and that of the session, which comes after it."""
    met = stages.statements("hashed", "save", Manager.save)
    *_, save, session = [n for n, sql in enumerate(met, 1) if sql == "COMMIT"]
    for number in (save, session) * (TIMES // 2):
        _lose(stages, ("save", number, "after"))
        figures.note("committed, answer lost", "postgresql", tried=1, landed=1, losses=0)


def _lose(rig: Rig, point: Point) -> None:
    with rig.at_stage("hashed") as (database, manager):
        before = State.now(ALIAS)
        with rig.running(database, point=point, fault=LOSE) as server:
            manager.port = server.port
            answer = manager.save()
            assert answer.status == 503
            assert State.now(ALIAS).events != before.events, "it was committed"
            _read_and_carry_on(manager, answer, before)


def test_while_the_database_is_away_people_read_so(stages: Rig, cluster: Cluster) -> None:
    with stages.at_stage("hashed") as (database, manager), stages.running(database) as server:
        manager.port = server.port
        page = manager.get(manager.page)
        cluster.control("stop")
        away = manager.get(manager.page)
        cluster.control("start")
        assert (page.status, away.status) == (200, 503)
        assert "De gegevens zijn even niet bereikbaar" in away.text
        assert manager.carry_on().status == 200


def oracle_looks_again() -> None:
    """Reconnect the oracle, whose connection ended with the restart."""
    connections[ALIAS].close()
