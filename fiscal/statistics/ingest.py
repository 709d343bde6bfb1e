"""Writes a page of receipts: what is new is inserted, what differs is updated with its history, the rest is left alone.

All of a register's receipts go through `Intake.write`, in a transaction of the caller. It locks the register, so that two
writers (a fill, a webhook, somebody who moves the register) follow one another; marks the days whose figures changed in
the same transaction; and registers payment methods that are new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Case, F, When

from fiscal.models import Chain, DirtyDay, Register
from fiscal.statistics import receipt_rows
from fiscal.statistics.methods import Place, add_methods, known_methods
from fiscal.statistics.placing import Places
from fiscal.statistics.receipt_rows import Row, row_of
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.windows import local_day

FIRST_YEAR = 2010
"""Neither country had electronic receipts before: a register with an older date has lost its clock."""


class Written(NamedTuple):
    """What a page changed: how many receipts, and the keys of those that were not known on their day."""

    fresh: list[SourceReceipt]
    changed: int
    days: set[date]


class Intake:
    """Takes in the receipts of one register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.methods: set[Place] | None = None

    def write(self, receipts: Iterable[SourceReceipt], *, now: datetime) -> Written:
        """Write a page. A receipt that comes twice counts once, as it came last. Call it in a transaction."""
        wanted = {(receipt.day, receipt.key): receipt for receipt in receipts}
        Register.objects.select_for_update(no_key=True).filter(pk=self.register.pk).values_list("pk").first()
        known = receipt_rows.known(self.register.pk, list(wanted))
        today = local_day(now, self.register.zone)
        fresh: list[Row] = []
        changed: list[tuple[int, Row]] = []
        for place, receipt in wanted.items():
            row = row_of(receipt, suspicion(receipt.day, today))
            if place not in known:
                fresh.append(row)
            elif known[place][1:] != (row.digest, False):
                changed.append((known[place][0], row))
        days = {row.receipt.day for row in fresh if not row.suspect} | {row.receipt.day for _, row in changed}
        if fresh or changed:
            self._keep(fresh, changed, days, now)
        return Written([row.receipt for row in fresh], len(changed), days)

    def _keep(self, fresh: Sequence[Row], changed: Sequence[tuple[int, Row]], days: set[date], now: datetime) -> None:
        places = Places(self.register)
        written = [row.receipt for row in (*fresh, *(row for _, row in changed))]
        organizations = {day: places.on(day) for day in {receipt.day for receipt in written}}
        self._register_methods((organizations[one.day], name) for one in written for name, _ in one.payments)
        receipt_rows.insert(self.register.pk, [(organizations[row.receipt.day], row) for row in fresh], now=now)
        receipt_rows.update(changed, now=now)
        mark_dirty(self.register.pk, days, now=now)

    def _register_methods(self, used: Iterable[Place]) -> None:
        if self.methods is None:
            self.methods = known_methods(self.register)
        if new := set(used) - self.methods:
            add_methods(self.register, new)
            self.methods |= new


def suspicion(day: date, today: date) -> str:
    """FUTURE or ANCIENT for a receipt whose register has lost its clock: kept, and in no total. Else empty."""
    if day > today:
        return "FUTURE"
    return "ANCIENT" if day.year < FIRST_YEAR else ""


def mark_dirty(register_id: int, days: Iterable[date], *, now: datetime) -> None:
    """Say that these days are to be rolled up, and verified, anew. In the transaction of whatever changed them.

    An existing mark is written again, so that whoever is taking it away at this moment leaves ours behind.
    """
    if first := min(days := set(days), default=None):
        earlier = Case(When(dirty_from__lt=first, then=F("dirty_from")), default=first)
        Chain.objects.filter(register_id=register_id).update(dirty_from=earlier, marks=F("marks") + 1)
    DirtyDay.objects.bulk_create(
        [DirtyDay(register_id=register_id, day=day, marked_at=now) for day in sorted(days)],
        update_conflicts=True,
        unique_fields=["register", "day"],
        update_fields=["marked_at"],
    )
