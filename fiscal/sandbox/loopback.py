"""A transport for `requests` that reaches a sandbox without a network, faults and time-outs included."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.web import Reply, Request

_POOL = HTTPConnectionPool("sandbox.test")  # opens nothing; errors name it


class LoopbackAdapter(BaseAdapter):
    """`session.mount("http://sandbox.test", LoopbackAdapter(sandbox))`.

    Behaves as a connection to the sandbox would: ConnectTimeout, ReadTimeout, ConnectionError for a broken one, and
    ChunkedEncodingError for an answer that ends in its middle. A time-out is raised at once, without waiting for it,
    unless `sleep` is given (a test then moves its own clock with it); a slow answer within the time-out really takes
    its time.
    """

    def __init__(self, sandbox: Sandbox, *, sleep: Callable[[float], None] | None = None) -> None:
        super().__init__()
        self.sandbox = sandbox
        self._sleep = sleep or time.sleep
        self._wait_for_timeouts = sleep is not None
        self._closed_by_server = False
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer one prepared request."""
        connect_timeout, read_timeout = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        if self._closed_by_server:
            self._closed_by_server = False
            raise _disconnected(request)
        reply = self.sandbox.answer(_asked(request))
        if reply.connect == "refused":
            raise _refused(request)
        if reply.connect == "timeout":
            self._time_out(connect_timeout)
            cause = ConnectTimeoutError("Connection timed out")
            raise requests.exceptions.ConnectTimeout(MaxRetryError(_POOL, request.url or "", cause), request=request)
        if reply.drop:
            raise _disconnected(request)
        if reply.hang is not None or (read_timeout is not None and reply.delay > read_timeout):
            self._time_out(read_timeout)
            raise requests.exceptions.ReadTimeout("Read timed out", request=request)
        if reply.delay:
            self._sleep(reply.delay)
        self._closed_by_server = reply.close
        return self._response(request, reply, read_timeout)

    def close(self) -> None:
        """Nothing is held open."""
        self._closed_by_server = False

    def _time_out(self, seconds: float | None) -> None:
        if self._wait_for_timeouts and seconds is not None:
            self._sleep(seconds)

    def _response(
        self, request: requests.PreparedRequest, reply: Reply, read_timeout: float | None
    ) -> requests.Response:
        body = reply.body if reply.cut is None else reply.body[: reply.cut]
        source: io.BytesIO = io.BytesIO(body)
        if reply.bytes_per_second:
            source = _Trickle(body, 1 / reply.bytes_per_second, read_timeout, self._sleep)
        raw = HTTPResponse(
            body=source,
            headers=HTTPHeaderDict(reply.all_headers()),
            status=reply.status,
            reason=reply.reason,
            preload_content=False,
            enforce_content_length=True,
            request_method=request.method,
        )
        return self._builder.build_response(request, raw)


class _Trickle(io.BytesIO):
    """A body that arrives byte by byte."""

    def __init__(self, body: bytes, pause: float, read_timeout: float | None, sleep: Callable[[float], None]) -> None:
        super().__init__(body)
        self._pause, self._read_timeout, self._sleep = pause, read_timeout, sleep

    def read(self, size: int | None = -1) -> bytes:
        """Wait for as many bytes as were asked for, as a real response does."""
        left = len(self.getbuffer()) - self.tell()
        wanted = left if size is None or size < 0 else min(size, left)
        for _ in range(wanted):
            self._wait()
        return super().read(wanted)

    def read1(self, size: int | None = -1) -> bytes:
        """What the next packet brings: one byte."""
        if self.tell() < len(self.getbuffer()):
            self._wait()
        return super().read(1)

    def _wait(self) -> None:
        if self._read_timeout is not None and self._pause > self._read_timeout:
            raise TimeoutError("timed out")
        self._sleep(self._pause)


def _asked(request: requests.PreparedRequest) -> Request:
    parts = urlsplit(request.url or "")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    headers.setdefault("host", parts.netloc)
    body: Any = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = b"".join(body)
    return Request(request.method or "GET", unquote(parts.path) or "/", parts.query, headers, body)


def _refused(request: requests.PreparedRequest) -> requests.exceptions.ConnectionError:
    """Wrapped as a real one is: callers tell by the innermost error that nothing was sent."""
    cause = NewConnectionError(HTTPConnection("sandbox.test"), "Connection refused")
    return requests.exceptions.ConnectionError(MaxRetryError(_POOL, request.url or "", cause), request=request)


def _disconnected(request: requests.PreparedRequest) -> requests.exceptions.ConnectionError:
    cause = RemoteDisconnected("Remote end closed connection without response")
    return requests.exceptions.ConnectionError(ProtocolError("Connection aborted.", cause), request=request)
