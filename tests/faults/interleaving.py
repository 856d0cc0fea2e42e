"""Two threads at work at the same moment: one starts at a chosen SQL statement of the other.

Real threads with a connection each, on a database in a file or on a server. The statements are
drawn from a seed, so that a race that went wrong can be run again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Any

from django.db import connection

# A thread without a new statement for this many seconds is waiting for a lock that we hold.
PATIENCE = 0.1
GIVES_UP_AFTER = 60

Work = Callable[[], Any]


class Runner(Thread):
    """One of the two threads. Before its statement `cut` it gives a sign, and may wait there."""

    def __init__(self, work: Work, cut: int) -> None:
        super().__init__(daemon=True)
        self.cut, self.work = cut, work
        self.waits_for: Runner | None = None
        # Set at the cut, and at the latest at the end.
        self.there = Event()
        self.was_cut = False
        self.statements = 0
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with connection.execute_wrapper(self._statement):
                self.result = self.work()
        except BaseException as error:
            self.error = error
        finally:
            self.there.set()
            connection.close()

    def _statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        if self.statements == self.cut:
            self.was_cut = True
            self.there.set()
            if self.waits_for:
                self._wait(self.waits_for)
        self.statements += 1
        return execute(*arguments)

    @staticmethod
    def _wait(other: "Runner") -> None:
        seen = -1
        while not other.there.wait(PATIENCE) and other.statements > seen:
            seen = other.statements


@dataclass
class Race:
    """Runs pairs of works, each with other cuts, and counts the pairs that really overlapped."""

    seed: int
    rounds: int = 0
    at_once: int = 0
    # The most statements that each of the two works has had.
    _lengths: list[int] = field(default_factory=lambda: [6, 6])

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def between(self, *works: Work) -> list[Any]:
        """Do both, in either order; return their results. Raises AssertionError for an error."""
        order = self._random.sample(range(2), 2)
        cuts = [self._random.randrange(length) for length in self._lengths]
        if self._random.randrange(2):
            # The second does all of its work while the first waits.
            cuts[order[1]] = -1
        runners = [Runner(work, cut) for work, cut in zip(works, cuts, strict=True)]
        self._run(*(runners[place] for place in order))
        self._lengths = [
            max(known, runner.statements)
            for known, runner in zip(self._lengths, runners, strict=True)
        ]
        for runner in runners:
            if runner.error:
                raise AssertionError(f"seed {self.seed}, cut at {cuts}") from runner.error
        return [runner.result for runner in runners]

    def _run(self, first: Runner, second: Runner) -> None:
        first.waits_for = second
        first.start()
        first.there.wait(GIVES_UP_AFTER)
        second.start()
        for runner in (first, second):
            runner.join(GIVES_UP_AFTER)
            assert not runner.is_alive(), "they wait for each other"
        self.rounds += 1
        self.at_once += first.was_cut
