"""Run a management command until it is killed: `python -m tests.faults.killed rotate_keys 7`.

SIGKILL strikes before its seventh SQL statement; without a number it comes to its end and prints
how many statements there were.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def run(command: str, strikes_at: int, **environ: str) -> int:
    """Run the command in another process; return its exit code, or its number of statements."""
    given = [sys.executable, "-m", __name__, command, str(strikes_at)]
    done = subprocess.run(given, cwd=ROOT, env=os.environ | environ, stdout=subprocess.PIPE)
    return int(done.stdout.splitlines()[-1]) if done.returncode == 0 else done.returncode


def main(command: str, strikes_at: int) -> None:
    django.setup()
    statements = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        if statements == strikes_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    with connection.execute_wrapper(count):
        call_command(command)
    print(statements)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
