"""Edits of receipts that exist: changed, removed, delivered late. The chain keeps what was signed."""

from __future__ import annotations

import sqlite3
from datetime import date

from fiscal.sandbox.kassandro import booking, kept
from fiscal.sandbox.kassandro.book import Receipt
from fiscal.sandbox.kassandro.days import day_at
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.shelf import Entry, edited_days, entries
from fiscal.sandbox.kassandro.trade import numbering


def find(db: sqlite3.Connection, register: Register, number: int, now: float) -> tuple[date, Entry]:
    """A receipt made by now, and the day on which it is dated; KeyError if there is none."""
    row = db.execute(
        "SELECT count(*) AS n FROM kassandro_extras WHERE register = ? AND number < ?", (register.id, number)
    ).fetchone()
    today = day_at(now)
    day = numbering(register.trade).day_of(number - 1 - row["n"], today)
    for each in sorted(edited_days(db, register) | ({day} if day else set())):
        for entry in entries(db, register, each, today):
            if entry.number == number:
                return each, entry
    raise KeyError(f"{register.id}/{number}")


def change(
    db: sqlite3.Connection, register: Register, number: int, receipt: Receipt, *, now: float, jws: str | None = None
) -> Register:
    """Put another receipt in the place of one; its JWS stays unless another is given. KeyError if there is none."""
    return _edit(db, register, number, now, receipt=kept.dump(receipt), jws=jws)


def remove(db: sqlite3.Connection, register: Register, number: int, *, now: float) -> Register:
    """Take a receipt away as if it had never been delivered. KeyError if there is none."""
    return _edit(db, register, number, now)


def deliver(db: sqlite3.Connection, register: Register, number: int, visible_at: float, *, now: float) -> Register:
    """Let one receipt be known to the provider only from a moment on. KeyError if there is none."""
    return _edit(db, register, number, now, visible_at=visible_at)


def _edit(
    db: sqlite3.Connection,
    register: Register,
    number: int,
    now: float,
    receipt: str | None = None,
    jws: str | None = None,
    visible_at: float | None = None,
) -> Register:
    day, _ = find(db, register, number, now)
    db.execute(
        "INSERT INTO kassandro_edits (register, number, day, receipt, jws, visible_at) VALUES (?,?,?,?,?,?)"
        " ON CONFLICT (register, number) DO UPDATE SET receipt = excluded.receipt, jws = excluded.jws,"
        " visible_at = excluded.visible_at",
        (register.id, number, day.isoformat(), receipt, jws, visible_at),
    )
    return booking.touch(db, register.id)
