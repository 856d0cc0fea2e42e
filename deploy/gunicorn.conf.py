"""How gunicorn serves the desk: `gunicorn schoolloket.wsgi --config deploy/gunicorn.conf.py`."""

import ctypes
from typing import Any

# Of a web process: 24 at most wait for the hash of a password on a new device (a class at the bell)
# and four without a device that can be told apart, one reads a file, and the others are free for
# pages. Each has a connection to PostgreSQL.
threads = 32

# By default gunicorn believes a header SCRIPT_NAME, with which a client behind a proxy that lets it
# through would open the desk's pages on the pupils' host.
forwarder_headers = ""

# M_ARENA_MAX of glibc's malloc.h.
_ARENA_MAX = -8
_ARENAS = 2


def post_fork(server: Any, worker: Any) -> None:
    """Let the threads share two pools of memory.

    With a pool of its own each thread keeps what a large list took: 340 MB of a process where this
    takes 267. Without glibc there is no such function, and nothing to do.
    """
    limit_arenas = getattr(ctypes.CDLL(None), "mallopt", None)
    if limit_arenas is not None:
        limit_arenas(_ARENA_MAX, _ARENAS)
