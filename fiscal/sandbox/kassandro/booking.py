"""Booking a receipt beyond the trade: it takes the next number, is signed, and stands in the chain from then on."""

from __future__ import annotations

import secrets
import sqlite3
from datetime import date

from fiscal.sandbox.kassandro import kept, records, signing
from fiscal.sandbox.kassandro.book import Receipt
from fiscal.sandbox.kassandro.days import local_day, passed_at
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.rksv_device import device
from fiscal.sandbox.kassandro.selection import Found
from fiscal.sandbox.kassandro.shelf import entries


def book(
    db: sqlite3.Connection,
    register: Register,
    receipt: Receipt,
    *,
    now: float,
    day: date | None = None,
    visible_at: float | None = None,
) -> Found:
    """Book a receipt now and return it.

    `day` is the day on which it is dated (default: now; `receipt.at` is then taken from the clock). ValueError if the
    register does not exist yet.
    """
    today, passed = passed_at(now)
    if today < register.trade.opened_on:
        raise ValueError("The cash register is not open yet.")
    if day is None:
        day, receipt = today, receipt._replace(at=passed)
    chain, number = signing.chain_at(db, register, today, passed)
    jws = None
    if register.signed:
        time = local_day(day).local(receipt.at)
        jws = signing.sign_one(register, chain, number, time, receipt, device(register.serial))
    records.insert(
        db,
        "kassandro_extras",
        register=register.id,
        number=number,
        booked_day=today.isoformat(),
        booked=passed,
        day=day.isoformat(),
        visible_at=now if visible_at is None else visible_at,
        receipt=kept.dump(receipt),
        jws=jws,
    )
    signing.forget(db, register.id, today)
    edited = touch(db, register.id)
    entry = next(each for each in entries(db, edited, day, today) if each.number == number)
    return entry, edited


def touch(db: sqlite3.Connection, register_id: int) -> Register:
    """Note that the books of a register are no longer what they were, and return it anew."""
    revision = secrets.token_hex(8)
    db.execute("UPDATE kassandro_registers SET revision = ? WHERE id = ?", (revision, register_id))
    return records.register(db, register_id)
