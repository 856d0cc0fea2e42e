"""The files that cost a desk most, and others' list meanwhile; see README.md.

    python -m benchmarks.hostile_files

Each file is uploaded and previewed alone, then by twenty managers at once.
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

from . import desk, worst_files
from .browser import Browser
from .crowd import LIST_AT_MOST, idle_list, read_list
from .desk import Desk
from .renewal import heading, line
from .seed import MANAGERS, manager_of, number_of

PUPILS = 200
UPLOADS_AT_ONCE = 20
SECONDS_AT_MOST = 10.0
MEGABYTES_AT_MOST = 300.0

Make = Callable[[float], bytes]

# Each file by its size, where 1 is the whole of it.
FILES: dict[str, Make] = {
    "100 columns of numbers, 97 dates": lambda n: worst_files.many_numbers(int(200 * n)),
    "the same, 10 MB": lambda n: worst_files.many_numbers(int(4_400 * n)),
    "20,000 rows, two numbers, three dates": lambda n: worst_files.many_numbers(
        int(19_000 * n), 2, 3
    ),
    "one text in 28,000 cells": lambda n: worst_files.one_text(int(28_000 * n)),
    "40 million empty cells": lambda n: worst_files.empty_cells(int(40_000_000 * n)),
    "500,000 cells of a letter": lambda n: worst_files.many_cells(0.95 * n),
    "10 MB of numbers inside text": lambda n: worst_files.numbers_in_text(10 * n),
    "8 MB that nothing compresses": lambda n: worst_files.long_names(8 * n),
    "5,000 conflicts": lambda n: worst_files.conflicts(int(5_000 * n)),
    "20,000 conflicts": lambda n: worst_files.conflicts(int(20_000 * n)),
    "20,000 rows of 24 columns": lambda n: worst_files.long_list(int(20_000 * n)),
}
AT_ONCE = (
    "100 columns of numbers, 97 dates",
    "one text in 28,000 cells",
    "40 million empty cells",
    "20,000 conflicts",
    "20,000 rows of 24 columns",
)


class Uploader:
    """A manager who uploads files to the school that is only his or hers."""

    def __init__(self, port: int, school: int) -> None:
        self.browser = Browser(port)
        self.browser.sign_in(manager_of(school))
        self._page = f"/{number_of(school)}/import/"
        self.open_page()

    def upload(self, content: bytes) -> str:
        """Return the address of the preview, "" for a file that was refused or has to wait."""
        kind = [("kind", "aanvulling")]
        return self.browser.upload("upload", self._page, content, kind).location

    def open_page(self) -> None:
        """Read the page with the form, which costs the desk least of all."""
        self.browser.get("import", self._page)

    def preview(self, address: str) -> None:
        self.browser.get("preview", address)


def processor_seconds(running: Desk, work: Callable[[], object]) -> float:
    before = running.cpu_seconds()
    work()
    return running.cpu_seconds() - before


def alone(running: Desk, uploader: Uploader, content: bytes) -> float:
    """Upload the file and read its preview; return the seconds of the costlier request."""
    addresses: list[str] = []
    uploading = processor_seconds(running, lambda: addresses.append(uploader.upload(content)))
    if not addresses[0]:
        return uploading
    previewing = processor_seconds(running, lambda: uploader.preview(addresses[0]))
    return max(uploading, previewing)


def at_once(reader: Browser, works: list[Callable[[], object]]) -> float:
    """Start all works together; return the 95th percentile of the list while they last."""
    together, over = Barrier(len(works)), Event()

    def start(work: Callable[[], object]) -> None:
        together.wait()
        work()

    with ThreadPoolExecutor(len(works) + 1) as pool:
        reading = pool.submit(read_list, reader, over)
        started = [pool.submit(start, work) for work in works]
        try:
            for one in started:
                one.result()
        finally:
            over.set()
        return reading.result()


def report(size: float, uploads: int, database_url: str | None) -> int:
    """Print the figures; return how many files take more time or memory than they may."""
    above = 0

    def figure(name: str, value: float, bound: float) -> None:
        nonlocal above
        line(name, value, bound)
        above += value > bound

    with desk.running(PUPILS, database_url, schools=uploads) as running:
        reader = Browser(running.port)
        reader.sign_in(MANAGERS[0])
        uploaders = [Uploader(running.port, school) for school in range(uploads)]
        idle = idle_list(reader)

        heading("processor seconds of a web process, the costlier of upload and preview")
        for name, make in FILES.items():
            seconds = alone(running, uploaders[0], make(size))
            figure(name, seconds, SECONDS_AT_MOST)

        heading(f"list, 95th percentile / idle ({1000 * idle:.0f} ms), {uploads} uploads at once")
        line(
            "no file: all open the page",
            at_once(reader, [one.open_page for one in uploaders]) / idle,
        )
        for name in AT_ONCE:
            content = FILES[name](size)
            busy = at_once(reader, [partial(one.upload, content) for one in uploaders])
            line(name, busy / idle, LIST_AT_MOST)

        heading("memory")
        figure("peak of a web process, MB", running.peak_megabytes(), MEGABYTES_AT_MOST)

    return above


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile_files", description=__doc__)
    parser.add_argument("--size", type=float, default=1.0, help="of each file, 1 for the whole")
    parser.add_argument("--uploads", type=int, default=UPLOADS_AT_ONCE, help="at once")
    parser.add_argument("--strict", action="store_true", help="fail where a file takes too much")
    parser.add_argument("--database-url", help="an empty database; a new SQLite file without")
    given = parser.parse_args()
    above = report(given.size, given.uploads, given.database_url)
    if given.strict and above:
        sys.exit(1)


if __name__ == "__main__":
    main()
