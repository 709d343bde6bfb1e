"""The room's tables: clients, people, codes, access tokens and the key that signs."""

from __future__ import annotations

import sqlite3
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_on_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sign_on_clients (id TEXT PRIMARY KEY, secret TEXT NOT NULL, redirect_uri TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sign_on_people (
    sub TEXT PRIMARY KEY, email TEXT NOT NULL, verified INTEGER NOT NULL, name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sign_on_codes (
    code TEXT PRIMARY KEY, client TEXT NOT NULL, redirect_uri TEXT NOT NULL, sub TEXT NOT NULL,
    challenge TEXT NOT NULL, signed_in_at REAL NOT NULL, ends_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS sign_on_tokens (token TEXT PRIMARY KEY, sub TEXT NOT NULL, ends_at REAL NOT NULL);
"""


def one(db: sqlite3.Connection, query: str, *values: Any) -> dict[str, Any] | None:
    """The row that a query finds, None if it finds none."""
    row = db.execute(query, values).fetchone()
    return dict(row) if row else None


def meta(db: sqlite3.Connection, name: str, default: str = "") -> str:
    """A value that belongs to the room as a whole."""
    row = one(db, "SELECT value FROM sign_on_meta WHERE name = ?", name)
    return row["value"] if row else default


def set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    """Write a value that belongs to the room as a whole."""
    db.execute("INSERT OR REPLACE INTO sign_on_meta VALUES (?, ?)", (name, value))


def signing_key(db: sqlite3.Connection) -> rsa.RSAPrivateKey:
    """The provider's RSA key. It is made when it is first needed, and stays."""
    held = meta(db, "key")
    if not held:
        held = new_key()
        set_meta(db, "key", held)
    key = serialization.load_pem_private_key(held.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def new_key() -> str:
    """A new RSA key of 2048 bits, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()
