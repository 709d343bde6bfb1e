"""Which receipts a window shows: counted, in order, and cut into pages, without making days that are skipped."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from fiscal.sandbox.kassandro.days import day_at, days_between, local_day
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.shelf import Entry, edited_days, entries
from fiscal.sandbox.kassandro.trade import numbering

Found = tuple[Entry, Register]


@dataclass
class Window:
    """A span of time over some registers, seen at a moment: unix seconds, `end` excluded."""

    db: sqlite3.Connection
    registers: Sequence[Register]
    start: int
    end: int
    now: float

    def __post_init__(self) -> None:
        self._edited = {register.id: edited_days(self.db, register) for register in self.registers}
        self._first = day_at(min(max(self.start, -2_000_000_000), 32_000_000_000))
        self._last = day_at(min(max(self.end - 1, -2_000_000_000), 32_000_000_000))
        self._today = day_at(self.now)

    def count(self) -> int:
        """How many receipts there are."""
        return sum(self._count_of(register) for register in self.registers)

    def page(self, order: str, offset: int, limit: int) -> list[Found]:
        """So many receipts after `offset` others. Order: oldest first, newest first, or register by register."""
        found: list[Found] = []
        for registers, days in self._buckets(order):
            for day in days:
                size = sum(self.count_on(register, day) for register in registers)
                if offset >= size:
                    offset -= size
                    continue
                part = self._on(registers, day, order)[offset : offset + limit - len(found)]
                found, offset = found + part, 0
                if len(found) >= limit:
                    return found
        return found

    def count_on(self, register: Register, day: date) -> int:
        """How many receipts of a register a day shows."""
        if self._whole(register, day):
            return numbering(register.trade).count(day)
        return len(self.entries_on(register, day))

    def entries_on(self, register: Register, day: date) -> list[Entry]:
        """The receipts of a register that a day shows, by time."""
        if day > self._today and day not in self._edited[register.id]:
            return []
        start, end, now = self.start, self.end, self.now
        return [
            entry
            for entry in entries(self.db, register, day, self._today)
            if start <= entry[0] < end and entry[5] <= now
        ]

    def _count_of(self, register: Register) -> int:
        first, last = self._clipped(register)
        apart = {day for day in (first, last) if first <= last} | self._edited_within(register)
        total = sum(self.count_on(register, day) for day in apart)
        inner = [day for day in apart if first < day < last]
        if first < last:
            books = numbering(register.trade)
            total += books.before(last) - books.before(first) - books.count(first)
            total -= sum(books.count(day) for day in inner)
        return total

    def _buckets(self, order: str) -> Iterator[tuple[Sequence[Register], list[date]]]:
        groups = [[register] for register in self.registers] if order == "register" else [self.registers]
        for group in groups:
            days: set[date] = set()
            for register in group:
                days |= self._edited_within(register)
            spans = [span for span in map(self._clipped, group) if span[0] <= span[1]]
            if spans:
                days.update(days_between(min(span[0] for span in spans), max(span[1] for span in spans)))
            yield group, sorted(days, reverse=order == "newest")

    def _on(self, registers: Sequence[Register], day: date, order: str) -> list[Found]:
        found = [
            (entry.moment, register.id, entry.number, entry, register)
            for register in registers
            for entry in self.entries_on(register, day)
        ]
        if len(registers) > 1 or order == "newest":
            found.sort(key=itemgetter(0, 1, 2), reverse=order == "newest")
        return [(entry, register) for _, _, _, entry, register in found]

    def _whole(self, register: Register, day: date) -> bool:
        """Whether the window shows all of a day's book and nothing else."""
        local = local_day(day)
        ends = local.midnight + local.length
        return self.start <= local.midnight and ends <= min(self.end, self.now) and day not in self._edited[register.id]

    def _clipped(self, register: Register) -> tuple[date, date]:
        return max(self._first, register.trade.opened_on), min(self._last, self._today)

    def _edited_within(self, register: Register) -> set[date]:
        return {day for day in self._edited[register.id] if self._first <= day <= self._last}
