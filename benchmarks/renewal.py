"""A bulk renewal on the running desk, as ratios: `python -m benchmarks.renewal`; see README.md.

Plays the manager's browser, from the selection to the ZIP, and compares with bare hashing that
is measured between its requests, so that other work on the machine hits both alike.
"""

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import median, quantiles
from threading import Event, Thread
from zipfile import ZipFile

from . import desk
from .browser import Browser
from .desk import Desk
from .reference import CORES, HashTime
from .seed import MANAGERS, SCHOOL

MOST_PUPILS = 5_000  # settings.BATCH_LIMIT

SELECT_TO_ZIP = 1.15
PREPARED_TO_ZIP = 0.05
PREPARED_TO_EVERY_DOCUMENT = 0.08
LONGEST_REQUEST = 5.0
PEAK_MEGABYTES = 250.0

LIST = f"/{SCHOOL}/leerlingen/"
DOCUMENTS = (
    "leerid-a4.pdf",
    "leerid-stickers-l7160.pdf",
    "leerid-stickers-l7163.pdf",
    "leerid-stickers-l7651.pdf",
    "leerid-klaslijst.pdf",
    "leerid.xlsx",
)
EVERY_DOCUMENT = (*DOCUMENTS, "leerid-brief.pdf", "leerid-kaartjes.pdf")
PROBE_SECONDS = 6.0
PROBE_PAUSE = 0.05

ITEM = re.compile(rb'name="item"\s+value="(\d+)"')


# One renewal -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """An open preview: the path of its URL and the rows ticked in it."""

    path: str
    items: list[str]


@dataclass(frozen=True)
class Part:
    """A part of a renewal: how long its requests took, and the desk's processor time for them."""

    seconds: float
    processor: float


@dataclass(frozen=True)
class Renewal:
    """What one renewal took, next to bare hashing in the same seconds."""

    pupils: int
    hashing: HashTime
    selecting: Part
    slices: Part
    saving: Part
    zipping: Part
    zipping_all: Part
    others: float

    @property
    def select_to_zip(self) -> float:
        return self._seconds / (self.pupils * self.hashing.of_one_thread / CORES)

    @property
    def select_to_zip_of_every_core(self) -> float:
        return self._seconds / (self.pupils * self.hashing.of_every_core / CORES)

    @property
    def prepared_to_zip(self) -> float:
        took = self.saving.seconds + self.zipping.seconds
        return took / (self.pupils * self.hashing.of_one_thread)

    @property
    def prepared_to_every_document(self) -> float:
        took = self.saving.seconds + self.zipping_all.seconds
        return took / (self.pupils * self.hashing.of_one_thread)

    @property
    def select_to_zip_of_processor(self) -> float:
        """The first ratio in processor time, without waits; only slices use all cores."""
        took = self.selecting.processor + self.slices.processor / CORES
        took += self.saving.processor + self.zipping.processor
        return took / (self.pupils * self.hashing.processor_of_one_thread / CORES)

    @property
    def prepared_to_zip_of_processor(self) -> float:
        took = self.saving.processor + self.zipping.processor
        return took / (self.pupils * self.hashing.processor_of_one_thread)

    @property
    def _seconds(self) -> float:
        parts = (self.selecting, self.slices, self.saving, self.zipping)
        return sum(part.seconds for part in parts)


class Meter:
    """Cuts a renewal in parts, and measures how much of the machine other programs took."""

    def __init__(self, running: Desk, browser: Browser) -> None:
        self._running, self._browser = running, browser
        self._first = self._now()
        self._last = self._first

    def _now(self) -> dict[str, float]:
        return {
            "clock": time.perf_counter(),
            "machine": desk.machine_cpu_seconds(),
            "desk": self._running.cpu_seconds(),
            "browser": time.process_time(),
            "requests": sum(request.seconds for request in self._browser.timed),
        }

    def part(self) -> Part:
        """Return the part from the end of the last one until now."""
        now, last = self._now(), self._last
        self._last = now
        return Part(now["requests"] - last["requests"], now["desk"] - last["desk"])

    def others(self) -> float:
        """Return the share of all cores that neither the desk nor this program had."""
        took = {name: value - self._first[name] for name, value in self._now().items()}
        share = (took["machine"] - took["desk"] - took["browser"]) / (took["clock"] * CORES)
        return max(0.0, share)


