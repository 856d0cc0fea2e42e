"""Strangers who flood Mijn LeerID: `python -m benchmarks.flood`; see README.md.

While one address, and then 200, post wrong passwords for the pupils of a school, a dozen pupils
sign in on new devices and a manager reads the list. Then a whole school signs in behind one
address, a quarter of the tries wrong, while a classmate hammers there.
"""

import argparse
import os
import random
import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import count
from tempfile import TemporaryDirectory
from threading import Event, Lock
from urllib.parse import urlencode

from . import desk
from .browser import Browser
from .crowd import LIST_AT_MOST, idle_list, read_list
from .reference import CORES
from .renewal import heading, line
from .seed import MANAGERS, PASSWORD

TRIES_A_SECOND = 30
STRANGERS = (1, 200)
NEWCOMERS = 12
NEWCOMERS_WITHIN = 60.0
CROWD = 300
CROWD_WITHIN = 300.0
CROWD_AT_LEAST = 290 / 300
# Of a classmate behind the address of the crowd.
CLASSMATE_A_SECOND = 10
# From the page to the first try, and from an answer to the next try.
TYPING = 4.0
LOOKING_AGAIN = 12.0
# Connections that a flood keeps open at most; beyond them a try is left out.
FLOOD_THREADS = 60

SCHOOL_ADDRESS = "192.0.2.1"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Phone:
    """A browser of a pupil, or a script, behind an address."""

    def __init__(self, port: int, address: str) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self.address = address
        page = self._request("GET", "").decode()
        found = TOKEN.search(page)
        if found is None:
            raise AssertionError("The sign-in page did not open.")
        self._token = found[1]

    def gets_in(self, username: str, password: str) -> bool:
        """Post a try; return whether it signed in. Raises OSError where the desk hung up."""
        self._cookies.pop("mijn", None)
        fields = {"username": username, "password": password, "sign_in": ""}
        self._request("POST", urlencode(fields | {"csrfmiddlewaretoken": self._token}))
        return "mijn" in self._cookies

    def strike(self, username: str, address: str) -> None:
        """Post a wrong password from that address, as a script does that keeps no cookie."""
        self.address = address
        self.gets_in(username, "geraden en fout")
        self._cookies = {"csrf": self._cookies["csrf"]}

    def _request(self, method: str, body: str) -> bytes:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": self.address,
        }
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=60)) as connection:
            connection.request(method, "/mijn/", body, headers)
            response = connection.getresponse()
            content = response.read()
        for header in response.headers.get_all("Set-Cookie", []):
            for name, crumb in SimpleCookie(header).items():
                self._cookies[name] = crumb.value
        return content


