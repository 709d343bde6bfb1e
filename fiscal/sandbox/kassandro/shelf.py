"""The days of the registers as they stand now: book, numbers, signatures, and what was changed afterwards.

Finished days are kept in memory while there is room, by the key of the register: equal keys have equal books.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from datetime import date
from typing import NamedTuple

from fiscal.sandbox.kassandro import kept, signing
from fiscal.sandbox.kassandro.book import Receipt, book
from fiscal.sandbox.kassandro.days import HOUR, LocalDay, days_between, local_day
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.trade import ONE_DAY

ROOM = 60_000  # receipts kept in memory
DELIVERED_AT = 6 * HOUR  # passed seconds of the day on which late receipts arrive


class Entry(NamedTuple):
    """One receipt as the interface shows it.

    moment:     unix seconds of its date
    visible_at: unix seconds from which the provider knows it
    """

    moment: int
    number: int
    receipt: Receipt
    day: LocalDay
    jws: str | None
    visible_at: float


class _Shelf:
    """Finished days by (key of the register, day), the least recently used ones dropped first."""

    def __init__(self) -> None:
        self._days: OrderedDict[tuple[str, date], tuple[Entry, ...]] = OrderedDict()
        self._size, self._lock = 0, threading.Lock()

    def get(self, key: tuple[str, date]) -> tuple[Entry, ...] | None:
        with self._lock:
            found = self._days.get(key)
            if found is not None:
                self._days.move_to_end(key)
            return found

    def put(self, key: tuple[str, date], entries: tuple[Entry, ...]) -> None:
        with self._lock:
            if key in self._days:
                return
            self._days[key] = entries
            self._size += len(entries) + 1
            while self._size > ROOM and len(self._days) > 1:
                self._size -= len(self._days.popitem(last=False)[1]) + 1


_SHELF = _Shelf()


def entries(db: sqlite3.Connection, register: Register, day: date, today: date | None = None) -> tuple[Entry, ...]:
    """All receipts dated on a day, by time, those not yet visible included and removed ones left out.

    With `today`, the book of a later day is left out: its receipts are not made yet, and signing would go on to there.
    """
    if today is not None and day > today:
        return tuple(_edited(db, register, day, []))
    key = (register.key, day)
    found = _SHELF.get(key)
    if found is None:
        found = tuple(_made(db, register, day))
        _SHELF.put(key, found)
    return found


def edited_days(db: sqlite3.Connection, register: Register) -> set[date]:
    """The days on which a register differs from its trade."""
    if not register.revision:
        return set()
    rows = db.execute(
        "SELECT day FROM kassandro_extras WHERE register = ? UNION SELECT day FROM kassandro_edits WHERE register = ?",
        (register.id, register.id),
    )
    days = {date.fromisoformat(row["day"]) for row in rows}
    for first, last, _ in lates(db, register):
        days.update(days_between(first, last))
    return days


def lates(db: sqlite3.Connection, register: Register) -> list[tuple[date, date, int]]:
    """Spans of days whose receipts arrive so many days late."""
    rows = db.execute("SELECT * FROM kassandro_lates WHERE register = ?", (register.id,))
    return [(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["days"]) for row in rows]


def _made(db: sqlite3.Connection, register: Register, day: date) -> list[Entry]:
    local, receipts = local_day(day), book(register.trade, day)
    signed = signing.day_jws(db, register, day) if register.signed and receipts else [None] * len(receipts)
    found = [
        Entry(local.midnight + receipt.at, number, receipt, local, jws, local.midnight + receipt.at)
        for number, receipt, jws in zip(signing.numbers(db, register, day), receipts, signed, strict=True)
    ]
    return _edited(db, register, day, found) if register.revision else found


def _edited(db: sqlite3.Connection, register: Register, day: date, found: list[Entry]) -> list[Entry]:
    late = max((days for first, last, days in lates(db, register) if first <= day <= last), default=0)
    if late:
        arrives = local_day(day + late * ONE_DAY).midnight + DELIVERED_AT
        found = [entry._replace(visible_at=arrives) for entry in found]
    where = (register.id, day.isoformat())
    found += [_extra(row) for row in db.execute("SELECT * FROM kassandro_extras WHERE register = ? AND day = ?", where)]
    edits = {
        row["number"]: row for row in db.execute("SELECT * FROM kassandro_edits WHERE register = ? AND day = ?", where)
    }
    found = [_with_edit(entry, edits.get(entry.number)) for entry in found if not _removed(edits.get(entry.number))]
    return sorted(found, key=lambda entry: (entry.moment, entry.number))


def _extra(row: sqlite3.Row) -> Entry:
    receipt, local = kept.load(row["receipt"]), local_day(date.fromisoformat(row["day"]))
    return Entry(local.midnight + receipt.at, row["number"], receipt, local, row["jws"], row["visible_at"])


def _removed(edit: sqlite3.Row | None) -> bool:
    return edit is not None and edit["receipt"] is None and edit["visible_at"] is None


def _with_edit(entry: Entry, edit: sqlite3.Row | None) -> Entry:
    if edit is None:
        return entry
    receipt = kept.load(edit["receipt"]) if edit["receipt"] else entry.receipt
    visible_at = entry.visible_at if edit["visible_at"] is None else edit["visible_at"]
    return entry._replace(receipt=receipt, jws=edit["jws"] or entry.jws, visible_at=visible_at)
