"""By which request, and in which run, something is done. Set around it; the record reads it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """One request: our id of it, the visitor's address, and the browser's own words for itself."""

    request_id: str = ""
    ip_address: str = ""
    user_agent: str = ""


NOBODY = Asked()
_asked: ContextVar[Asked] = ContextVar("asked", default=NOBODY)
_run: ContextVar[uuid.UUID | None] = ContextVar("run", default=None)


def asked() -> Asked:
    """The request that is being answered; NOBODY outside of one."""
    return _asked.get()


@contextmanager
def asking(request: Asked) -> Iterator[None]:
    """Whatever is recorded inside was asked for by this request."""
    token = _asked.set(request)
    try:
        yield
    finally:
        _asked.reset(token)


def run_id() -> uuid.UUID | None:
    """The run that is going on; None outside of one."""
    return _run.get()


@contextmanager
def run() -> Iterator[uuid.UUID]:
    """Whatever is recorded inside belongs together: one thing a person asked for, done to many objects.

    A run inside a run is the same run. Gives its id.
    """
    current = _run.get() or uuid.uuid4()
    token = _run.set(current)
    try:
        yield current
    finally:
        _run.reset(token)
