"""A manager's browser over HTTP: sends what a browser sends, and times every request."""

import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from .seed import PASSWORD

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')

Fields = list[tuple[str, Any]]


@dataclass(frozen=True)
class Timed:
    """One request, from the first byte sent to the last byte read."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str


class Browser:
    """Keeps the cookies, the CSRF token of the last page, and the time of every request."""

    def __init__(self, port: int) -> None:
        self.timed: list[Timed] = []
        self._port = port
        self._cookies: dict[str, str] = {}
        self._token = ""

    def sign_in(self, email: str) -> None:
        self.get("sign-in", "/aanmelden/")
        self.post("sign-in", "/aanmelden/", [("login", email), ("password", PASSWORD)])
        if "loket" not in self._cookies:
            raise AssertionError("The manager could not sign in.")

    def get(self, name: str, path: str) -> bytes:
        """Return the page. Raises AssertionError for anything but 200."""
        answer = self._request(name, "GET", path)
        if answer.status != 200:
            raise AssertionError(f"{path} answered {answer.status}")
        if token := TOKEN.search(answer.body):
            self._token = token[1].decode()
        return answer.body

    def post(self, name: str, path: str, fields: Fields) -> Answer:
        """Post a form with its token; follow no redirect.

        Raises AssertionError for anything but 200 and 302.
        """
        body = urlencode([("csrfmiddlewaretoken", self._token), *fields])
        answer = self._request(name, "POST", path, body)
        if answer.status not in (200, 302):
            raise AssertionError(f"{path} answered {answer.status}")
        return answer

    def upload(self, name: str, path: str, content: bytes, fields: Fields) -> Answer:
        """Post a form with a file in the field `file`, whatever the answer."""
        edge = "----bench"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in [("csrfmiddlewaretoken", self._token), *fields]
        ]
        parts.append(
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="lijst"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = "".join(parts).encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self._request(name, "POST", path, body, f"multipart/form-data; boundary={edge}")

    def _request(
        self,
        name: str,
        method: str,
        path: str,
        body: str | bytes = "",
        content_type: str = "application/x-www-form-urlencoded",
    ) -> Answer:
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self._cookies.items())}
        if method == "POST":
            headers["Content-Type"] = content_type
        connection = HTTPConnection("127.0.0.1", self._port, timeout=120)
        began = time.perf_counter()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        self.timed.append(Timed(name, time.perf_counter() - began))
        connection.close()
        for header in response.headers.get_all("Set-Cookie", []):
            self._cookies |= {key: crumb.value for key, crumb in SimpleCookie(header).items()}
        return Answer(response.status, content, response.headers.get("Location", ""))
