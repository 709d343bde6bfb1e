"""The room's tables, and the register as its other parts know it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from fiscal.sandbox.kassandro.days import HOUR
from fiscal.sandbox.kassandro.trade import Trade

SCHEMA = """
CREATE TABLE IF NOT EXISTS kassandro_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kassandro_accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, tier TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS kassandro_registers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, name TEXT NOT NULL, serial TEXT NOT NULL UNIQUE,
    trade TEXT NOT NULL, signed INTEGER NOT NULL, revision TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS kassandro_registers_by_account ON kassandro_registers (account, id);
CREATE TABLE IF NOT EXISTS kassandro_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, register INTEGER, label TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE, ending TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS kassandro_tokens (
    digest TEXT PRIMARY KEY, key INTEGER NOT NULL, register INTEGER, expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS kassandro_extras (
    id INTEGER PRIMARY KEY AUTOINCREMENT, register INTEGER NOT NULL, number INTEGER NOT NULL, booked_day TEXT NOT NULL,
    booked INTEGER NOT NULL, day TEXT NOT NULL, visible_at REAL NOT NULL, receipt TEXT NOT NULL, jws TEXT
);
CREATE INDEX IF NOT EXISTS kassandro_extras_by_register ON kassandro_extras (register, id);
CREATE TABLE IF NOT EXISTS kassandro_edits (
    register INTEGER NOT NULL, number INTEGER NOT NULL, day TEXT NOT NULL, receipt TEXT, jws TEXT, visible_at REAL,
    PRIMARY KEY (register, number)
);
CREATE TABLE IF NOT EXISTS kassandro_lates (
    register INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, days INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS kassandro_lates_by_register ON kassandro_lates (register);
CREATE TABLE IF NOT EXISTS kassandro_chains (
    register INTEGER NOT NULL, day TEXT NOT NULL, link TEXT NOT NULL, turnover INTEGER NOT NULL,
    next_link TEXT NOT NULL, next_turnover INTEGER NOT NULL, signatures BLOB NOT NULL, PRIMARY KEY (register, day)
) WITHOUT ROWID;
"""
# registers.revision: "" while the books are exactly what the trade says, else a new word after every edit.
# extras: receipts beyond the trade. booked_day and booked (seconds passed) say where in the chain they stand, day on
#   which day they are dated. edits: a receipt that was changed (receipt), removed (receipt and visible_at are null) or
#   delivered late (visible_at). chains: where a day begins and ends, and its signatures, 64 bytes each.


@dataclass(frozen=True)
class Register:
    """One cash register. `key` names the register and the state of its books; equal keys have equal books."""

    id: int
    account: int
    name: str
    serial: str
    trade: Trade
    signed: bool
    revision: str
    key: str


def registers(db: sqlite3.Connection, where: str, values: tuple[Any, ...] = ()) -> list[Register]:
    """The registers that `where` chooses, by id."""
    rows = db.execute(f"SELECT * FROM kassandro_registers WHERE {where} ORDER BY id", values)  # nosec B608
    return [_register(row) for row in rows]


def register(db: sqlite3.Connection, register_id: int) -> Register:
    """One register; KeyError if there is none."""
    found = registers(db, "id = ?", (register_id,))
    if not found:
        raise KeyError(register_id)
    return found[0]


def account(db: sqlite3.Connection, account_id: int) -> sqlite3.Row:
    """One account; KeyError if there is none."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM kassandro_accounts WHERE id = ?", (account_id,)).fetchone()
    if row is None:
        raise KeyError(account_id)
    return row


def insert(db: sqlite3.Connection, table: str, **values: Any) -> int:
    """Keep one new row and return its number."""
    names, marks = ",".join(values), ",".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # nosec B608
    return cursor.lastrowid or 0


def trade_text(trade: Trade) -> str:
    """A trade as it is kept."""
    return json.dumps(asdict(trade), default=lambda day: day.isoformat(), ensure_ascii=False)


def trade_values(trade: Trade) -> dict[str, Any]:
    """A trade as plain data, which `trade_from` reads again."""
    values: dict[str, Any] = json.loads(trade_text(trade))
    return values


@lru_cache(maxsize=4096)
def trade_of(text: str) -> Trade:
    """A trade that was kept."""
    return trade_from(json.loads(text))


def trade_from(values: Mapping[str, Any]) -> Trade:
    """A trade from plain data: dates as ISO text, failures as pairs of local times. Raises ValueError, TypeError."""
    given = dict(values)
    for name in ("opened_on", "closed_on"):
        if given.get(name) is not None:
            given[name] = day_from(given[name])
    for name in ("closed", "gaps"):
        given[name] = tuple((day_from(first), day_from(last)) for first, last in given.get(name, ()))
    given["failures"] = tuple(_failure(*span) for span in given.get("failures", ()))
    return Trade(**given)


def day_from(value: date | str) -> date:
    """A date from itself or its ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def meta(db: sqlite3.Connection, name: str) -> str | None:
    """A value that belongs to the room as a whole."""
    found = db.execute("SELECT value FROM kassandro_meta WHERE name = ?", (name,)).fetchone()
    return found["value"] if found else None


def set_meta(db: sqlite3.Connection, name: str, value: str) -> None:
    """Write a value that belongs to the room as a whole."""
    db.execute("INSERT OR REPLACE INTO kassandro_meta (name, value) VALUES (?, ?)", (name, value))


def _register(row: sqlite3.Row) -> Register:
    key = f"{row['id']}|{row['serial']}|{row['signed']}|{row['revision']}|{row['trade']}"
    trade = trade_of(row["trade"])
    return Register(
        row["id"], row["account"], row["name"], row["serial"], trade, bool(row["signed"]), row["revision"], key
    )


def _failure(*span: Any) -> tuple[date, int, date, int]:
    if len(span) == 4:
        return day_from(span[0]), int(span[1]), day_from(span[2]), int(span[3])
    begins, ends = (datetime.fromisoformat(text) for text in span)
    return begins.date(), _wall(begins), ends.date(), _wall(ends)


def _wall(moment: datetime) -> int:
    return moment.hour * HOUR + moment.minute * 60 + moment.second
