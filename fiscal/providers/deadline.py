"""A deadline for one whole exchange, kept at the socket.

The time-outs of `requests` count from one byte to the next, so a server that sends one byte a second is never late.
Here every read from the socket is given what is left of the exchange's time, headers and body alike.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass(frozen=True)
class Deadline:
    """The moment `ends_at` of the monotonic `clock`, in seconds."""

    ends_at: float
    clock: Callable[[], float]

    def left(self) -> float:
        """Seconds left; zero or less when it is over."""
        return self.ends_at - self.clock()


_current: ContextVar[Deadline | None] = ContextVar("deadline of the exchange", default=None)


@contextmanager
def kept(deadline: Deadline) -> Iterator[None]:
    """Within the block, connections of a manager made `punctual` read no longer than `deadline`."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)


def make_punctual(manager: PoolManager) -> None:
    """Let the connections that `manager` opens from now on keep the current deadline."""
    manager.pool_classes_by_scheme = {"http": _PunctualPool, "https": _PunctualSecurePool}


class _PunctualReader(io.RawIOBase):
    """Reads from a socket with what is left of the time, never more than the read time-out."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        deadline = _current.get()
        if deadline is not None:
            left = deadline.left()
            if left <= 0:
                raise TimeoutError("the whole answer took too long")
            self._socket.settimeout(left if self._patience is None else min(left, self._patience))
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _PunctualSocket:
    """The one thing that `http.client` asks of a socket when it reads an answer."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_PunctualReader(self._socket))


class _PunctualResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(_PunctualSocket(sock), *arguments, **options)  # type: ignore[arg-type]


class _PunctualConnection(HTTPConnection):
    response_class = _PunctualResponse


class _PunctualSecureConnection(HTTPSConnection):
    response_class = _PunctualResponse


class _PunctualPool(HTTPConnectionPool):
    ConnectionCls = _PunctualConnection


class _PunctualSecurePool(HTTPSConnectionPool):
    ConnectionCls = _PunctualSecureConnection
