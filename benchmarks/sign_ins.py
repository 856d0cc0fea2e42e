"""Pupils who sign in at once, as a ratio: `python -m benchmarks.sign_ins`; see README.md.

Clients post sign-ins for as many different pupils, each on a device of its own, and the sign-ins
per second are compared with what bare hashing on all cores would allow, measured around them.
"""

import argparse
import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks import desk
from benchmarks.desk import Desk
from benchmarks.reference import CORES, HashTime
from benchmarks.seed import PASSWORD

RATE = 0.8  # of cores / hash time
CLIENTS = 8
SLICES = 4  # between them the hash is measured again, so that other work hits both alike

WARMING = 4 * CLIENTS  # before the clock starts, so that each web process has read its code

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(frozen=True)
class Form:
    """The sign-in page that a client opened: one form does for many devices."""

    cookie: str
    token: str

    @classmethod
    def opened(cls, port: int) -> "Form":
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/mijn/")
        response = connection.getresponse()
        found = TOKEN.search(response.read())
        if response.status != 200 or found is None:
            raise AssertionError("The sign-in page did not open.")
        [cookie] = [value for value in _cookies(response) if value.startswith("csrf=")]
        return cls(cookie, found[1].decode())

    def sign_in(self, port: int, username: str) -> float:
        """Sign in on a new device; return the seconds. Raises AssertionError where it failed."""
        fields = {"username": username, "password": PASSWORD, "sign_in": ""}
        body = urlencode(fields | {"csrfmiddlewaretoken": self.token})
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        began = time.perf_counter()
        connection.request("POST", "/mijn/", body, headers)
        response = connection.getresponse()
        response.read()
        seconds = time.perf_counter() - began
        connection.close()
        if not any(value.startswith("mijn=") for value in _cookies(response)):
            raise AssertionError(f"{username} did not get in: {response.status}")
        return seconds


def _cookies(response: HTTPResponse) -> Iterator[str]:
    for header in response.headers.get_all("Set-Cookie", []):
        yield header.partition(";")[0]


@dataclass(frozen=True)
class Slice:
    """What so many sign-ins took."""

    seconds: float
    processor: float
    machine: float
    each: list[float]


def sign_in_all(running: Desk, form: Form, usernames: list[str]) -> Slice:
    """Sign in every pupil once, so many at a time as there are clients."""
    began, processor = time.perf_counter(), running.cpu_seconds()
    machine, own = desk.machine_cpu_seconds(), time.process_time()
    with ThreadPoolExecutor(CLIENTS) as clients:
        each = list(clients.map(lambda name: form.sign_in(running.port, name), usernames))
    seconds, processor = time.perf_counter() - began, running.cpu_seconds() - processor
    others = desk.machine_cpu_seconds() - machine - processor - (time.process_time() - own)
    return Slice(seconds, processor, others, each)


# The report ------------------------------------------------------------------------------------


def report(pupils: int) -> None:
    with TemporaryDirectory(prefix="schoolloket-bench-") as folder:
        file = f"{folder}/bench.sqlite3"
        with desk.running(pupils + WARMING, f"sqlite:///{file}") as running:
            slices, hashing = measure(running, _usernames(file))
    tell(slices, hashing)


def measure(running: Desk, usernames: list[str]) -> tuple[list[Slice], HashTime]:
    """Sign in everybody, slice after slice, and hash before, between and after."""
    form, hashing = Form.opened(running.port), HashTime()
    sign_in_all(running, form, usernames[:WARMING])
    hashing.measure()
    slices = []
    for start in range(SLICES):
        slices.append(sign_in_all(running, form, usernames[WARMING + start :: SLICES]))
        hashing.measure()
    return slices, hashing


def _usernames(file: str) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT username FROM accounts_account")]


def tell(slices: list[Slice], hashing: HashTime) -> None:
    each = [seconds for one in slices for seconds in one.each]
    seconds = sum(one.seconds for one in slices)
    rate = len(each) / seconds
    processor = sum(one.processor for one in slices) / len(each)
    others = max(0.0, sum(one.machine for one in slices) / (seconds * CORES))
    shape = f"{desk.WORKERS} web processes of {desk.THREADS} threads"
    print(f"\n{len(each)} sign-ins, {CLIENTS} clients, {CORES} cores, {shape}")
    line("hash of one thread, milliseconds", 1000 * hashing.of_one_thread)
    line("hash while every core hashes, milliseconds", 1000 * hashing.of_every_core)
    line("sign-ins per second", rate)
    line("sign-ins / (cores / hash)", rate * hashing.of_every_core / CORES, RATE)
    line("  with the hash of one thread alone", rate * hashing.of_one_thread / CORES)
    line("  in processor time", hashing.processor_of_one_thread / processor)
    line("processor time of a sign-in, milliseconds", 1000 * processor)
    line("a sign-in, median in milliseconds", 1000 * median(each))
    line("a sign-in, 95th percentile in milliseconds", 1000 * quantiles(each, n=20)[-1])
    line("share of the machine that others took", others)


def line(name: str, value: float, bound: float | None = None) -> None:
    """Print a figure, and its bound with a mark where it is below."""
    limit = "" if bound is None else f"   at least {bound:g}{'   BELOW' if value < bound else ''}"
    print(f"  {name:44} {value:8.3f}{limit}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sign_ins", description=__doc__)
    parser.add_argument("--pupils", type=int, default=600, help="so many sign-ins are made")
    return parser.parse_args()


if __name__ == "__main__":
    report(_arguments().pupils)
