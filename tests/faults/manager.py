"""A manager over plain HTTP: a browser's requests with cookies and tokens, nothing else."""

import re
import socket
import struct
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie
from io import BytesIO
from json import loads
from typing import Any
from urllib.parse import urlencode
from zipfile import ZipFile

from openpyxl import load_workbook

from benchmarks.seed import MANAGERS, PASSWORD, SCHOOL

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ROW = re.compile(r'<tr id="rij-\d+">.*?</tr>', re.DOTALL)
TICK = re.compile(r'name="item"\s+value="(\d+)"[^>]*?(\schecked)?\s*>')
USERNAME = re.compile(r'<td class="line">\s*([a-z0-9.-]+)\s*</td>')
# Of a LeerID that is to be made, with the id of its row.
TYPED = re.compile(r'name="username-(\d+)"\s+value="([a-z0-9.-]+)"')
SECRET = re.compile(r'<span class="secret">(.*?)</span>')
CARD = re.compile(r'/kaart/(\d+)/"')
PICTURE = re.compile(r'height="36">(\w+)</li>')

LIST = f"/{SCHOOL}/leerlingen/"
START = f"/{SCHOOL}/vernieuwen/"
BATCHES = f"/{SCHOOL}/afdrukken/"

# Of a username (R6).
LONGEST = 64
SECONDS_TO_ANSWER = 60
MOST_SLICES = 100


