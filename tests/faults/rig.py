"""The databases and servers of the fault tests: fresh for every fault, within milliseconds."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.db import connections

from tests.files import read_open_database

from . import figures
from .manager import Answer, Manager
from .oracle import Leaks
from .server import PAUSE, Start, database_settings

ROOT = Path(__file__).resolve().parent.parent.parent
ALIAS = "fault"
SECONDS_TO_DIE = 30

# An operation, the number of one of its statements (from 1), and "before" or "after".
Point = tuple[str, int, str]


class Databases(Protocol):
    """Where databases come from: a folder of SQLite files, or a PostgreSQL cluster."""

    vendor: str

    def url(self, name: str) -> str: ...
    def create(self, name: str) -> None: ...
    def copy(self, source: str, name: str) -> None: ...
    def drop(self, name: str) -> None: ...
    def settle(self, name: str) -> None:
        """Wait until nobody uses the database any more."""

    def files(self, name: str = "") -> Iterator[Path]:
        """The files that could hold a password, of one database where each has files of its own."""

    def dump(self) -> bytes:
        """A backup of all databases, made by the database's own program."""


@dataclass
class SqliteFiles:
    folder: Path
    vendor: str = "sqlite"

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def create(self, name: str) -> None:
        pass

    def copy(self, source: str, name: str) -> None:
        for suffix in ("", "-wal"):
            if (found := Path(f"{self.path(source)}{suffix}")).exists():
                shutil.copy(found, f"{self.path(name)}{suffix}")

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{suffix}").unlink(missing_ok=True)

    def settle(self, name: str) -> None:
        pass

    def files(self, name: str = "") -> Iterator[Path]:
        return self.folder.glob(f"{name or '*'}.sqlite3*")

    def dump(self) -> bytes:
        return b""  # it would be a copy of a file that is searched already


