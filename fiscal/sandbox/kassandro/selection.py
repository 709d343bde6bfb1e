"""Which receipts a window shows: counted, in order, and cut into pages, without making days that are skipped."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from fiscal.sandbox.kassandro.book import book
from fiscal.sandbox.kassandro.days import day_at, days_between, local_day
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.shelf import Entry, edited_days, entries
from fiscal.sandbox.kassandro.trade import numbering

Found = tuple[Entry, Register]
EARLIEST, LATEST = -2_000_000_000, 32_000_000_000  # unix seconds that a calendar can hold


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
        self._today = day_at(self.now)
        self.set_days()

    def count(self) -> int:
        """How many receipts there are."""
        return sum(self._count_of(register) for register in self.registers)

    def page(self, order: str, offset: int, limit: int) -> list[Found]:
        """So many receipts after `offset` others. Order: oldest first, newest first, or register by register."""
        found: list[Found] = []
        for window, days in self._parts(order):
            size = window.count() if len(window.registers) < len(self.registers) else offset + 1
            if offset >= size:
                offset -= size
                continue
            place, before = window.jump(days, offset, newest=order == "newest")
            offset -= before
            for day in days[place:]:
                some = window.on_day(day, newest=order == "newest")
                found += some[offset : offset + limit - len(found)]
                offset = max(0, offset - len(some))
                if len(found) >= limit:
                    return found
        return found

    def count_on(self, register: Register, day: date) -> int:
        """How many receipts of a register a day shows."""
        if self._whole(register, day):
            return numbering(register.trade).count(day)
        if day in self._edited[register.id]:
            return len(self.entries_on(register, day))
        midnight = local_day(day).midnight  # from the book alone: counting signs nothing
        end = min(self.end, int(self.now) + 1)
        return sum(self.start <= midnight + receipt.at < end for receipt in book(register.trade, day))

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

    def set_days(self) -> None:
        """Note the days of the window, after a change of its ends."""
        self._first = day_at(min(max(self.start, EARLIEST), LATEST))
        self._last = day_at(min(max(self.end - 1, EARLIEST), LATEST))

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

    def _parts(self, order: str) -> Iterator[tuple[Window, list[date]]]:
        """The window, or one for each register, with the days on which something may be found, in order."""
        groups = [(register,) for register in self.registers] if order == "register" else [self.registers]
        for group in groups:
            days: set[date] = set()
            for register in group:
                days |= self._edited_within(register)
            spans = [span for span in map(self._clipped, group) if span[0] <= span[1]]
            if spans:
                days.update(days_between(min(span[0] for span in spans), max(span[1] for span in spans)))
            yield self._narrowed(group, self.start, self.end), sorted(days, reverse=order == "newest")

    def jump(self, days: list[date], offset: int, *, newest: bool) -> tuple[int, int]:
        """Which of the days has the receipt after `offset` others, and how many there are on the days before it."""

        def before(place: int) -> int:
            local = local_day(days[place])
            if newest:
                return self._narrowed(self.registers, max(self.start, local.midnight + local.length), self.end).count()
            return self._narrowed(self.registers, self.start, min(self.end, local.midnight)).count()

        place = bisect_right(range(1, len(days)), offset, key=before)
        return place, before(place) if place else 0

    def _narrowed(self, registers: Sequence[Register], start: int, end: int) -> Window:
        narrow = copy(self)
        narrow.registers, narrow.start, narrow.end = registers, start, end
        narrow.set_days()
        return narrow

    def on_day(self, day: date, *, newest: bool) -> list[Found]:
        """The receipts of one day in order."""
        found = [
            (entry.moment, register.id, entry.number, entry, register)
            for register in self.registers
            for entry in self.entries_on(register, day)
        ]
        if len(self.registers) > 1 or newest:
            found.sort(key=itemgetter(0, 1, 2), reverse=newest)
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
