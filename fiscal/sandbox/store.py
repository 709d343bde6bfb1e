"""The sandbox's own SQLite: one connection, one lock, short IMMEDIATE transactions.

A provider is never rolled back together with our transaction, so nothing of Django's database is used.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 20


class Store:
    """One SQLite file, or ":memory:". Threads share one connection; processes share the file."""

    def __init__(self, path: str | Path, schema: str) -> None:
        self.path, self.schema = str(path), schema
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One IMMEDIATE transaction; inside another one it joins it. An exception takes everything back."""
        with self._lock:
            connection = self._open()
            if self._depth:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            else:
                connection.execute("COMMIT")
            finally:
                self._depth = 0

    def reset(self) -> None:
        """Empty every table."""
        with self.transaction() as db:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            for (name,) in tables.fetchall():
                db.execute(f'DELETE FROM "{name}"')  # nosec B608 - names come from the schema itself

    def close(self) -> None:
        """Let go of the file. The next transaction opens it again (an in-memory store starts empty)."""
        with self._lock:
            if self._connection is not None and self._owner == os.getpid():
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        # A connection must not cross a fork: a server may load the application before it forks.
        if self._connection is not None and self._owner == os.getpid():
            return self._connection
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        connection.row_factory = sqlite3.Row
        if self.path != ":memory:":
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.executescript(self.schema)
        self._connection, self._owner = connection, os.getpid()
        return connection
