"""A small threaded HTTP/1.1 server: real sockets, keep-alive, and connections that can break in every scripted way.

Tests open it on a free port with `serving`; `config.sandbox` runs it as a process of its own.
"""

from __future__ import annotations

import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

from fiscal.sandbox.app import Sandbox

LONGEST_LINE = 65_536


class SandboxServer(socketserver.ThreadingTCPServer):
    """Serves one sandbox, a thread per connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.sandbox = sandbox

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up in the middle is no news; anything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


@contextmanager
def serving(sandbox: Sandbox, port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process and yield the URL; port 0 takes a free one."""
    with SandboxServer(sandbox, port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


class _Connection(socketserver.StreamRequestHandler):
    """One connection: requests one after another until either side ends it."""

    disable_nagle_algorithm = True
    server: SandboxServer

    def handle(self) -> None:
        """Read a request, let the sandbox answer, write the answer; again while the connection lives."""
        while environ := self._request():
            self._open = environ["HTTP_CONNECTION"].lower() != "close"
            self._head = b""
            answer = self.server.sandbox(environ, self._start)
            for number, piece in enumerate(answer):
                self.wfile.write(piece if number else self._head + piece)
            if not self._open:
                return

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if not self._open:
            lines.append("Connection: close")
        self._head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _request(self) -> dict[str, Any] | None:
        line = self.rfile.readline(LONGEST_LINE).decode("latin-1").split()
        if len(line) != 3:
            return None
        method, target, _ = line
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "HTTP_CONNECTION": "",
            "wsgi.input": self.rfile,
            "sandbox.socket": self.connection,
        }
        while header := self.rfile.readline(LONGEST_LINE).decode("latin-1").rstrip("\r\n"):
            name, _, value = header.partition(":")
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value.strip()
        environ["CONTENT_LENGTH"] = environ.pop("HTTP_CONTENT_LENGTH", "0")
        return environ
