"""Starts servers over and over: `python -m tests.faults.zygote`.

Django is loaded once; every server is a fork, so that it listens within milliseconds: gunicorn
with one web process of four threads, in a process group of its own. An order is a line of JSON on
standard input, a `Start`; the answer is a line with the group's id and the port.
"""

import json
import os
import signal
import socket
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.settings"
django.setup()

from .server import Start, serve, use_canaries, warm_up  # noqa: E402


def main() -> None:
    use_canaries()
    warm_up()
    # Nobody waits for the servers: the kernel reaps them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        group = _start(Start(**json.loads(line)), listening)
        print(group, listening.getsockname()[1], flush=True)
        listening.close()


def _start(start: Start, listening: socket.socket) -> int:
    pid = os.fork()
    if pid == 0:
        sys.stdin.close()
        try:
            serve(start, listening)
        finally:
            os._exit(1)
    return pid


if __name__ == "__main__":
    main()
