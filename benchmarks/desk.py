"""Start the real desk for a benchmark: gunicorn, a database of its own, secrets of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
THREADS = 32
SECONDS_TO_START = 30
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Desk:
    """A running desk: where it listens, and the process that started its web processes."""

    port: int
    pid: int

    def web_processes(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def peak_megabytes(self) -> float:
        """Return the most memory that one web process has held so far (VmHWM)."""
        return max(_peak_kilobytes(pid) for pid in self.web_processes()) / 1024

    def cpu_seconds(self) -> float:
        """Return the processor time that the web processes took so far."""
        return sum(_cpu_ticks(pid) for pid in self.web_processes()) / TICKS_PER_SECOND


def machine_cpu_seconds() -> float:
    """Return the processor time that everything on this machine took so far."""
    user, nice, system, _, _, *interrupts = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, *interrupts))) / TICKS_PER_SECOND


def _peak_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


def _cpu_ticks(pid: int) -> int:
    """Return user and system time; the name of the process, before them, may hold blanks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@contextmanager
def environment(database_url: str | None = None) -> Iterator[dict[str, str]]:
    """Yield the environment of a new desk, with its SQLite file in a temporary folder."""
    with TemporaryDirectory(prefix="schoolloket-bench-") as folder:
        yield {
            **os.environ,
            **_fresh_secrets(),
            "DEBUG": "",
            "DEMO": "",
            # The clients of the benchmarks have no telephones.
            "SECOND_FACTOR": "offered",
            "PORTAL_URL": "",
            "DESK_URL": f"http://127.0.0.1:{_free_port()}",
            "DATABASE_URL": database_url or f"sqlite:///{folder}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "schoolloket.settings",
        }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _fresh_secrets() -> dict[str, str]:
    lines = subprocess.check_output([sys.executable, "-m", "schoolloket.make_secrets"], cwd=ROOT)
    return dict(line.split("=", 1) for line in lines.decode().splitlines())


def run(environ: dict[str, str], *arguments: str) -> None:
    """Run Python with these arguments in the desk's environment, and wait for it."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, check=True)


@contextmanager
def running(pupils: int, database_url: str | None = None, schools: int = 1) -> Iterator[Desk]:
    """Yield a desk with schools of this many pupils each, started as `make demo` does."""
    with environment(database_url) as environ:
        run(environ, "manage.py", "migrate", "--verbosity", "0")
        run(environ, "manage.py", "createcachetable")
        run(environ, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        run(environ, "-m", "benchmarks.seed", str(pupils), str(schools))
        port = int(environ["DESK_URL"].rpartition(":")[2])
        with _gunicorn(environ, port) as process:
            _wait_until_it_answers(process, port)
            yield Desk(port, process.pid)


@contextmanager
def _gunicorn(environ: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "schoolloket.wsgi"]
    command += ["--config", "deploy/gunicorn.conf.py", "--log-level", "warning"]
    shape = [f"--bind=127.0.0.1:{port}", f"--workers={WORKERS}", f"--threads={THREADS}"]
    process = subprocess.Popen([*command, *shape], cwd=ROOT, env=environ)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/aanmelden/")
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("The desk did not start.")
