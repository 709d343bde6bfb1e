"""The room's tables, and reading and writing of what they hold."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS datacash_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS datacash_objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL,
    vat_number TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS datacash_by_owner ON datacash_objects (kind, owner);
CREATE INDEX IF NOT EXISTS datacash_by_vat_number ON datacash_objects (kind, vat_number);
CREATE INDEX IF NOT EXISTS datacash_keys ON datacash_objects (json_extract(doc, '$.digest')) WHERE kind = 'key';
CREATE TABLE IF NOT EXISTS datacash_documents (
    idtrx TEXT PRIMARY KEY, vat_number TEXT NOT NULL, at INTEGER NOT NULL, parent TEXT NOT NULL,
    reads_left INTEGER NOT NULL, doc TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS datacash_documents_by_day ON datacash_documents (vat_number, at);
CREATE INDEX IF NOT EXISTS datacash_documents_by_parent ON datacash_documents (parent);
CREATE TABLE IF NOT EXISTS datacash_changes (idtrx TEXT PRIMARY KEY, vat_number TEXT NOT NULL, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS datacash_pending (
    temporary_id TEXT PRIMARY KEY, vat_number TEXT NOT NULL, sold_at INTEGER NOT NULL, doc TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS datacash_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, temporary_id TEXT NOT NULL, at REAL NOT NULL, status TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS datacash_deliveries_by_id ON datacash_deliveries (temporary_id);
"""
# datacash_objects: customer (id: its partita IVA), key (id, owner: the customer), shop, device, credentials (id: a
# digest), taxpayer (id: a partita IVA), invoice. datacash_documents: receipts that came through the interface or were
# put there by hand. datacash_changes: receipts of the books that were changed ("" instead of a document: removed).


def insert(
    db: sqlite3.Connection, kind: str, object_id: str, doc: dict[str, Any], *, owner: str = "", vat_number: str = ""
) -> int:
    """Keep a new object and return its running number; ValueError if the id is taken."""
    try:
        cursor = db.execute(
            "INSERT INTO datacash_objects (kind, id, owner, vat_number, doc) VALUES (?,?,?,?,?)",
            (kind, object_id, owner, vat_number, dump(doc)),
        )
    except sqlite3.IntegrityError:
        raise ValueError(f"There is a {kind} {object_id} already.") from None
    return cursor.lastrowid or 0


def get(db: sqlite3.Connection, kind: str, object_id: str) -> dict[str, Any]:
    """One object; KeyError if there is none."""
    found = db.execute("SELECT doc FROM datacash_objects WHERE kind = ? AND id = ?", (kind, object_id)).fetchone()
    if found is None:
        raise KeyError(f"There is no {kind} {object_id}.")
    doc: dict[str, Any] = json.loads(found["doc"])
    return doc


def find(db: sqlite3.Connection, kind: str, object_id: str) -> dict[str, Any] | None:
    """One object, None if there is none."""
    try:
        return get(db, kind, object_id)
    except KeyError:
        return None


def replace(db: sqlite3.Connection, kind: str, object_id: str, doc: dict[str, Any]) -> None:
    """Write an object anew."""
    db.execute("UPDATE datacash_objects SET doc = ? WHERE kind = ? AND id = ?", (dump(doc), kind, object_id))


def all_of(
    db: sqlite3.Connection, kind: str, *, owner: str | None = None, vat_number: str | None = None
) -> list[dict[str, Any]]:
    """All objects of a kind, oldest first, or those of one owner or one partita IVA."""
    query, values = "SELECT doc FROM datacash_objects WHERE kind = ?", [kind]
    if owner is not None:
        query, values = f"{query} AND owner = ?", [*values, owner]
    if vat_number is not None:
        query, values = f"{query} AND vat_number = ?", [*values, vat_number]
    return [json.loads(row["doc"]) for row in db.execute(f"{query} ORDER BY seq", values)]  # nosec B608


def count(db: sqlite3.Connection, kind: str, vat_number: str | None = None) -> int:
    """How many objects of a kind there are, of one partita IVA if given."""
    query = "SELECT count(*) FROM datacash_objects WHERE kind = ? AND (? IS NULL OR vat_number = ?)"
    found: int = db.execute(query, (kind, vat_number, vat_number)).fetchone()[0]
    return found


def meta(db: sqlite3.Connection, name: str) -> str | None:
    """A value that belongs to the room as a whole."""
    found = db.execute("SELECT value FROM datacash_meta WHERE name = ?", (name,)).fetchone()
    return found["value"] if found else None


def set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    """Write a value that belongs to the room as a whole."""
    db.execute("INSERT OR REPLACE INTO datacash_meta (name, value) VALUES (?, ?)", (name, value))


def dump(doc: Any) -> str:
    """JSON as it is kept."""
    return json.dumps(doc, ensure_ascii=False, separators=(",", ":"))
