"""Passwords that a test saw, and the places where the server must not have left them (R5)."""

import base64
import logging
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection

from schoolloket.institutions.sessions import SessionStore
from tests.files import read_open_database

_WRITING = os.O_WRONLY | os.O_RDWR


class Leaks:
    """Collects the passwords of a test with `saw`; `found` returns the places that hold one."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.seen: set[str] = set()
        self.written: set[str] = set()
        self._caplog = caplog

    def saw(self, password: str) -> None:
        self.seen.add(password)

    @contextmanager
    def watching_files(self) -> Iterator[None]:
        """Note the files that the server's threads open to write, also those removed later."""
        _files.watched_by = self
        try:
            yield
        finally:
            _files.watched_by = None

    def found(self) -> list[str]:
        """Return the places where something leaked, without the password itself."""
        found = [f"file written: {path}" for path in sorted(self.written)]
        places = {place: content for place, content in self._places() if content}
        needles = {needle for password in self.seen for needle in spellings(password)}
        found += [place for place, text in places.items() if any(n in text for n in needles)]
        return found

    def _places(self) -> Iterator[tuple[str, bytes]]:
        for table in connection.introspection.table_names():
            yield f"table {table}", _rows(table)
        for session in Session.objects.all():
            yield "session", repr(SessionStore().decode(session.session_data)).encode()
        yield "cache", _cache()
        yield "log", "\n".join(map(logging.Formatter().format, self._logged())).encode()
        for message in mail.outbox:
            yield "mail", message.message().as_bytes()
        if connection.vendor == "sqlite":
            name = connection.settings_dict["NAME"]
            for path in filter(Path.exists, (Path(name), Path(f"{name}-wal"))):
                yield f"file {path.name[-12:]}", read_open_database(path)

    def _logged(self) -> list[logging.LogRecord]:
        """The log of the test itself too: pytest starts a new one for the teardown."""
        return [*self._caplog.get_records("call"), *self._caplog.records]


def spellings(password: str) -> set[bytes]:
    """The password as text, as the pictures' short names, and inside base64 at each offset."""
    plain = {password.encode(), password.replace(" - ", "-").encode()}
    return plain | {_in_base64(text, offset) for text in plain for offset in range(3)}


def _in_base64(text: bytes, offset: int) -> bytes:
    """The base64 characters of `text` behind `offset` other bytes, whatever bytes follow."""
    encoded = base64.b64encode(bytes(offset) + text)
    first = -(-offset * 8 // 6)
    return encoded[first : (offset + len(text)) * 8 // 6]


def _rows(table: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
        return "\n".join(str(value) for row in cursor.fetchall() for value in row).encode()


def _cache() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM cache")
        values = [base64.b64decode(value) for (value,) in cursor.fetchall()]
    return b"\n".join(repr(pickle.loads(value)).encode() for value in values)  # noqa: S301


class _Files:
    """Hears of every file that Python opens. One for all tests: the hook cannot be removed."""

    def __init__(self) -> None:
        self.watched_by: Leaks | None = None
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[object, ...]) -> None:
        if event != "open" or self.watched_by is None:
            return
        if threading.current_thread() is threading.main_thread():
            return  # the test itself, and the downloads of its browser
        path, _, flags = args
        if isinstance(path, int) or path == os.devnull:
            return  # the pipes to the process that reads an upload
        is_compiled_code = "__pycache__" in str(path)
        if isinstance(flags, int) and flags & _WRITING and not is_compiled_code:
            self.watched_by.written.add(str(path))


_files = _Files()