class Gone(Exception):
    """The server went away before it had answered."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str = ""

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Manager:
    """A manager signed in at one server, with a memory that outlives the server."""

    port: int = 0
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    page: str = LIST
    students: list[str] = field(default_factory=list)
    ticked: list[str] = field(default_factory=list)
    # Username -> password, as the last preview showed it.
    shown: dict[str, str] = field(default_factory=dict)
    # Row -> username, of the LeerIDs that are to be made.
    new: dict[str, str] = field(default_factory=dict)

    # One request ---------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, fields: Any = (), operation: str = "", **headers: str
    ) -> Answer:
        """Raises Gone where the server went away before it had answered."""
        try:
            response = self.open(method, path, fields, operation, **headers)
            return Answer(response.status, response.read(), response.headers.get("Location", ""))
        except (OSError, HTTPException) as error:
            raise Gone from error

    def open(
        self, method: str, path: str, fields: Any = (), operation: str = "", **headers: str
    ) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_TO_ANSWER)
        crumbs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers |= {"Host": "localhost:8000", "Cookie": crumbs, "Connection": "close"}
        if operation:
            headers["X-Operation"] = operation
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode([("csrfmiddlewaretoken", self.token), *fields])
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for header in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: crumb.value for name, crumb in SimpleCookie(header).items()}
        return response

    def get(self, path: str) -> Answer:
        """Open a page and follow its redirects."""
        answer = self.ask("GET", path, operation="look")
        while answer.status == 302:
            path = answer.location
            answer = self.ask("GET", path, operation="look")
        if answer.status == 200:
            self.page = path
            if found := TOKEN.search(answer.text):
                self.token = found[1]
        return answer

    def post(self, path: str, fields: Any = (), operation: str = "") -> Answer:
        return self.ask("POST", path, fields, operation)

    def _must(self, answer: Answer, *statuses: int) -> Answer:
        assert answer.status in statuses, f"answered {answer.status} at {self.page}"
        return answer

    # What managers do ----------------------------------------------------------------------------

    def sign_in(self, email: str = MANAGERS[0]) -> None:
        self.get("/aanmelden/")
        self._must(self.post("/aanmelden/", [("login", email), ("password", PASSWORD)]), 302)

    def look_at_list(self) -> None:
        self._must(self.get(LIST), 200)
        self.students = loads(self._must(self.ask("GET", f"{LIST}selectie/"), 200).body)["students"]

    def prepare(self) -> Answer:
        """Select everybody, which leads to the preview."""
        fields = [("purpose", "renew"), *(("student", student) for student in self.students)]
        answer = self.post(START, fields, "prepare")
        return self.look_at_preview(answer.location) if answer.status == 302 else answer

    def look_at_preview(self, path: str) -> Answer:
        answer = self.get(path)
        if answer.status == 200 and self.is_at_preview:
            self._remember(answer.text)
        return answer

    def _remember(self, page: str) -> None:
        """Remember the ids of all rows, to tick every one of them, and their passwords."""
        rows = ROW.findall(page)
        self.ticked = [TICK.search(row)[1] for row in rows]  # type: ignore[index]
        self.shown = dict(map(_shown, rows))
        self.new = dict(TYPED.findall(page))

    @property
    def is_at_preview(self) -> bool:
        return self.page.startswith(START)

    @property
    def is_at_result(self) -> bool:
        return self.page.startswith(BATCHES) and self.page != BATCHES

    @property
    def batch(self) -> str:
        return self.page.partition("?")[0].rstrip("/").rpartition("/")[2]

    @property
    def _ticks(self) -> list[tuple[str, str]]:
        return [("item", item) for item in self.ticked]

    def keep_ticks(self) -> Answer:
        return self.post(self.page, [("keep", ""), *self._ticks], "tick")

    def slice(self) -> bool:
        """Ask for a slice; return whether that was the last one."""
        answer = self._must(self.post(f"{START}{self.batch}/voortgang/", operation="slice"), 200)
        state = loads(answer.body)
        return bool(state["hashed"] >= state["total"])

    def slices(self) -> None:
        """Ask for slices until the last one; give up where nothing gets hashed any more."""
        assert any(self.slice() for _ in range(MOST_SLICES)), "the passwords are never ready"

    def reroll(self) -> Answer:
        """Another password for the first row."""
        fields = [("row", self.ticked[0]), *self._ticks]
        answer = self.post(f"{START}{self.batch}/rij/", fields, "reroll")
        if answer.status == 200:
            row = ROW.search(answer.text)
            assert row
            username, password = _shown(row[0])
            self.shown[username] = password
            self.ticked[0] = TICK.search(row[0])[1]  # type: ignore[index]
        return answer

    def rename(self) -> Answer:
        """Another username for the first pupil who gets a LeerID."""
        row, username = next(iter(self.new.items()))
        other = f"ander.{username}"[:LONGEST]
        fields = [("row", row), (f"username-{row}", other)]
        answer = self.post(f"{START}{self.batch}/gebruikersnaam/", fields, "rename")
        if answer.status == 200:
            assert TYPED.findall(answer.text) == [(row, other)]
            self.shown[other] = self.shown.pop(username)
            self.new[row] = other
        return answer

    def save(self) -> Answer:
        """Bewaren en afdrukken, and open the page that it leads to."""
        answer = self.post(self.page, [("save", ""), *self._ticks], "save")
        return self.get(answer.location) if answer.status == 302 else answer

    def download(self) -> Answer:
        return self.post(f"{BATCHES}{self.batch}/download/zip", operation="download")

    def card(self) -> Answer:
        """Toon de kaart, of the first pupil on the page of the batch."""
        student = CARD.search(self._must(self.get(self.page), 200).text)
        assert student, "no card on the page of the batch"
        return self.post(f"{BATCHES}{self.batch}/kaart/{student[1]}/", operation="card")

    def destroy(self) -> Answer:
        answer = self.post(f"{BATCHES}{self.batch}/vernietigen/", operation="destroy")
        return self.get(answer.location) if answer.status == 302 else answer

    def carry_on(self) -> Answer:
        """Reload the page she was at and go on from there, until she has the ZIP."""
        self._must(self.get(self.page), 200)
        if self.page.startswith(LIST):
            self.look_at_list()
            self._must(self.prepare(), 200)
        if self.is_at_preview:
            self._must(self.look_at_preview(self.page), 200)
            self._must(self.keep_ticks(), 302)
            self.slices()
            self._must(self.save(), 200)
        assert self.is_at_result, f"no way on from {self.page}"
        return self._must(self.download(), 200)

    def leave_at_byte(self, offset: int) -> None:
        """Ask for the ZIP and break the connection after so many bytes of it."""
        response = self.open("POST", f"{BATCHES}{self.batch}/download/zip", operation="download")
        response.read(offset)
        # The kernel drops what it still holds and sends the server a reset, as for a lost wifi.
        lost = struct.pack("ii", 1, 0)
        raw = response.fp.raw._sock  # type: ignore[attr-defined]
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lost)
        raw.close()
        response.close()


def _shown(row: str) -> tuple[str, str]:
    typed = TYPED.search(row)
    found = typed[2] if typed else USERNAME.search(row)[1]  # type: ignore[index]
    if secret := SECRET.search(row):
        return found, unescape(secret[1])
    return found, " - ".join(PICTURE.findall(row))


def printed(archive: bytes) -> dict[str, str]:
    """Return username -> password, from the workbook in the ZIP."""
    with ZipFile(BytesIO(archive)) as documents:
        assert documents.testzip() is None
        book = load_workbook(BytesIO(documents.read("leerid.xlsx")), read_only=True)
    rows = book.active.iter_rows(min_row=2, values_only=True)
    return {str(row[4]): str(row[5]) for row in rows}
