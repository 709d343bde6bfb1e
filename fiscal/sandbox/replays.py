"""Requests that a proxy sends once more, later. They are due by the sandbox's clock and run when anybody next calls."""

from __future__ import annotations

import json
import sqlite3

from fiscal.sandbox.web import Request

SCHEMA = """
CREATE TABLE IF NOT EXISTS replays (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL
);
"""


def keep(db: sqlite3.Connection, request: Request, due_at: float) -> None:
    """Remember a request for later, bearer token and all, as a proxy would."""
    db.execute(
        "INSERT INTO replays (due_at, method, path, query, headers, body) VALUES (?,?,?,?,?,?)",
        (due_at, request.method, request.path, request.query, json.dumps(request.headers), request.body),
    )


def take_due(db: sqlite3.Connection, now: float) -> list[Request]:
    """The requests that are due, each once."""
    rows = db.execute("SELECT * FROM replays WHERE due_at <= ? ORDER BY id", (now,)).fetchall()
    if rows:
        db.execute("DELETE FROM replays WHERE due_at <= ?", (now,))
    return [Request(row["method"], row["path"], row["query"], json.loads(row["headers"]), row["body"]) for row in rows]
