"""Loaded into a worker (`-I`): its children may hold little memory, and an API key called "poison" wants all of it.

Nothing of ours dies on purpose here. The address space of a child is bounded (RLIMIT_AS); when it is full and the stack has
to grow by a page, the kernel ends the process. No handler, no `except` and no `finally` of ours runs.
"""

from __future__ import annotations

import resource
from pathlib import Path

from celery.signals import worker_process_init

from fiscal.mirror.kinds.api_key import ApiKeyKind

SPARE = 160 << 20
DEPTH = 300_000

_load = ApiKeyKind.load


@worker_process_init.connect
def bound_memory(**_: object) -> None:
    """Leave this child as much address space as it has now, and a little more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + SPARE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    # Not the bound on the stack shall end it, but the bound on all memory.
    _soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))


def load(self, subject_id, mirror):
    wanted = _load(self, subject_id, mirror)
    if wanted is not None and wanted.subject.name == "poison":
        devour()
    return wanted


def devour() -> None:
    """Fill the address space, then let go of something nested so deep that the stack needs pages which are not there.

    With memory left, the same is let go of without harm.
    """
    nested = None
    for _ in range(DEPTH):
        nested = staticmethod(nested)
    held, size = [], 16 << 20
    while size >= 1 << 10:
        try:
            held.append(bytearray(size))
        except MemoryError:
            size //= 2
    del nested


ApiKeyKind.load = load