def select_all(browser: Browser) -> Draft:
    """Select everybody in the list and open the preview."""
    students = json.loads(browser.get("select all", f"{LIST}selectie/"))["students"]
    fields = [("purpose", "renew"), *(("student", student) for student in students)]
    path = browser.post("select", f"/{SCHOOL}/vernieuwen/", fields).location
    items = ITEM.findall(browser.get("preview", path))
    if len(items) != len(students):
        raise AssertionError(f"The preview shows {len(items)} of {len(students)} pupils.")
    return Draft(path, [item.decode() for item in items])


def prepare(browser: Browser, draft: Draft, between: Callable[[], None] = lambda: None) -> None:
    """Ask for slice after slice until every password has its hash."""
    while not is_ready(browser, draft):
        between()


def is_ready(browser: Browser, draft: Draft) -> bool:
    """Ask for one slice; return whether that was the last one needed."""
    state = json.loads(browser.post("slice", f"{draft.path}voortgang/", []).body)
    return bool(state["hashed"] >= state["total"])


def save(browser: Browser, draft: Draft) -> str | None:
    """Bewaren en afdrukken: return where it leads, or None where hashes were missing."""
    fields = [("save", ""), *(("item", item) for item in draft.items)]
    location = browser.post("save", draft.path, fields).location
    return None if location == draft.path else location


def choose(browser: Browser, result: str, documents: Sequence[str]) -> None:
    """Choose these documents on the result page, for all classes together."""
    labels = [(f"first_{name}", "1") for name in ("l7160", "l7163", "l7651")]
    offset = [("right", "0.0"), ("down", "0.0")]
    chosen = [("documents", name) for name in documents]
    browser.post("choice", f"{result.partition('?')[0]}keuze/", [*chosen, *labels, *offset])


def download(
    browser: Browser, result: str, pupils: int, documents: Sequence[str] = DOCUMENTS
) -> None:
    """Look at the result page and take the ZIP. Raises AssertionError for an incomplete one."""
    browser.get("result", result)
    answer = browser.post("ZIP", f"{result.partition('?')[0]}download/zip", [])
    with ZipFile(BytesIO(answer.body)) as archive:
        pages = archive.read("leerid-a4.pdf").count(b"/Type /Page\n")
        if set(archive.namelist()) != set(documents) or pages != pupils:
            raise AssertionError(f"The ZIP holds {archive.namelist()} with {pages} A4 pages.")


def renew(running: Desk, browser: Browser, pupils: int) -> Renewal:
    """Renew all pupils once, measuring the reference between the slices, its time not counted."""
    hashing = HashTime()
    hashing.measure()
    browser.get("list", LIST)
    meter = Meter(running, browser)
    draft = select_all(browser)
    selecting = meter.part()
    prepare(browser, draft, hashing.measure)
    slices = meter.part()
    result = save(browser, draft)
    if result is None:
        raise AssertionError("Everything was prepared, and yet nothing was saved.")
    saving = meter.part()
    download(browser, result, pupils)
    zipping = meter.part()
    choose(browser, result, EVERY_DOCUMENT)
    meter.part()
    download(browser, result, pupils, EVERY_DOCUMENT)
    zipping_all = meter.part()
    choose(browser, result, DOCUMENTS)
    hashing.measure()
    parts = (selecting, slices, saving, zipping, zipping_all)
    return Renewal(pupils, hashing, *parts, others=meter.others())


def renew_without_script(browser: Browser, pupils: int) -> int:
    """Renew by pressing Bewaren alone, as without JavaScript; return how often it was pressed."""
    draft, pressed = select_all(browser), 1
    while (result := save(browser, draft)) is None:
        browser.get("preview", draft.path)
        pressed += 1
    download(browser, result, pupils)
    return pressed


# The list beside it -----------------------------------------------------------------------------


def list_while_preparing(reader: Browser, managers: list[Browser]) -> float:
    """Return the 95th percentile of the list's time while these managers prepare renewals."""
    over = Event()
    drafts = [(manager, select_all(manager)) for manager in managers]
    threads = [Thread(target=_slice_until, args=(*draft, over)) for draft in drafts]
    for thread in threads:
        thread.start()
    seconds = []
    deadline = time.monotonic() + PROBE_SECONDS
    while time.monotonic() < deadline:
        reader.get("list", LIST)
        seconds.append(reader.timed[-1].seconds)
        time.sleep(PROBE_PAUSE)
    over.set()
    for thread in threads:
        thread.join()
    for manager, draft in drafts:
        manager.post("cancel", draft.path, [("cancel", "")])
    return quantiles(seconds, n=20)[-1]


def _slice_until(manager: Browser, draft: Draft, over: Event) -> None:
    while not over.is_set() and not is_ready(manager, draft):
        pass


