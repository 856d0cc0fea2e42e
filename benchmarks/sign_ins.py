"""Pupils who sign in at once, as a ratio: `python -m benchmarks.sign_ins`; see README.md.

Clients post sign-ins for as many different pupils, each on a device of its own, and the sign-ins
per second are compared with what bare hashing on all cores would allow, measured around them.
"""

import argparse
import re
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import fmean, median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from . import desk
from .desk import Desk
from .reference import CORES, HashTime
from .seed import PASSWORD

RATE = 0.8  # of cores / hash time
CLIENTS = 24  # a class
DEVICES_ARE_OLD_ENOUGH = 3.5  # seconds
SLICES = 5  # each with the hash measured around it, so that other work hits both alike
SAMPLES = 5  # of the hash, before a slice and after it

WARMING = 4 * CLIENTS  # sign-ins before the clock starts: each web process has loaded its code

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(frozen=True)
class Form:
    """The sign-in page that a new device opened, with its cookies."""

    port: int
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
        cookies = response.headers.get_all("Set-Cookie", [])
        own = [value.partition(";")[0] for value in cookies]
        return cls(port, "; ".join(own), found[1].decode())

    def sign_in(self, username: str) -> float:
        """Sign in on this device; return the seconds. Raises AssertionError where it failed."""
        began = time.perf_counter()
        answer = _answer(self.port, self._request(username))
        seconds = time.perf_counter() - began
        if b"\r\nSet-Cookie: mijn=" not in answer:
            raise AssertionError(f"{username} did not get in: {answer[:80]!r}")
        return seconds

    def _request(self, username: str) -> bytes:
        fields = {"username": username, "password": PASSWORD, "sign_in": ""}
        body = urlencode(fields | {"csrfmiddlewaretoken": self.token})
        head = (
            "POST /mijn/ HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {self.cookie}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        return "\r\n".join((*head, "", body)).encode()


def _answer(port: int, request: bytes) -> bytes:
    """Return the whole answer, up to the end of the connection.

    By hand: clients share the cores with the desk, and a library reads an answer in as much time
    as Django needs for half a statement of a sign-in.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@dataclass(frozen=True)
class Slice:
    """Seconds that so many sign-ins took: in all, of the web processes, of others, of each."""

    seconds: float
    processor: float
    machine: float
    each: list[float]
    hashing: HashTime

    @property
    def rate(self) -> float:
        """Sign-ins per second."""
        return len(self.each) / self.seconds


def sign_in_all(running: Desk, usernames: list[str]) -> Slice:
    """Sign in every pupil once, as many at a time as there are clients."""
    hashing = HashTime()
    _sample(hashing)
    forms = [Form.opened(running.port) for _ in usernames]
    # Who looks for the keys: a cookie counts after three seconds.
    time.sleep(DEVICES_ARE_OLD_ENOUGH)
    began, processor = time.perf_counter(), running.cpu_seconds()
    machine, own = desk.machine_cpu_seconds(), time.process_time()
    with ThreadPoolExecutor(CLIENTS) as clients:
        each = list(clients.map(Form.sign_in, forms, usernames))
    seconds, processor = time.perf_counter() - began, running.cpu_seconds() - processor
    others = desk.machine_cpu_seconds() - machine - processor - (time.process_time() - own)
    _sample(hashing)
    return Slice(seconds, processor, others, each, hashing)


def _sample(hashing: HashTime) -> None:
    for _ in range(SAMPLES):
        hashing.measure()


# The report ------------------------------------------------------------------------------------


def report(pupils: int) -> None:
    with TemporaryDirectory(prefix="schoolloket-bench-") as folder:
        file = f"{folder}/bench.sqlite3"
        with desk.running(pupils + WARMING, f"sqlite:///{file}") as running:
            slices = measure(running, _usernames(file))
    print_report(slices)


def measure(running: Desk, usernames: list[str]) -> list[Slice]:
    """Sign in everybody, slice after slice."""
    sign_in_all(running, usernames[:WARMING])
    rest = usernames[WARMING:]
    return [sign_in_all(running, rest[start::SLICES]) for start in range(SLICES)]


def _usernames(file: str) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT username FROM accounts_account")]


def print_report(slices: list[Slice]) -> None:
    each = [seconds for one in slices for seconds in one.each]
    processor = sum(one.processor for one in slices) / len(each)
    others = max(0.0, sum(one.machine for one in slices) / (sum(s.seconds for s in slices) * CORES))
    shape = f"{desk.WORKERS} web processes of {desk.THREADS} threads"
    alone = median(one.hashing.of_one_thread for one in slices)
    together = median(one.hashing.of_every_core for one in slices)
    print(f"\n{len(each)} sign-ins, {CLIENTS} clients, {CORES} cores, {shape}")
    line("hash of one thread, milliseconds", 1000 * alone)
    line("hash while every core hashes, milliseconds", 1000 * together)
    line("sign-ins per second", fmean(one.rate for one in slices))
    ratios = [one.rate * one.hashing.of_every_core / CORES for one in slices]
    line("sign-ins / (cores / hash), mean of slices", fmean(ratios), RATE)
    line("  lowest slice", min(ratios))
    line("  highest slice", max(ratios))
    ratios = [one.rate * one.hashing.of_one_thread / CORES for one in slices]
    line("  with the hash of one thread alone", fmean(ratios))
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
    parser.add_argument("--pupils", type=int, default=2400, help="so many sign-ins are made")
    return parser.parse_args()


if __name__ == "__main__":
    report(_arguments().pupils)
