"""DEP7 of a register, and what is needed to check it (RKSV page, section 4)."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from fiscal.sandbox.kassandro import rksv, signing
from fiscal.sandbox.kassandro.book import book
from fiscal.sandbox.kassandro.days import day_at, days_between, local_day
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.rksv_device import device


def dep7(
    db: sqlite3.Connection, register: Register, first: date | None, last: date | None, *, now: float
) -> dict[str, Any]:
    """What the register signed from `first` to `last` and up to now, in the order of its chain.

    ValueError for a register that signs nothing.
    """
    if not register.signed:
        raise ValueError("This cash register signs nothing.")
    today = day_at(now)
    days = days_between(max(first or register.trade.opened_on, register.trade.opened_on), min(last or today, today))
    found = [jws for day in days for jws in _chain(db, register, day, now)]
    return rksv.dep7([(device(register.serial), found)])


def material(register: Register) -> dict[str, Any]:
    """The AES key and the certificate of a register."""
    return rksv.crypto_material(signing.aes_key(register.serial), [device(register.serial)])


def _chain(db: sqlite3.Connection, register: Register, day: date, now: float) -> list[str]:
    """The signed receipts booked on a day by now, by number."""
    midnight = local_day(day).midnight
    numbers, texts = signing.numbers(db, register, day), signing.day_jws(db, register, day)
    made = [
        (number, jws)
        for number, receipt, jws in zip(numbers, book(register.trade, day), texts, strict=True)
        if midnight + receipt.at <= now
    ]
    extras = db.execute(
        "SELECT number, jws FROM kassandro_extras WHERE register = ? AND booked_day = ?",
        (register.id, day.isoformat()),
    )
    return [jws for _, jws in sorted([*made, *((row["number"], row["jws"]) for row in extras)])]
