"""A file -> its headings and rows, read by a process of its own that has little time and memory."""

import json
import subprocess
import sys

from django.conf import settings

from . import UnusableFile
from .cells import FileCells

# Limits of the child: bytes of memory; seconds by the clock, and of processor time.
MEMORY = 300 * 2**20
SECONDS = 10

TOO_HEAVY = (
    "Dit bestand is te zwaar om te lezen. Laat in het administratiepakket of in Excel alleen de "
    "kolommen en rijen staan die nodig zijn, bewaar het als .csv en probeer opnieuw."
)


def read(content: bytes) -> FileCells:
    """Read a .csv or .xlsx file; see `cells.read_cells`.

    Raises UnusableFile, also where reading takes more than 10 seconds or 300 MB.
    """
    answer = json.loads(_answer(content))
    if "unusable" in answer:
        raise UnusableFile(answer["unusable"])

    rows = [(number, tuple(cells)) for number, cells in answer["rows"]]
    return FileCells(tuple(answer["headings"]), rows, answer["cut_off"])


def _answer(content: bytes) -> bytes:
    """Return what the child writes about the file. Raises UnusableFile where the child fails."""
    limits = (settings.IMPORT_MAX_BYTES, settings.IMPORT_MAX_ROWS, MEMORY, SECONDS)
    command = [sys.executable, "-m", "students.importing.child", *map(str, limits)]

    try:
        done = subprocess.run(  # noqa: S603
            command,
            # One byte over the limit, so that the child can refuse a larger file.
            input=content[: settings.IMPORT_MAX_BYTES + 1],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={},
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnusableFile(TOO_HEAVY) from None

    return done.stdout
