"""The provider behind HTTP: a WSGI application in a thread."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, make_server

from .provider import Provider, Refusal

Start = Callable[..., Any]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers on a free port until the block ends."""
    server = make_server("127.0.0.1", 0, lambda environ, start: [], handler_class=Quiet)
    provider = Provider(issuer=f"http://127.0.0.1:{server.server_port}")
    server.set_app(lambda environ, start: answer(provider, environ, start))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(provider: Provider, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    provider.requests.append(path)
    if provider.down:
        return _json(start, {}, "503 Service Unavailable")
    if path == "/.well-known/openid-configuration":
        return _json(start, provider.configuration())
    if path == "/keys":
        return _json(start, provider.keys())
    if path == "/authorize":
        asked = dict(parse_qsl(environ["QUERY_STRING"]))
        start("302 Found", [("Location", provider.authorize(asked))])
        return [b""]
    if path == "/token":
        return _tokens(provider, environ, start)
    return _json(start, {}, "404 Not Found")


def _tokens(provider: Provider, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    try:
        return _json(start, provider.exchange(dict(parse_qsl(body.decode()))))
    except (Refusal, KeyError):
        return _json(start, {"error": "invalid_grant"}, "400 Bad Request")


def _json(start: Start, document: dict[str, Any], status: str = "200 OK") -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json")])
    return [json.dumps(document).encode()]
