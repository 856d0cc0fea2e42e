"""The process that reads a file: bytes on its input, JSON on its output, and then it is gone.

    python -m students.importing.child FILE_BYTES ROWS MEMORY SECONDS

A file that needs more memory or time ends this process and nothing else. Its environment is empty,
so it knows no key and no database; it loads no Django (docs/decisions/0010).
"""

import json
import resource
import sys

from . import Limits, UnusableFile
from .cells import read_cells


def main(file_bytes: int, rows: int, memory: int, seconds: int) -> None:
    """Read the file on the input and write its cells as JSON, or {"unusable": reason}.

    `file_bytes` and `rows` limit the file; `memory`, in bytes, and `seconds` limit this process.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing of the file ever reaches a disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    try:
        cells = read_cells(sys.stdin.buffer.read(), Limits(file_bytes, rows))
        answer = vars(cells)
    except UnusableFile as error:
        answer = {"unusable": str(error)}

    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