# The report ------------------------------------------------------------------------------------


def report(pupils: int, runs: int, database_url: str | None) -> None:
    with desk.running(pupils, database_url) as running:
        browsers = [_signed_in(running.port, email) for email in (*MANAGERS, MANAGERS[0])]
        reader, first, second = browsers
        renewals = []
        for number in range(1, runs + 1):
            renewals.append(renew(running, first, pupils))
            print(f"renewal {number} of {runs}: {told(renewals[-1])}", flush=True)
        megabytes = running.peak_megabytes()
        pressed = renew_without_script(first, pupils)
        idle = list_while_preparing(reader, [])
        with_one = list_while_preparing(reader, [first])
        with_two = list_while_preparing(reader, [first, second])
        peak = running.peak_megabytes()
    requests = [timed for browser in browsers for timed in browser.timed]
    longest = max(requests, key=lambda request: request.seconds)
    hashing = [renewal.hashing for renewal in renewals]
    print(f"\n{pupils} pupils, {CORES} cores, {desk.WORKERS} web processes, median of {runs} runs")
    heading("hash, milliseconds")
    line("one thread", 1000 * median(each.of_one_thread for each in hashing))
    line("every core at once", 1000 * median(each.of_every_core for each in hashing))
    heading("ratios")
    ratios(renewals)
    heading("figures")
    line(f"longest request, seconds ({longest.name})", longest.seconds, LONGEST_REQUEST)
    line("peak memory of a web process, MB", peak, PEAK_MEGABYTES)
    line("  of these, after the renewals alone", megabytes)
    line("Bewaren pressed without JavaScript", pressed)
    heading("list, 95th percentile in milliseconds")
    line("idle", 1000 * idle)
    line("while one manager prepares", 1000 * with_one)
    line("while two managers prepare", 1000 * with_two)
    heading("requests, seconds: median and longest")
    for name in dict.fromkeys(request.name for request in requests):
        seconds = [request.seconds for request in requests if request.name == name]
        print(f"  {name:44} {median(seconds):8.3f} {max(seconds):8.3f}")


def told(renewal: Renewal) -> str:
    return (
        f"select to ZIP {renewal.select_to_zip_of_every_core:.2f}, "
        f"prepared {renewal.prepared_to_zip:.3f} "
        f"(processor time {renewal.select_to_zip_of_processor:.2f} and "
        f"{renewal.prepared_to_zip_of_processor:.3f}), others took {renewal.others:.0%}"
    )


def ratios(renewals: list[Renewal]) -> None:
    """Print the medians of the renewals' ratios, those that have a bound first."""
    line(
        "select to ZIP / (N x hash / cores)",
        median(each.select_to_zip_of_every_core for each in renewals),
        SELECT_TO_ZIP,
    )
    line(
        "prepared: save and ZIP / (N x hash)",
        median(each.prepared_to_zip for each in renewals),
        PREPARED_TO_ZIP,
    )
    line(
        "prepared: save and ZIP of every document",
        median(each.prepared_to_every_document for each in renewals),
        PREPARED_TO_EVERY_DOCUMENT,
    )
    line(
        "select to ZIP, hash of one thread alone",
        median(each.select_to_zip for each in renewals),
    )
    line(
        "select to ZIP, in processor time",
        median(each.select_to_zip_of_processor for each in renewals),
    )
    line(
        "prepared, in processor time",
        median(each.prepared_to_zip_of_processor for each in renewals),
    )
    line("share of the machine that others took", median(each.others for each in renewals))


def heading(text: str) -> None:
    print(f"\n{text}")


def line(name: str, value: float, bound: float | None = None) -> None:
    """Print a figure, and its bound with a mark where it is above."""
    limit = "" if bound is None else f"   at most {bound:g}{'   ABOVE' if value > bound else ''}"
    print(f"  {name:44} {value:8.3f}{limit}")


def _signed_in(port: int, email: str) -> Browser:
    browser = Browser(port)
    browser.sign_in(email)
    browser.get("list", LIST)
    return browser


def _number_of_pupils(text: str) -> int:
    if not 1 <= int(text) <= MOST_PUPILS:
        raise argparse.ArgumentTypeError(f"one renewal takes 1 to {MOST_PUPILS} pupils")
    return int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.renewal", description=__doc__)
    parser.add_argument("--pupils", type=_number_of_pupils, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database-url", help="an empty database; a new SQLite file without")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    report(given.pupils, given.runs, given.database_url)
