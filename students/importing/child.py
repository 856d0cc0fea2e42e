"""The process that reads a file: bytes on its input, JSON on its output, and then it is gone.

    python -m students.importing.child FILE_BYTES ROWS MEMORY SECONDS

A file that wants more memory or time ends this process and nothing else. It gets no environment,
so it knows no key and no database, and it loads neither.
"""

import json
import resource
import sys

from . import UnusableFile
from .cells import Limits, read_cells


def main(file_bytes: int, rows: int, memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing that it reads ever reaches a disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        texts = read_cells(sys.stdin.buffer.read(), Limits(file_bytes, rows))
        answer = vars(texts)
    except UnusableFile as error:
        answer = {"unusable": str(error)}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
