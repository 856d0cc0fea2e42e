"""One server of these tests: the real desk under gunicorn, with a fault at a chosen point.

It counts the SQL statements of every request that names its operation in the header
`X-Operation` and notes each in its journal, before and after. At one of them, the fault's point, it
kills its own process group, or waits until the test has done something to the database.
"""

import ctypes
import fcntl
import json
import mmap
import os
import resource
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.template.loader import get_template
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication

from accounts.models import PasswordKind
from credentials import passwords
from credentials.actions import hashing
from schoolloket.institutions.middleware import DeskLockMiddleware

from .oracle import CANARY

PR_SET_PDEATHSIG = 1
JOURNAL_BYTES = 512
THREADS = 4
# A slice takes milliseconds here; a killed server should not hold the draft for seconds.
LEASE = timedelta(seconds=0.3)

KILL, PAUSE, LOSE = "kill", "pause", "lose"


@dataclass(frozen=True)
class Start:
    """How to start one server: on which database, where it writes, and where its fault strikes.

    `point`: operation, number of the statement (from 1) and "before" or "after"; `fault`: KILL,
    PAUSE (until the file `go` appears) or LOSE (the database's answer never arrives).
    """

    database: str
    folder: str
    point: list[str | int] | None = None
    fault: str = KILL
    # SQLite: how many pages the database may have; how large any file of the server may get.
    most_pages: int = 0
    most_bytes: int = 0


@dataclass
class Journal:
    """Notes where the server is, in a file that outlives it."""

    folder: Path
    file: mmap.mmap = field(init=False)

    def __post_init__(self) -> None:
        path = self.folder / "journal"
        path.write_bytes(b" " * JOURNAL_BYTES)
        with path.open("r+b") as opened:
            self.file = mmap.mmap(opened.fileno(), JOURNAL_BYTES)

    def write(self, **entry: Any) -> None:
        # A thread may be killed halfway: the end of the line is written last.
        self.file[:] = json.dumps(entry).encode().ljust(JOURNAL_BYTES)


class Here(threading.local):
    """The operation that this thread carries out."""

    operation = ""
    statements = 0


class Server:
    """The desk as gunicorn runs it, with a fault at a chosen point."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.folder = Path(start.folder)
        self.journal = Journal(self.folder)
        self.here = Here()

    def application(self, environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
        self.here.operation = environ.get("HTTP_X_OPERATION", "")
        self.here.statements = 0
        self._note("begins")
        try:
            return desk()(environ, respond)
        finally:
            self._note("answers")

    def _note(self, what: str, sql: str = "", connection: Any = None) -> None:
        if not self.here.operation:
            return
        self.journal.write(
            operation=self.here.operation,
            statement=self.here.statements,
            what=what,
            sql=sql[:60],
            inside=bool(connection and connection.in_atomic_block),
            backend=_backend_of(connection),
        )

    # A statement, a commit -----------------------------------------------------------------------

    def statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        return self._meet(sql, context["connection"], lambda: execute(sql, params, many, context))

    def _meet(self, sql: str, connection: Any, do: Callable[[], Any]) -> Any:
        if not self.here.operation:
            return do()
        self.here.statements += 1
        self._note("before", sql, connection)
        self._strike("before", connection)
        result = do()
        self._note("after", sql, connection)
        self._strike("after", connection)
        with (self.folder / "statements").open("a") as statements:
            statements.write(f"{self.here.operation} {sql[:70]}\n".replace("\r", " "))
        return result

    def _strike(self, when: str, connection: Any) -> None:
        if self.start.point != [self.here.operation, self.here.statements, when]:
            return
        if self.start.fault == KILL:
            os.killpg(0, signal.SIGKILL)
        elif self.start.fault == PAUSE:
            (self.folder / "paused").touch()
            while not (self.folder / "go").exists():
                time.sleep(0.002)
        elif self.start.fault == LOSE:
            connection.connection.close()
            raise connection.Database.OperationalError("the server closed the connection")

    # Setting it up -------------------------------------------------------------------------------

    def install(self) -> None:
        connections.databases["default"] |= database_settings(self.start)
        commit = BaseDatabaseWrapper._commit

        def met_commit(connection: Any) -> None:
            self._meet("COMMIT", connection, lambda: commit(connection))

        BaseDatabaseWrapper._commit = met_commit  # type: ignore[method-assign]

        def watch(connection: Any, **_: Any) -> None:
            if self.statement not in connection.execute_wrappers:
                connection.execute_wrappers.append(self.statement)

        connection_created.connect(watch, weak=False)
        if self.start.most_bytes:
            limit = (self.start.most_bytes, self.start.most_bytes)
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    def run(self, listening: int) -> None:
        server = self

        class Gunicorn(BaseApplication):
            def load_config(self) -> None:
                self.cfg.set("bind", f"fd://{listening}")
                self.cfg.set("threads", THREADS)
                self.cfg.set("worker_class", "gthread")
                self.cfg.set("loglevel", "warning")
                self.cfg.set("graceful_timeout", 2)
                # A busy machine is no reason to end a worker.
                self.cfg.set("timeout", 300)

            def load(self) -> Any:
                server.install()
                return server.application

        Gunicorn().run()


def _backend_of(connection: Any) -> int:
    opened = getattr(connection, "connection", None)
    is_postgresql = opened is not None and connection.vendor == "postgresql"
    return opened.info.backend_pid if is_postgresql and not opened.closed else 0


def database_settings(start: Start) -> dict[str, Any]:
    """Return the project's database settings, for the database of this server."""
    found = dj_database_url.parse(start.database)
    options = dict(settings.DATABASES["default"]["OPTIONS"])
    if start.most_pages:
        options["init_command"] += f" PRAGMA max_page_count={start.most_pages};"
    chosen = {key: found[key] for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    return {**chosen, "OPTIONS": options}


def use_canaries() -> None:
    """Let new passwords be recognisable wherever they leak (R5)."""
    generate = passwords.generate

    def canary(kind: PasswordKind | str) -> str:
        unique = secrets.token_hex(3)
        match PasswordKind(kind):
            case PasswordKind.PICTURES:
                return generate(kind)
            case PasswordKind.WORD:
                return f"{CANARY.lower()}{unique}"
            case PasswordKind.ADVANCED:
                return f"{CANARY}{unique}"

    passwords.generate = canary


@cache
def desk() -> Callable[..., Iterable[bytes]]:
    """The product's application, made once for all servers."""
    return get_wsgi_application()


def warm_up() -> None:
    """Load now what each server would load at its first request."""
    desk()
    get_resolver().url_patterns  # noqa: B018
    for name in ("accounts/list.html", "credentials/preview.html", "credentials/result.html"):
        get_template(name)
    passwords.words()
    passwords.blocklist()
    hashing.LEASE = LEASE
    # Every request writes its session, so that a fault can strike there too.
    DeskLockMiddleware.SECONDS_BETWEEN_TOUCHES = 0


def serve(start: Start, listening: socket.socket) -> None:
    os.setsid()
    # No server outlives the tests when these are killed themselves.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder = Path(start.folder)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # Every process of the group holds this lock: when it is free, all of them are gone.
    alive = os.open(folder / "alive", os.O_RDWR | os.O_CREAT)
    fcntl.flock(alive, fcntl.LOCK_EX)
    os.set_inheritable(listening.fileno(), True)
    Server(start).run(listening.fileno())
