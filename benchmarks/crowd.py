"""Eight schools renew at the same moment: `python -m benchmarks.crowd`; see README.md.

Eight managers, each with the pupils of a school, do what `renewal` does, from the selection to the
ZIP, all at once, while a ninth reads the list.
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles
from threading import Barrier, Event

from . import desk
from .browser import Browser
from .reference import CORES, HashTime
from .renewal import ITEM, LONGEST_REQUEST, Draft, download, heading, line
from .renewal import save as press_save
from .seed import MANAGERS, SCHOOL, manager_of, number_of

MANAGERS_AT_ONCE = 8
PUPILS = 200
LIST_AT_MOST = 3.0
IDLE_SECONDS = 6.0
PAUSE = 0.05
# As in static/js/preview.js.
PAUSE_WHEN_BUSY = 0.5


@dataclass
class Manager:
    """The manager of a school, in a browser."""

    browser: Browser
    number: str
    pupils: int

    @classmethod
    def signed_in(cls, port: int, school: int, pupils: int) -> "Manager":
        browser = Browser(port)
        browser.sign_in(manager_of(school))
        return cls(browser, number_of(school), pupils)

    def renew(self) -> None:
        """From the list to the ZIP, every pupil of the school. Raises AssertionError."""
        draft = self._select_all()
        self._prepare(draft)
        result = press_save(self.browser, draft)
        if result is None:
            raise AssertionError("Everything was prepared, and yet nothing was saved.")
        download(self.browser, result, self.pupils)

    def _prepare(self, draft: Draft) -> None:
        """Request slices as the page does: at once, or a little later where the desk was busy."""
        before, state = -1, {"hashed": 0, "total": 1}
        while state["hashed"] < state["total"]:
            if state["hashed"] == before:
                time.sleep(PAUSE_WHEN_BUSY)
            before = state["hashed"]
            state = json.loads(self.browser.post("slice", f"{draft.path}voortgang/", []).body)

    def _select_all(self) -> Draft:
        pages = f"/{self.number}/leerlingen/"
        self.browser.get("list", pages)
        students = json.loads(self.browser.get("select all", f"{pages}selectie/"))["students"]
        fields = [("purpose", "renew"), *(("student", student) for student in students)]
        path = self.browser.post("select", f"/{self.number}/vernieuwen/", fields).location
        return Draft(path, [i.decode() for i in ITEM.findall(self.browser.get("preview", path))])


def read_list(reader: Browser, over: Event) -> float:
    """Read the list until `over` is set; return the 95th percentile of its seconds."""
    seconds = []
    while not over.wait(PAUSE):
        reader.get("list", f"/{SCHOOL}/leerlingen/")
        seconds.append(reader.timed[-1].seconds)
    return quantiles([*seconds, *seconds], n=20)[-1]


def idle_list(reader: Browser) -> float:
    with ThreadPoolExecutor(1) as pool:
        over = Event()
        read = pool.submit(read_list, reader, over)
        time.sleep(IDLE_SECONDS)
        over.set()
        return read.result()


def all_at_once(reader: Browser, managers: list[Manager]) -> tuple[float, float]:
    """Let all renew; return the 95th percentile of the list while they do, and their seconds."""
    together, over = Barrier(len(managers)), Event()

    def renew(manager: Manager) -> None:
        together.wait()
        manager.renew()

    with ThreadPoolExecutor(len(managers) + 1) as pool:
        began = time.perf_counter()
        reading = pool.submit(read_list, reader, over)
        renewals = [pool.submit(renew, manager) for manager in managers]
        try:
            for renewal in renewals:
                renewal.result()
        finally:
            took = time.perf_counter() - began
            over.set()
        return reading.result(), took


def report(managers: int, pupils: int, database_url: str | None) -> None:
    with desk.running(pupils, database_url, schools=managers) as running:
        hashing = HashTime()
        hashing.measure()
        reader = Browser(running.port)
        reader.sign_in(MANAGERS[0])
        crowd = [Manager.signed_in(running.port, n, pupils) for n in range(managers)]
        idle = idle_list(reader)
        busy, took = all_at_once(reader, crowd)
        hashing.measure()
        peak = running.peak_megabytes()
    requests = [timed for one in [reader, *(m.browser for m in crowd)] for timed in one.timed]
    longest = max(requests, key=lambda request: request.seconds)
    bare = managers * pupils * hashing.of_one_thread / CORES
    print(f"{managers} managers, {pupils} pupils each, {CORES} cores, {desk.WORKERS} web processes")
    heading("ratios")
    line("list, 95th percentile / idle", busy / idle, LIST_AT_MOST)
    line("all of it / (all pupils x hash / cores)", took / bare)
    heading("figures")
    line(f"longest request, seconds ({longest.name})", longest.seconds, LONGEST_REQUEST)
    line("list, 95th percentile in milliseconds, idle", 1000 * idle)
    line("  while all renew", 1000 * busy)
    line("all of it, seconds", took)
    line("peak memory of a web process, MB", peak)
    line("requests, all of them answered", len(requests))
    heading("requests, seconds: 95th percentile and longest")
    for name in dict.fromkeys(request.name for request in requests):
        seconds = [request.seconds for request in requests if request.name == name]
        print(f"  {name:44} {quantiles([*seconds, *seconds], n=20)[-1]:8.3f} {max(seconds):8.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.add_argument("--managers", type=int, default=MANAGERS_AT_ONCE)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    parser.add_argument("--database-url", help="an empty database; a new SQLite file without")
    given = parser.parse_args()
    report(given.managers, given.pupils, given.database_url)


if __name__ == "__main__":
    main()
