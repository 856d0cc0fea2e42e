"""A file -> its headings and rows, read by a process of its own that has little time and memory."""

import io
import json
import subprocess
import sys

from django.conf import settings

from .. import UnusableFile, limits
from ..findings import findings_from_json
from .cells import FileCells

TOO_HEAVY = (
    "Dit bestand is te zwaar om te lezen. Laat in het administratiepakket of in Excel alleen de "
    "kolommen en rijen staan die nodig zijn, bewaar het als .csv en probeer opnieuw."
)


def read(content: bytes) -> FileCells:
    """Read a .csv or .xlsx file; see `cells.read_cells`.

    Raises UnusableFile, also where reading takes more time or memory than `limits` says.
    """
    lines = map(json.loads, io.BytesIO(_answer(content)))
    head = next(lines)
    if "unusable" in head:
        raise UnusableFile(head["unusable"])

    rows = [(number, tuple(cells)) for number, cells in lines]
    return FileCells(tuple(head["headings"]), rows, findings_from_json(head["findings"]))


def _answer(content: bytes) -> bytes:
    """Return what the child writes about the file. Raises UnusableFile where the child fails."""
    allowed = (settings.IMPORT_MAX_BYTES, settings.IMPORT_MAX_ROWS)
    arguments = map(str, (*allowed, limits.MEMORY, limits.SECONDS))
    command = [sys.executable, "-m", "students.importing.reading.child", *arguments]

    try:
        done = subprocess.run(  # noqa: S603
            command,
            # One byte over the limit, so that the child can refuse a larger file.
            input=content[: settings.IMPORT_MAX_BYTES + 1],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={},
            timeout=limits.CLOCK_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnusableFile(TOO_HEAVY) from None

    return done.stdout
