"""Between a WSGI server and the building. Plays on a real connection what a fault says happens to the answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fiscal.sandbox.web import LARGEST_BODY, Reply, Request, error_reply

Answer = Callable[[Request], Reply]
STEP = 0.1  # seconds between two pieces of a slow body, at most


def respond(answer: Answer, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One WSGI call."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    reply = _too_large() if length > LARGEST_BODY else answer(_request(environ, length))
    if reply.hang is not None:
        time.sleep(reply.hang)
    if not reply.arrives:
        _end(environ)
        start_response("500 Internal Server Error", [("Content-Length", "0")])
        return []
    time.sleep(reply.delay)
    start_response(f"{reply.status} {reply.reason}", reply.all_headers())
    return _sent(environ, reply, head=environ["REQUEST_METHOD"] == "HEAD")


def pieces(reply: Reply, sleep: Callable[[float], None] = time.sleep) -> Iterator[bytes]:
    """The body as it trickles in: cut where the fault says, and no faster than it says."""
    body = reply.body if reply.cut is None else reply.body[: reply.cut]
    if not reply.bytes_per_second:
        yield body
        return
    size = max(1, int(reply.bytes_per_second * STEP))
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        yield piece
        sleep(len(piece) / reply.bytes_per_second)


def _sent(environ: dict[str, Any], reply: Reply, *, head: bool) -> Iterator[bytes]:
    if not head:
        yield from pieces(reply)
    if reply.cut is not None or reply.close:
        _end(environ)


def _request(environ: dict[str, Any], length: int) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    # WSGI hands over the path as Latin-1; it was UTF-8 on the wire.
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    body = environ["wsgi.input"].read(length) if length else b""
    return Request(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), headers, body)


def _too_large() -> Reply:
    # The body stays unread, so the connection cannot be used for another request.
    reply = error_reply(413, "Too large")
    reply.close = True
    return reply


def _end(environ: dict[str, Any]) -> None:
    connection: socket.socket | None = environ.get("gunicorn.socket") or environ.get("sandbox.socket")
    if connection is None:
        raise RuntimeError("This server does not hand out its socket, so the connection cannot be broken.")
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the caller was faster and is gone already
