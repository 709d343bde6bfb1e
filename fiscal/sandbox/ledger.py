"""Every request that was made, and what it changed. What tests and people look at afterwards."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from fiscal.sandbox.store import Store
from fiscal.sandbox.web import Request

SCHEMA = """
CREATE TABLE IF NOT EXISTS ledger (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, room TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, body TEXT NOT NULL, status INTEGER, seen INTEGER NOT NULL, arrived INTEGER NOT NULL,
    fault TEXT NOT NULL, credential TEXT NOT NULL, request_id TEXT NOT NULL, effect TEXT NOT NULL
);
"""
KEPT = 200_000  # newest entries; older ones are dropped so that a long-running sandbox does not fill the disk
SECRET_NAMES = {"api_secret", "secret", "refresh_token", "access_token", "password", "ade_credentials_encrypted"} | {
    "apikey",
    "token",
}
LONGEST_BODY = 4_000
KEY_SHOWN = 16  # characters of an API key


@dataclass(frozen=True)
class Entry:
    """One request.

    n:          running number, never reused
    at:         unix seconds by the sandbox's clock
    status:     what the provider answered, None when the request never reached it
    seen:       whether the request reached the provider
    arrived:    whether the answer reached the caller (a cut or mangled one counts as arrived)
    fault:      kinds of the scripted faults that took part, separated by commas
    credential: start of the API key, never the secret
    effect:     "organization created <id>" or ""
    """

    n: int
    at: float
    room: str
    method: str
    path: str
    query: str
    body: str
    status: int | None
    seen: bool
    arrived: bool
    fault: str
    credential: str
    request_id: str
    effect: str

    @property
    def address(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Ledger:
    """Reads and writes the requests kept in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, db: sqlite3.Connection, **values: Any) -> int:
        """Add one entry inside the caller's transaction and return its number."""
        names = ",".join(values)
        marks = ",".join("?" * len(values))
        cursor = db.execute(f"INSERT INTO ledger ({names}) VALUES ({marks})", tuple(values.values()))  # nosec B608
        n = cursor.lastrowid or 0
        if n % 1000 == 0:
            db.execute("DELETE FROM ledger WHERE n <= ?", (n - KEPT,))
        return n

    def requests(
        self, method: str | None = None, path: str | None = None, *, since: int = 0, seen: bool | None = None
    ) -> list[Entry]:
        """Entries in order of arrival. `path` is a regular expression searched in the path; `since` a number."""
        with self._store.transaction() as db:
            rows = db.execute("SELECT * FROM ledger WHERE n > ? ORDER BY n", (since,)).fetchall()
        entries = [_entry(row) for row in rows]
        return [
            entry
            for entry in entries
            if (method is None or entry.method == method.upper())
            and (path is None or re.search(path, entry.path))
            and (seen is None or entry.seen == seen)
        ]

    def count(self, method: str | None = None, path: str | None = None, *, seen: bool | None = None) -> int:
        """How many such requests there were."""
        return len(self.requests(method, path, seen=seen))

    def effects(self, starting: str = "") -> list[str]:
        """What was really changed, oldest first: "organization created <id>"."""
        with self._store.transaction() as db:
            rows = db.execute("SELECT effect FROM ledger WHERE effect != '' ORDER BY n").fetchall()
        return [row["effect"] for row in rows if row["effect"].startswith(starting)]

    def page(self, *, needle: str = "", size: int = 50, before: int | None = None) -> list[Entry]:
        """The newest entries whose address, effect, credential or fault contains `needle`, for the page."""
        like = f"%{needle}%"
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT * FROM ledger WHERE n < ? AND (method || ' ' || path || '?' || query || ' ' || effect || ' ' ||"
                " credential || ' ' || fault || ' ' || coalesce(status, '')) LIKE ? ORDER BY n DESC LIMIT ?",
                (before or 2**62, like, size),
            ).fetchall()
        return [_entry(row) for row in rows]


def readable_body(request: Request) -> str:
    """The body for the ledger: secrets replaced, cut at a sensible length."""
    if not request.body:
        return ""
    try:
        value = json.loads(request.body)
    except ValueError:
        return f"[{len(request.body)} bytes, not JSON]"
    return json.dumps(_redacted(value), ensure_ascii=False)[:LONGEST_BODY]


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "[redacted]" if str(name).lower() in SECRET_NAMES else _redacted(inner)
            for name, inner in value.items()
        }
    return [_redacted(inner) for inner in value] if isinstance(value, list) else value


def _entry(row: sqlite3.Row) -> Entry:
    values = dict(row)
    return Entry(**{**values, "seen": bool(values["seen"]), "arrived": bool(values["arrived"])})
