"""Several who do something at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections


def at_once(*what: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment, each on a connection of its own; return what each gave."""
    barrier = Barrier(len(what))

    def run(one: Callable[[], object]) -> object:
        barrier.wait(timeout=10)
        try:
            return one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(what)) as pool:
        return list(pool.map(run, what))
