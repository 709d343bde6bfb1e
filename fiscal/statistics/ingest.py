"""Writes a page of receipts: what is new is inserted, what differs is updated with its history, the rest is left alone.

All of a register's receipts go through `Intake.write`, in a transaction of the caller. It locks the register, so that two
writers (a fill, a webhook, somebody who moves the register) follow one another; marks the days whose figures changed in
the same transaction; and registers payment methods that are new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import NamedTuple

from fiscal.models import DirtyDay, PaymentMethod, Register
from fiscal.statistics import receipt_rows
from fiscal.statistics.placing import Places
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
        self.methods: set[str] | None = None

    def write(self, receipts: Iterable[SourceReceipt], *, now: datetime) -> Written:
        """Write a page. A receipt that comes twice counts once, as it came last. Call it in a transaction."""
        wanted = {(receipt.day, receipt.key): receipt for receipt in receipts}
        Register.objects.select_for_update(no_key=True).filter(pk=self.register.pk).values_list("pk").first()
        known = receipt_rows.known(self.register.pk, list(wanted))
        today = local_day(now, self.register.zone)
        fresh: list[tuple[SourceReceipt, str, str]] = []
        changed: list[tuple[int, SourceReceipt, str, str]] = []
        for place, receipt in wanted.items():
            suspect = suspicion(receipt.day, today)
            digest = digest_of(receipt, suspect)
            if place not in known:
                fresh.append((receipt, suspect, digest))
            elif known[place][1:] != (digest, False):
                changed.append((known[place][0], receipt, suspect, digest))
        days = {receipt.day for receipt, suspect, _ in fresh if not suspect} | {one[1].day for one in changed}
        if fresh or changed:
            self._keep(fresh, changed, days, now)
        return Written([receipt for receipt, _, _ in fresh], len(changed), days)

    def _keep(
        self,
        fresh: Sequence[tuple[SourceReceipt, str, str]],
        changed: Sequence[tuple[int, SourceReceipt, str, str]],
        days: set[date],
        now: datetime,
    ) -> None:
        places = Places(self.register)
        self._register_methods([one[0] for one in fresh] + [one[1] for one in changed])
        organizations = {day: places.on(day) for day in {one[0].day for one in fresh} | days}
        receipt_rows.insert(
            self.register.pk,
            [(organizations[receipt.day], receipt, suspect, digest) for receipt, suspect, digest in fresh],
            now=now,
        )
        receipt_rows.update(changed, now=now)
        mark_dirty(self.register.pk, days, now=now)

    def _register_methods(self, receipts: Iterable[SourceReceipt]) -> None:
        names = {name for receipt in receipts for name, _ in receipt.payments}
        if self.methods is None:
            self.methods = set(self.register.payment_methods.values_list("name", flat=True))
        if new := names - self.methods:
            rows = [PaymentMethod(register=self.register, name=name) for name in sorted(new)]
            PaymentMethod.objects.bulk_create(rows, ignore_conflicts=True)
            self.methods |= new


def suspicion(day: date, today: date) -> str:
    """FUTURE or ANCIENT for a receipt whose register has lost its clock: kept, and in no total. Else empty."""
    if day > today:
        return "FUTURE"
    return "ANCIENT" if day.year < FIRST_YEAR else ""


def digest_of(receipt: SourceReceipt, suspect: str) -> str:
    """Tells two states of a receipt apart; 32 characters."""
    parts = (
        f"{receipt.number}\x1f{receipt.day}\x1f{receipt.issued_at.timestamp()}\x1f{receipt.kind.value}\x1f{receipt.total}"
        f"\x1f{receipt.uncollected}\x1f{receipt.currency}\x1f{receipt.payments}\x1f{receipt.taxes}\x1f{receipt.items}"
        f"\x1f{receipt.jws}\x1f{receipt.unit_failed}\x1f{receipt.related_key}\x1f{suspect}"
    )
    return blake2b(parts.encode(), digest_size=16).hexdigest()


def mark_dirty(register_id: int, days: Iterable[date], *, now: datetime) -> None:
    """Say that these days are to be rolled up anew. In the transaction of whatever changed them.

    An existing mark is written again, so that whoever is taking it away at this moment leaves ours behind.
    """
    DirtyDay.objects.bulk_create(
        [DirtyDay(register_id=register_id, day=day, marked_at=now) for day in sorted(days)],
        update_conflicts=True,
        unique_fields=["register", "day"],
        update_fields=["marked_at"],
    )
