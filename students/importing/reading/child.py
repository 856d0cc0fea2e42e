"""The process that reads a file: bytes on its input, lines of JSON on its output, and it is gone.

    python -m students.importing.reading.child FILE_BYTES ROWS MEMORY SECONDS

A file that needs more memory or time ends this process and nothing else. Its environment is empty,
so it knows no key and no database; it loads no Django (docs/decisions/0010).
"""

import json
import os
import resource
import sys
from dataclasses import asdict

from .. import UnusableFile
from ..limits import Limits
from .cells import FileCells, read_cells

# The pages of others go first.
NICENESS = 5


def main(file_bytes: int, rows: int, memory: int, seconds: int) -> None:
    """Read the file on the input and write its cells, or {"unusable": reason}.

    `file_bytes` and `rows` limit the file; `memory`, in bytes, and `seconds` limit this process.
    """
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing of the file ever reaches a disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    try:
        cells = read_cells(sys.stdin.buffer.read(), Limits(file_bytes, rows))
    except UnusableFile as error:
        _write({"unusable": str(error)})
    else:
        _write_cells(cells)


def _write_cells(cells: FileCells) -> None:
    """Write the headings on one line, and each row on another.

    In lines, so that neither process holds all of it as one text.
    """
    _write({"headings": cells.headings, "findings": asdict(cells.findings)})
    for row in cells.rows:
        _write(row)


def _write(value: object) -> None:
    """Write a line of JSON."""
    line = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write(line.encode() + b"\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
