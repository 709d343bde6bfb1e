"""Signs a register's days in their order, when somebody first looks, and keeps the signatures.

Signatures are deterministic, so this store is a saving and not a memory: whatever is thrown away comes back the same.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from fiscal.sandbox.kassandro import kept, rksv
from fiscal.sandbox.kassandro.book import Receipt, book
from fiscal.sandbox.kassandro.days import days_between, local_day
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.rksv_device import Device, device
from fiscal.sandbox.kassandro.trade import ONE_DAY, numbering

SIGNATURE = 64


@lru_cache(maxsize=1024)
def signer(serial: str) -> rksv.Signer:
    """The signer of a Kassen-ID."""
    return rksv.Signer(serial, aes_key(serial))


def aes_key(serial: str) -> bytes:
    """The AES key of a Kassen-ID, 32 bytes."""
    return hashlib.sha256(f"rksv counter {serial}".encode()).digest()


class _Kept(Device):
    """Hands out signatures that were made before."""

    def __init__(self, original: Device, signatures: bytes) -> None:
        self._serial, self._parts = original.serial, _parts(signatures)

    @property
    def serial(self) -> str:
        return self._serial

    def sign(self, data: bytes) -> bytes:
        return next(self._parts)


class _Noting(_Kept):
    """Signs, and notes the signatures."""

    def __init__(self, original: Device) -> None:
        super().__init__(original, b"")
        self._original, self.made = original, bytearray()

    def sign(self, data: bytes) -> bytes:
        made = self._original.sign(data)
        self.made += made
        return made


def numbers(db: sqlite3.Connection, register: Register, day: date) -> list[int]:
    """The receipt numbers of a day's book: they run on, and receipts beyond the trade take theirs in between."""
    first = numbering(register.trade).before(day) + 1
    receipts = book(register.trade, day)
    if not register.revision:
        return list(range(first, first + len(receipts)))
    earlier, same_day = _extras(db, register, day)
    times = [row["booked"] for row in same_day]
    return [first + earlier + n + sum(at < receipt.at for at in times) for n, receipt in enumerate(receipts)]


def day_jws(db: sqlite3.Connection, register: Register, day: date) -> list[str]:
    """The compact JWS of each receipt of a day's book."""
    row = _row(db, register, day)
    unit = _Kept(device(register.serial), row["signatures"])
    return _sign_day(db, register, day, rksv.Chain(row["link"], row["turnover"]), unit)


def chain_at(db: sqlite3.Connection, register: Register, day: date, passed: int) -> tuple[rksv.Chain, int]:
    """Where the chain stands at a moment of a day, and the number of the next receipt then."""
    made = sum(receipt.at <= passed for receipt in book(register.trade, day))
    earlier, same_day = _extras(db, register, day)
    number = numbering(register.trade).before(day) + earlier + made + len(same_day) + 1
    if not register.signed:
        return rksv.Chain(""), number
    row = _row(db, register, day)
    chain = rksv.Chain(row["link"], row["turnover"])
    _sign_day(db, register, day, chain, _Kept(device(register.serial), row["signatures"]), until=passed)
    return chain, number


def sign_one(register: Register, chain: rksv.Chain, number: int, time: str, receipt: Receipt, unit: Device) -> str:
    """Sign one receipt and move the chain on."""
    amounts = rksv.five(receipt.gross_by_rate())
    return signer(register.serial).sign(chain, unit, str(number), time, amounts, receipt.kind, receipt.failed)


def forget(db: sqlite3.Connection, register_id: int, since: date | None = None) -> None:
    """Throw away the signatures from a day on, because something was put in before them; all of them without a day."""
    day = since.isoformat() if since else ""
    db.execute("DELETE FROM kassandro_chains WHERE register = ? AND day >= ?", (register_id, day))


def _row(db: sqlite3.Connection, register: Register, day: date) -> sqlite3.Row:
    """What is kept of a day; all days up to it are signed first if they are not yet."""
    wanted = "SELECT * FROM kassandro_chains WHERE register = ? AND day = ?"
    row: sqlite3.Row | None = db.execute(wanted, (register.id, day.isoformat())).fetchone()
    if row is None:
        _advance(db, register, day)
        row = db.execute(wanted, (register.id, day.isoformat())).fetchone()
        assert row is not None
    return row


def _advance(db: sqlite3.Connection, register: Register, day: date) -> None:
    latest = db.execute(
        "SELECT * FROM kassandro_chains WHERE register = ? ORDER BY day DESC LIMIT 1", (register.id,)
    ).fetchone()
    if latest is None:
        first, chain = register.trade.opened_on, signer(register.serial).start()
    else:
        first = date.fromisoformat(latest["day"]) + ONE_DAY
        chain = rksv.Chain(latest["next_link"], latest["next_turnover"])
    for each in days_between(first, day):
        link, turnover, unit = chain.link, chain.turnover, _Noting(device(register.serial))
        _sign_day(db, register, each, chain, unit)
        db.execute(
            "INSERT INTO kassandro_chains VALUES (?,?,?,?,?,?,?)",
            (register.id, each.isoformat(), link, turnover, chain.link, chain.turnover, bytes(unit.made)),
        )


def _sign_day(
    db: sqlite3.Connection, register: Register, day: date, chain: rksv.Chain, unit: Device, until: int | None = None
) -> list[str]:
    local, signed = local_day(day), []
    waiting = _extras(db, register, day)[1] if register.revision else []
    for number, receipt in zip(numbers(db, register, day), book(register.trade, day), strict=True):
        if until is not None and receipt.at > until:
            break
        while waiting and waiting[0]["booked"] < receipt.at:
            _pass(chain, waiting.pop(0))
        signed.append(sign_one(register, chain, number, local.local(receipt.at), receipt, unit))
    for row in waiting:
        _pass(chain, row)
    return signed


def _pass(chain: rksv.Chain, row: sqlite3.Row) -> None:
    """Move the chain over a receipt that was signed when it was booked."""
    receipt = kept.load(row["receipt"])
    chain.turnover += 0 if receipt.kind == "training" else receipt.total
    chain.link = rksv.chain_value(row["jws"])


def _extras(db: sqlite3.Connection, register: Register, day: date) -> tuple[int, list[sqlite3.Row]]:
    """How many receipts beyond the trade were booked before a day, and those booked on it, in order."""
    rows = db.execute(
        "SELECT * FROM kassandro_extras WHERE register = ? AND booked_day <= ? ORDER BY id",
        (register.id, day.isoformat()),
    ).fetchall()
    same_day = [row for row in rows if row["booked_day"] == day.isoformat()]
    return len(rows) - len(same_day), same_day


def _parts(signatures: bytes) -> Iterator[bytes]:
    return iter([signatures[place : place + SIGNATURE] for place in range(0, len(signatures), SIGNATURE)])