class Flood:
    """Wrong tries on these usernames, so many a second, from so many addresses in turn."""

    def __init__(self, port: int, usernames: list[str], addresses: list[str], rate: int) -> None:
        self.tries = 0
        self._port = port
        self._usernames = usernames
        self._addresses = addresses
        self._rate = rate
        self._next = count()
        self._over = Event()
        self._lock = Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = min(FLOOD_THREADS, 2 * self._rate)
        with ThreadPoolExecutor(threads) as pool:
            for number in range(threads):
                pool.submit(self._strike, number * 1.0 / self._rate, threads / self._rate)
            try:
                yield
            finally:
                self._over.set()

    def _strike(self, offset: float, every: float) -> None:
        """Post at fixed moments, however long the answers take; a late one skips its moment."""
        script = Phone(self._port, self._addresses[0])
        due = time.monotonic() + offset
        while not self._over.wait(max(0.0, due - time.monotonic())):
            number = next(self._next)
            address = self._addresses[number % len(self._addresses)]
            username = self._usernames[number // len(self._addresses) % len(self._usernames)]
            script.strike(username, address)
            with self._lock:
                self.tries += 1
            due = max(due + every, time.monotonic())


@dataclass(frozen=True)
class Pupil:
    """A pupil on a new device, who types wrong so often, looks again, and gives up in the end."""

    port: int
    username: str
    address: str
    wrong: int = 0

    def sign_in(self, within: float) -> float | None:
        """Return the seconds until the pupil was in; None where it took longer."""
        began = time.monotonic()
        phone = Phone(self.port, self.address)
        time.sleep(TYPING)
        for _ in range(self.wrong):
            phone.gets_in(self.username, "verkeerd getypt")
            time.sleep(TYPING)

        while time.monotonic() - began < within:
            if phone.gets_in(self.username, PASSWORD):
                return time.monotonic() - began
            time.sleep(LOOKING_AGAIN)
        return None


def all_at_once(pupils: list[Pupil], spread: float, within: float) -> list[float | None]:
    """Let pupils begin within so many seconds; return what `sign_in` returned for each."""
    began = time.monotonic()

    def begin(number: int) -> float | None:
        time.sleep(max(0.0, spread * number / len(pupils) - (time.monotonic() - began)))
        return pupils[number].sign_in(within)

    with ThreadPoolExecutor(len(pupils)) as pool:
        return list(pool.map(begin, range(len(pupils))))


# The report ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Running:
    """A running desk, its database and a manager who reads the list."""

    port: int
    file: str
    reader: Browser
    usernames: list[str]
    idle: float
    rate: int

    def counts(self) -> int:
        with closing(sqlite3.connect(self.file)) as database:
            [[rows]] = database.execute("SELECT count(*) FROM portal_attemptcount")
        return int(rows)


def strangers(running: Running, number: int, newcomers: list[str], primed: float) -> None:
    """Flood the school from so many addresses while newcomers sign in; print what came of it."""
    addresses = [f"203.0.{index // 250}.{index % 250}" for index in range(number)]
    flood = Flood(running.port, running.usernames, addresses, running.rate)
    before = running.counts()
    pupils = [Pupil(running.port, name, SCHOOL_ADDRESS) for name in newcomers]
    over = Event()
    with ThreadPoolExecutor(1) as pool, flood.running():
        time.sleep(primed)
        reading = pool.submit(read_list, running.reader, over)
        times = all_at_once(pupils, spread=0.0, within=NEWCOMERS_WITHIN)
        over.set()
    busy = reading.result()
    inside = [seconds for seconds in times if seconds is not None]

    heading(f"flood from {number} addresses, {flood.tries} tries")
    line("newcomers who were kept out", len(times) - len(inside), 0)
    line("  the last one got in after, seconds", max(inside, default=0.0), NEWCOMERS_WITHIN)
    line("list, 95th percentile / idle", busy / running.idle, LIST_AT_MOST)
    line(
        "list afterwards, 95th percentile / idle",
        idle_list(running.reader) / running.idle,
        LIST_AT_MOST,
    )
    line("counts left / tries", (running.counts() - before) / max(flood.tries, 1))


def crowd(running: Running, number: int) -> None:
    """A school signs in behind one address, and a classmate hammers there."""
    dice = random.Random(11)
    pupils = [
        Pupil(running.port, name, SCHOOL_ADDRESS, wrong=int(dice.random() < 1 / 3))
        for name in running.usernames[-number:]
    ]
    within = CROWD_WITHIN * number / CROWD
    flood = Flood(running.port, running.usernames, [SCHOOL_ADDRESS], CLASSMATE_A_SECOND)
    began = time.monotonic()
    with flood.running():
        times = all_at_once(pupils, spread=0.7 * within, within=0.3 * within)
    took = time.monotonic() - began
    kept_out = times.count(None)

    heading(f"{number} pupils behind one address, {flood.tries} tries of a classmate there")
    line("kept out / all", kept_out / number, 1 - CROWD_AT_LEAST)
    line("  seconds in all", took)


def report(pupils: int, number: int, primed: float, rate: int) -> None:
    with TemporaryDirectory(prefix="schoolloket-bench-") as folder:
        file = f"{folder}/bench.sqlite3"
        with desk.running(pupils, f"sqlite:///{file}") as started:
            reader = Browser(started.port)
            reader.sign_in(MANAGERS[0])
            idle = idle_list(reader)
            running = Running(started.port, file, reader, _usernames(file), idle, rate)
            print(f"{pupils} pupils, {CORES} cores, {desk.WORKERS} web processes")
            for index, addresses in enumerate(STRANGERS):
                newcomers = running.usernames[index * NEWCOMERS : (index + 1) * NEWCOMERS]
                strangers(running, addresses, newcomers, primed)
            crowd(running, number)


def _usernames(file: str) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT username FROM accounts_account")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flood", description=__doc__)
    parser.add_argument("--pupils", type=int, default=900)
    parser.add_argument("--crowd", type=int, default=CROWD, help="who sign in behind one address")
    parser.add_argument("--primed", type=float, default=15.0, help="seconds of flood before pupils")
    parser.add_argument("--rate", type=int, default=TRIES_A_SECOND, help="tries a second")
    given = parser.parse_args()
    # The addresses of strangers come in X-Forwarded-For, as from a proxy.
    os.environ["TRUSTED_PROXIES"] = "1"
    report(given.pupils, given.crowd, given.primed, given.rate)


if __name__ == "__main__":
    main()
