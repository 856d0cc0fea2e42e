"""The server is killed, at every statement and at any moment (R2, R3, R4).

Nobody is locked out, and the manager goes on from the page she was at.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Timer
from typing import Any

import pytest

from . import figures, oracle
from .helpers import LONG
from .manager import Gone, Manager, printed
from .oracle import State
from .rig import ALIAS, Point, Rig


@dataclass(frozen=True)
class Operation:
    """A step of a renewal: the stage before it, and the manager's action."""

    stage: str
    does: Callable[[Manager], Any]


OPERATIONS = {
    "prepare": Operation("listed", Manager.prepare),
    "slice": Operation("drafted", Manager.slice),
    "reroll": Operation("hashed", Manager.reroll),
    "rename": Operation("hashed", Manager.rename),
    # The username of a new LeerID is another one than the draft began with.
    "save": Operation("renamed", Manager.save),
    "download": Operation("saved", Manager.download),
    "card": Operation("saved", Manager.card),
    "destroy": Operation("saved", Manager.destroy),
}


WRITING = ("INSERT", "UPDATE", "DELETE", "COMMIT")


@pytest.mark.parametrize("name", OPERATIONS)
def test_killed_at_a_statement(stages: Rig, name: str) -> None:
    operation = OPERATIONS[name]
    for point in _points(stages, name, operation):
        landed = _kill_at(stages, operation, point)
        _note(stages, f"kill at a statement of {name}", landed)
        assert landed, f"the server never came to {point}"


def _points(rig: Rig, name: str, operation: Operation) -> list[Point]:
    """Before and after every statement; in the short form after each that writes, or COMMIT."""
    met = rig.statements(operation.stage, name, operation.does)
    assert "COMMIT" in met
    return [
        (name, number, when)
        for number, sql in enumerate(met, 1)
        for when in ("before", "after")
        if LONG or (when == "after" and sql.startswith(WRITING))
    ]


def _kill_at(rig: Rig, operation: Operation, point: Point) -> bool:
    with rig.at_stage(operation.stage) as (database, manager):
        before = State.now(ALIAS)
        server = rig.start(database, point=point)
        manager.port = server.port
        try:
            operation.does(manager)
        except Gone:
            server.wait_until_dead()
        else:
            server.kill()
            return False
        assert oracle.wrong_since(before, using=ALIAS) == [], point
        with rig.restarted(database, manager):
            if operation.does is Manager.destroy:
                _destroy_again(manager, before)
            else:
                _carry_on(manager, before)
    return True


def _carry_on(manager: Manager, before: State) -> None:
    """Go on from the same page: the paper has what was shown, and another save changes nothing."""
    archive = manager.carry_on().body
    assert printed(archive) == manager.shown
    assert oracle.wrong_since(before, using=ALIAS) == []
    assert oracle.changed_by(lambda: _save_again(manager), using=ALIAS) == []


def _save_again(manager: Manager) -> None:
    answer = manager.post(f"/999900/vernieuwen/{manager.batch}/", [("save", "")])
    assert "afdrukken" in answer.location


def _destroy_again(manager: Manager, before: State) -> None:
    assert manager.get(manager.page).status == 200
    assert manager.destroy().status == 200
    assert oracle.wrong_since(before, using=ALIAS) == []
    assert not any(item["sealed"] for item in State.now(ALIAS).items.values())


def _note(rig: Rig, kind: str, landed: bool, **counts: int) -> None:
    # A loss ends the test at once, so only tries without one are noted here.
    figures.note(kind, rig.databases.vendor, tried=1, landed=int(landed), losses=0, **counts)


# At any moment ---------------------------------------------------------------------------------

MOMENTS = 200 if LONG else 4
REROLLS = 4
# Operations in which a kill interrupts no work: those that only show a page.
TOO_LATE = "after the end"
IDLE = ("between requests", TOO_LATE, "look")
SEED = 20260831


def test_killed_at_any_moment_of_a_large_renewal(large_stages: Rig) -> None:
    rig = large_stages
    chance = random.Random(SEED)
    took = _seconds_of_a_renewal(rig)
    tried = in_mid_work = 0
    # Until at least half of the kills interrupted some work.
    while tried < MOMENTS or in_mid_work < tried / 2:
        assert tried < 4 * MOMENTS, "too few kills landed in mid-work"
        landed = _kill_after(rig, chance.uniform(0, took))
        tried += 1
        in_mid_work += not landed.startswith(IDLE)
        _note(rig, f"kill at a moment, {landed}", landed != TOO_LATE)
        if landed == TOO_LATE:
            # Less other work on the machine than before makes a renewal quicker.
            took = _seconds_of_a_renewal(rig)


def _renewal(manager: Manager) -> None:
    """From the selection to the ZIP, request after request."""
    manager.prepare()
    for _ in range(REROLLS):
        manager.reroll()
    manager.rename()
    manager.keep_ticks()
    manager.slices()
    manager.save()
    manager.download()


def _seconds_of_a_renewal(rig: Rig) -> float:
    with rig.at_stage("large_listed") as (database, manager), rig.running(database) as server:
        manager.port = server.port
        manager.get(manager.page)
        began = time.monotonic()
        _renewal(manager)
        return time.monotonic() - began


def _kill_after(rig: Rig, seconds: float) -> str:
    """Kill the server after this many seconds of a renewal; return the operation that it hit."""
    with rig.at_stage("large_listed") as (database, manager):
        before = State.now(ALIAS)
        server = rig.start(database)
        manager.port = server.port
        manager.get(manager.page)
        killer = Timer(seconds, server.kill)
        killer.start()
        try:
            _renewal(manager)
            landed = TOO_LATE
        except Gone:
            landed = _where(server.journal())
        killer.join()
        assert oracle.wrong_since(before, using=ALIAS) == []
        with rig.restarted(database, manager):
            _carry_on(manager, before)
    return landed


def _where(entry: dict[str, Any]) -> str:
    if not entry or entry["what"] == "answers":
        return "between requests"
    inside = "in a transaction" if entry["inside"] else "outside a transaction"
    return f"{entry['operation']}, {inside}"
