"""A benchmark of one page, in a process without a server: a school in a database of its own."""

import argparse
import os
from collections.abc import Callable

import django
from django.core.management import call_command

from . import desk
from .seed import fill


def run(name: str, description: str | None, report: Callable[[int], None]) -> None:
    """Read the command's arguments, make a school of so many pupils, and report on it.

    `report` may import models only then.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--pupils", type=int, default=1_000)
    parser.add_argument("--database-url", help="an empty database; a new SQLite file without")
    given = parser.parse_args()

    with desk.environment(given.database_url) as environ:
        os.environ.update(environ)
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        call_command("collectstatic", interactive=False, verbosity=0)
        fill(given.pupils)
        report(given.pupils)