@dataclass
class Cluster:
    """A PostgreSQL server for these tests alone, so that they can pull its plug."""

    folder: Path
    vendor: str = "postgresql"

    def __post_init__(self) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.data = self.folder / "data"
        self.port = 5432
        self.folder.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        # Small journal files, so that a limit on the size of files can be small too.
        like = ["--auth=trust", "--encoding=UTF8", "-U", "postgres", "--wal-segsize=1", "--no-sync"]
        self._run(self.bin / "initdb", "-D", self.data, *like)
        self.control("start")

    def _run(self, *command: Any) -> None:
        # PostgreSQL refuses to run as root.
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def control(self, what: str) -> None:
        """Start, stop or restart the server at once, as a power cut would."""
        # A crash of the program, not of the machine: the kernel keeps what was written.
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=100"
        how = ["-w", "-m", "immediate", "-l", self.folder / "log", "-o", options]
        self._run(self.bin / "pg_ctl", "-D", self.data, *how, what)

    def limit_files(self, backend: int, limit: str) -> None:
        """Let the backend make no file larger than so many bytes, or `unlimited`."""
        self._run("prlimit", f"--pid={backend}", f"--fsize={limit}:")

    def url(self, name: str) -> str:
        return f"postgres://postgres@{str(self.folder).replace('/', '%2F')}:{self.port}/{name}"

    def tell(self, sql: str, *params: Any, database: str = "postgres") -> list[Any]:
        """Run a statement as the operator."""
        place = {"host": str(self.folder), "port": self.port, "user": "postgres"}
        with psycopg.connect(**place, dbname=database, autocommit=True) as operator:
            answer = operator.execute(sql, params)
            return answer.fetchall() if answer.description else []

    def create(self, name: str) -> None:
        self.tell(f'CREATE DATABASE "{name}"')

    def copy(self, source: str, name: str) -> None:
        self.settle(source)
        self.tell(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY wal_log')

    def drop(self, name: str) -> None:
        self.tell(f'DROP DATABASE "{name}" WITH (FORCE)')

    def settle(self, name: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_DIE
        # The oracle does not count: it only reads.
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name <> %s"
        )
        while self.tell(others, name, ALIAS) != [(0,)]:
            assert time.monotonic() < deadline, "somebody holds on to the database"
            time.sleep(0.01)

    def files(self, name: str = "") -> Iterator[Path]:
        # All databases share one journal, which is searched once, at the end.
        return (path for path in self.folder.rglob("*") if path.is_file() and not name)

    def dump(self) -> bytes:
        place = ["-h", self.folder, "-p", str(self.port), "-U", "postgres"]
        return subprocess.check_output([self.bin / "pg_dumpall", *place])


@dataclass
class Server:
    """A running desk on a database, in a folder with its journal and its log."""

    databases: Databases
    name: str
    group: int
    port: int
    folder: Path

    def journal(self) -> dict[str, Any]:
        """The last note of the server: where it is, or was when it died."""
        text = (self.folder / "journal").read_bytes().decode().strip(" \0")
        with suppress(json.JSONDecodeError):
            return dict(json.loads(text))
        return {}

    def statements(self) -> list[tuple[str, str]]:
        """Every statement that was carried out for an operation, in their order."""
        path = self.folder / "statements"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self.wait_until_dead()

    def stop(self) -> None:
        """Let the server end in order and close its connections."""
        with suppress(ProcessLookupError):
            os.kill(self.group, signal.SIGTERM)
        self.wait_until_dead()

    def wait_until_dead(self) -> None:
        with (self.folder / "alive").open("a") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
        self.databases.settle(self.name)

    def wait_until_paused(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_DIE
        while not (self.folder / "paused").exists():
            assert time.monotonic() < deadline, "the server never came to the point"
            time.sleep(0.002)

    def go_on(self) -> None:
        (self.folder / "go").touch()


@dataclass
class Rig:
    """Makes databases and starts servers on them; the one thing that a test asks for."""

    databases: Databases
    folder: Path
    stages: dict[str, Manager] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self.environ = os.environ | {"FAULTS_MAIL": str(self.folder / "mail")}
        self.zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            env=self.environ,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self.zygote.stdout is not None
        return self.zygote.stdout.readline().strip()

    def close(self) -> None:
        self.zygote.communicate()

    def build(self, name: str, pupils: int) -> None:
        """Make a database with a school of so many pupils."""
        self.databases.create(name)
        environ = self.environ | {"DATABASE_URL": self.databases.url(name)}
        command = [sys.executable, "-m", "tests.faults.build", str(pupils)]
        subprocess.run(command, cwd=ROOT, env=environ, check=True)

    def start(self, name: str, **how: Any) -> Server:
        """Start the desk on the database of this name; `how`: see Start."""
        self.made += 1
        folder = self.folder / f"server-{self.made}"
        folder.mkdir()
        order = asdict(Start(database=self.databases.url(name), folder=str(folder), **how))
        assert self.zygote.stdin is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        group, port = map(int, self._answer().split())
        return Server(self.databases, name, group, port, folder)

    @contextmanager
    def running(self, name: str, **how: Any) -> Iterator[Server]:
        server = self.start(name, **how)
        try:
            yield server
        finally:
            server.stop()

    @contextmanager
    def restarted(self, name: str, manager: Manager) -> Iterator[Server]:
        """Start the desk anew for the manager, and kill it at the end: quicker than a stop."""
        server = self.start(name)
        manager.port = server.port
        try:
            yield server
        finally:
            server.kill()
            self._search_in(server)

    @contextmanager
    def paused(
        self, name: str, manager: Manager, step: Callable[[Manager], Answer], point: Point
    ) -> Iterator[tuple[Server, Future[Answer]]]:
        """Let the manager take a step, and yield the server paused at that point of the step."""
        with (
            ThreadPoolExecutor(1) as pool,
            self.running(name, point=point, fault=PAUSE) as server,
        ):
            manager.port = server.port
            answer = pool.submit(step, manager)
            server.wait_until_paused()
            yield server, answer

    def statements(self, stage: str, operation: str, step: Callable[[Manager], Any]) -> list[str]:
        """Return every statement of a step that succeeds, COMMIT included."""
        with self.at_stage(stage) as (name, manager):
            with self.running(name) as server:
                manager.port = server.port
                step(manager)
            return [sql for met, sql in server.statements() if met == operation]

    # Where passwords could have leaked (R5) ------------------------------------------------------

    def _search_in(self, server: Server) -> None:
        """Search what a server left behind, while its database is still there."""
        leaks = Leaks()
        leaks.look_in_database(ALIAS)
        for path in self.databases.files(server.name):
            leaks.look_in(path.name, read_open_database(path))
        for path in server.folder.iterdir():
            leaks.look_in(path.name, path.read_bytes())
        self._answer_for(leaks)

    def search(self) -> None:
        """Search a backup and all files of the databases and servers, with their logs and mails."""
        leaks = Leaks()
        leaks.look_in("dump", self.databases.dump())
        for path in [*self.databases.files(), *self.folder.rglob("*")]:
            # Servers and the cluster remove files of their own while we look.
            with suppress(FileNotFoundError, IsADirectoryError):
                leaks.look_in(str(path), path.read_bytes())
        self._answer_for(leaks)

    def _answer_for(self, leaks: Leaks) -> None:
        figures.note(
            "search for canaries",
            self.databases.vendor,
            bytes=leaks.scanned,
            hits=len(leaks.hits),
        )
        assert leaks.hits == []

    # A stage: a database and a manager, at the moment before something happens ------------------

    def keep_stage(self, stage: str, name: str, manager: Manager) -> None:
        """Keep a copy of the database, which nobody uses now, and of the manager."""
        self.databases.copy(name, stage)
        self.stages[stage] = deepcopy(manager)

    @contextmanager
    def at_stage(self, stage: str) -> Iterator[tuple[str, Manager]]:
        """Yield the name of a copy of the stage's database, and a copy of its manager."""
        self.made += 1
        name = f"copy_{self.made}"
        self.databases.copy(stage, name)
        self.look_at(name)
        try:
            yield name, deepcopy(self.stages[stage])
        finally:
            self.look_away()
            self.databases.drop(name)

    def look_at(self, name: str) -> None:
        """Open the database under the alias that the oracle uses."""
        self.look_away()
        chosen = database_settings(Start(self.databases.url(name), ""))
        if chosen["OPTIONS"].pop("pool", None):
            chosen["OPTIONS"]["application_name"] = ALIAS
        connections.databases[ALIAS] = deepcopy(connections.databases["default"]) | chosen

    def look_away(self) -> None:
        if ALIAS in connections.databases:
            connections[ALIAS].close()
            del connections[ALIAS], connections.databases[ALIAS]
