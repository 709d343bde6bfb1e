"""A provider of sales in memory: quick, and it misbehaves as told. The sandbox's rooms are asked elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from fiscal.models import Register
from fiscal.statistics.shapes import Catalogue, Page, Quarantined, SourceArticle, SourceReceipt, SourceRegister


@dataclass
class Shelf:
    """What a provider holds, by register and key. `counts`: whether it can be asked for a number."""

    registers_listed: list[SourceRegister] = field(default_factory=lambda: [SourceRegister("1", "Kassa 1")])
    size: int = 1_000
    counts: bool = True
    longest_days: int = 31
    held: dict[str, dict[str, SourceReceipt]] = field(default_factory=lambda: defaultdict(dict))
    asked: list[tuple[str, str, date, date]] = field(default_factory=list)
    lies: dict[date, int] = field(default_factory=dict)
    """By day: how many more it counts than it shows."""
    unreadable: dict[date, int] = field(default_factory=dict)
    before_page: Callable[[int], None] = lambda _n: None
    """Called before each page with its number, from 1; may change what is held, or raise."""
    before_call: Callable[[str, Register], None] = lambda _what, _register: None
    repeats: bool = False

    def put(self, *receipts: SourceReceipt, register: str = "1") -> None:
        """Take these in; a receipt with a known key takes the place of that one."""
        for receipt in receipts:
            self.held[register][receipt.key] = receipt

    def take(self, key: str, register: str = "1") -> SourceReceipt:
        """Take a receipt away."""
        return self.held[register].pop(key)

    def on(self, register: str, first: date, last: date) -> list[SourceReceipt]:
        """Receipts of these days, as they were issued."""
        found = [one for one in self.held[register].values() if first <= one.day <= last]
        return sorted(found, key=lambda one: (one.issued_at, one.key))

    # --- as a source -----------------------------------------------------------------------------------------------

    def registers(self) -> list[SourceRegister]:
        return self.registers_listed

    def catalogue(self) -> Catalogue:
        return Catalogue([SourceArticle("7", "7", "Semmel", "Gebäck", 45, 1000)], ["BARZAHLUNG"])

    def count(self, register: Register, first_day: date, last_day: date) -> int | None:
        self.before_call("count", register)
        self.asked.append(("count", register.remote_id, first_day, last_day))
        if not self.counts:
            return None
        more = [n for lie in (self.lies, self.unreadable) for day, n in lie.items() if first_day <= day <= last_day]
        return len(self.on(register.remote_id, first_day, last_day)) + sum(more)

    def pages(
        self, register: Register, first_day: date, last_day: date, *, counted: int | None = None
    ) -> Iterator[Page]:
        self.asked.append(("pages", register.remote_id, first_day, last_day))
        assert (last_day - first_day).days < self.longest_days
        offset, number = 0, 0
        while True:
            number += 1
            self.before_call("page", register)
            self.before_page(number)
            there = self.on(register.remote_id, first_day, last_day)
            some = there[: self.size] if self.repeats else there[offset : offset + self.size]
            bad = [Quarantined("total cannot be read", "{}")] * sum(self.unreadable.values()) if number == 1 else []
            last = len(some) < self.size
            yield Page(some, lambda: [{"receiptNumber": one.number} for one in some], last, bad)  # noqa: B023
            if last:
                return
            offset += self.size

    def receipt(self, register: Register, number: str) -> SourceReceipt | None:
        return self.held[register.remote_id].get(number)

    def walks(self, kind: str = "pages") -> list[tuple[date, date]]:
        """Spans that were asked for since the last `asked.clear()`."""
        return [(first, last) for what, _, first, last in self.asked if what == kind]
