"""The list page next to its own queries: `python -m benchmarks.listing`; see README.md.

In one process, without a server: the number of queries of a page of 50 rows in a school of any
size, and the time of the page compared with that of its queries alone.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from . import in_process
from .seed import MANAGERS, SCHOOL

ROWS = 50
TIMES = 40
# Bounds of the queries of a page, and of the page's time over theirs.
QUERIES = 8
RATIO = 2.0
LIST = f"/{SCHOOL}/leerlingen/?per={ROWS}"


def report(pupils: int) -> None:
    # Only after Django is set up.
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from schoolloket.institutions.models import Manager  # noqa: PLC0415

    client = Client(headers={"host": settings.DESK.host})
    client.force_login(Manager.objects.get(email=MANAGERS[0]))

    def page() -> None:
        response = client.get(LIST)
        boxes = response.content.count(b'name="student"')
        if response.status_code != 200 or boxes != min(ROWS, pupils):
            raise AssertionError(f"The list answered {response.status_code} with {boxes} rows.")

    page()
    with _recorded(connection) as queries:
        page()

    def ask() -> None:
        with connection.cursor() as cursor:
            for sql, parameters in queries:
                cursor.execute(sql, parameters)
                cursor.fetchall()

    # Taken in turns, so that other work on the machine hits both alike.
    pairs = [(_seconds_of(page), _seconds_of(ask)) for _ in range(TIMES)]
    in_page, in_queries = (median(column) for column in zip(*pairs, strict=True))
    print(f"\n{pupils} pupils, {ROWS} rows a page, median of {TIMES}\n")
    print(f"  {'queries of the page':34} {len(queries):8}   at most {QUERIES}")
    print(f"  {'page, milliseconds':34} {1000 * in_page:8.1f}")
    print(f"  {'its queries alone, milliseconds':34} {1000 * in_queries:8.1f}")
    print(f"  {'page / its queries':34} {in_page / in_queries:8.2f}   at most {RATIO}")


@contextmanager
def _recorded(connection: Any) -> Iterator[list[tuple[str, Any]]]:
    """Yield a list that gets each query of the block: its SQL and its parameters."""
    queries: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        queries.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(record):
        yield queries


def _seconds_of(action: Callable[[], None]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    in_process.run("listing", __doc__, report)
