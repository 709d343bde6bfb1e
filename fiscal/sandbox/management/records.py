"""The room's tables, and reading and writing of its objects. Each object keeps its wire form as one JSON document."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS management_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS management_objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
    parent TEXT NOT NULL DEFAULT '', envs TEXT NOT NULL, visible_at REAL NOT NULL DEFAULT 0, doc TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS management_by_owner ON management_objects (kind, owner, seq);
CREATE INDEX IF NOT EXISTS management_by_parent ON management_objects (parent, seq);
CREATE TABLE IF NOT EXISTS management_keys (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, organization TEXT NOT NULL, env TEXT NOT NULL,
    enabled INTEGER NOT NULL, issued_at INTEGER NOT NULL DEFAULT 0, expires_at INTEGER NOT NULL DEFAULT 0,
    valid_from INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS management_keys_by_organization ON management_keys (organization);
"""
# issued_at, expires_at: the cached token. valid_from: tokens issued earlier are refused.
# owner: for an organization the organization whose key or user made it ("provisioned by"), for all else the
# organization it belongs to. parent: only for managed organizations.


def insert(
    db: sqlite3.Connection, kind: str, doc: dict[str, Any], *, owner: str, parent: str = "", visible_at: float = 0
) -> None:
    """Keep a new object."""
    db.execute(
        "INSERT INTO management_objects (kind, id, owner, parent, envs, visible_at, doc) VALUES (?,?,?,?,?,?,?)",
        (kind, doc["_id"], owner, parent, ",".join(doc["_envs"]), visible_at, _dump(doc)),
    )


def get(db: sqlite3.Connection, kind: str, object_id: str) -> dict[str, Any] | None:
    """The document of one object, None if there is none."""
    found = row(db, kind, object_id)
    return read(found) if found else None


def row(db: sqlite3.Connection, kind: str, object_id: str) -> sqlite3.Row | None:
    """One object with its owner and parent."""
    found: sqlite3.Row | None = db.execute(
        "SELECT * FROM management_objects WHERE id = ? AND kind = ?", (object_id, kind)
    ).fetchone()
    return found


def read(found: sqlite3.Row) -> dict[str, Any]:
    """The document of a row."""
    doc: dict[str, Any] = json.loads(found["doc"])
    return doc


def replace(db: sqlite3.Connection, doc: dict[str, Any]) -> None:
    """Write an object anew."""
    db.execute(
        "UPDATE management_objects SET doc = ?, envs = ?, parent = ? WHERE id = ?",
        (_dump(doc), ",".join(doc["_envs"]), _parent(doc), doc["_id"]),
    )


def remove(db: sqlite3.Connection, object_id: str) -> None:
    """Forget an object."""
    db.execute("DELETE FROM management_objects WHERE id = ?", (object_id,))


def documents(
    db: sqlite3.Connection, kind: str, where: str = "1", values: tuple[Any, ...] = ()
) -> list[dict[str, Any]]:
    """All documents of a kind, oldest first."""
    rows = db.execute(
        f"SELECT doc FROM management_objects WHERE kind = ? AND ({where}) ORDER BY seq",  # nosec B608
        (kind, *values),
    )
    return [json.loads(row["doc"]) for row in rows]


def meta(db: sqlite3.Connection, name: str) -> str | None:
    """A value that belongs to the room as a whole."""
    found = db.execute("SELECT value FROM management_meta WHERE name = ?", (name,)).fetchone()
    return found["value"] if found else None


def set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    """Write a value that belongs to the room as a whole."""
    db.execute("INSERT OR REPLACE INTO management_meta (name, value) VALUES (?, ?)", (name, value))


def _parent(doc: dict[str, Any]) -> str:
    return doc.get("managed_by_organization_id", "") if doc["_type"] == "MANAGED_ORGANIZATION" else ""


def _dump(doc: dict[str, Any]) -> str:
    return json.dumps(doc, ensure_ascii=False, separators=(",", ":"))
