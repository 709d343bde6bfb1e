"""Signed checkpoints, kept outside the database: what the end of each record was at a certain time.

The chain alone does not notice that its tail was cut off, or that an old copy of the database was put back. A line here does:
`{"at", "digest", "key_id", "number", "organization", "previous", "signature"}`, JSON with sorted keys, signed with Ed25519 over
the line without `signature`. `previous` is the SHA-256 of the organization's checkpoint before it, '' for the first one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organizations.audit.canonical import canonical, digest_of, written
from organizations.audit.keys import is_signed, newest, sign


@dataclass(frozen=True)
class Checkpoint:
    """One line: `number` and `digest` were the end of the organization's record at the time `at`."""

    organization: str
    number: int
    digest: str
    at: str


@dataclass
class Shelf:
    """What checkpoint files say: checkpoints by organization, in their order, and lines that say nothing."""

    by_organization: dict[str, list[Checkpoint]] = field(default_factory=lambda: defaultdict(list))
    forged: list[str] = field(default_factory=list)
    """`file:line` of lines that none of our keys signed, or before which a line is missing."""
    torn: list[str] = field(default_factory=list)
    """`file:line` of lines whose writing was interrupted. Harmless: they are written again."""


def signed(facts: dict[str, Any]) -> str:
    """The facts as a signed line, without its end."""
    facts = facts | {"key_id": newest()}
    _key_id, signature = sign(written(facts))
    return canonical(facts | {"signature": signature})


def line_of(checkpoint: Checkpoint, previous: str) -> tuple[str, str]:
    """The checkpoint as a signed line, and the digest that the next one refers to."""
    line = signed(vars(checkpoint) | {"previous": previous})
    return line, digest_of(line.encode())


@contextmanager
def appending(path: Path) -> Iterator[Any]:
    """The file, for one writer at a time on this machine: a call of what it gives appends lines and has them on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield lambda lines: _append(descriptor, lines)
    finally:
        os.close(descriptor)


def _append(descriptor: int, lines: Sequence[str]) -> None:
    size = os.fstat(descriptor).st_size
    # Whoever died in the middle of a line left it without an end.
    torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
    content = ("\n" if torn else "").encode() + "".join(f"{line}\n" for line in lines).encode()
    while content:
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)


def read_checkpoints(files: Iterable[Path]) -> Shelf:
    """What these files hold. Raises OSError for one that cannot be read."""
    shelf, seen = Shelf(), {"": set[str]()}
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for position, line in enumerate(lines, start=1):
                _take(shelf, seen, line.rstrip("\n"), f"{path.name}:{position}")
    return shelf


def _take(shelf: Shelf, seen: dict[str, set[str]], line: str, where: str) -> None:
    try:
        facts = json.loads(line)
        signature = facts.pop("signature")
        checkpoint = Checkpoint(*(facts[name] for name in ("organization", "number", "digest", "at")))
        previous, key_id = facts["previous"], facts["key_id"]
    except (ValueError, KeyError, TypeError, AttributeError):
        (shelf.torn if not line.endswith("}") else shelf.forged).append(where)
        return
    known = seen.setdefault(checkpoint.organization, set())
    if not is_signed(written(facts), key_id, signature) or (previous and previous not in known):
        shelf.forged.append(where)
    known.add(digest_of(line.encode()))
    shelf.by_organization[checkpoint.organization].append(checkpoint)
