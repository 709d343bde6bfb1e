"""Reads kept raw pages once more, after the reading of a field was corrected: no provider is asked.

Only what is certain is written. A page says nothing of a receipt that came back with other values later, or that is gone.
What would now stand on another day is told and left alone: only reading that day again can tell whether something else
stands there.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from fiscal.choices import Provider, ReceiptKind
from fiscal.models import FillDay, RawPage, Receipt, Register
from fiscal.statistics.ingest import Intake
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.sources.datacash_rows import DataCashRows
from fiscal.statistics.sources.kassandro_rows import KassandroRows
from fiscal.statistics.windows import Span

Held = dict[str, dict[date, tuple[datetime, bool]]]
"""By key and day: since when a receipt has its values, and whether it is gone."""


@dataclass
class Reread:
    """What came of one register's pages. `moved`: keys that now seem to belong to another day."""

    register: Register
    pages: int = 0
    receipts: int = 0
    fresh: int = 0
    changed: int = 0
    unreadable: int = 0
    moved: list[str] = field(default_factory=list)
    days: set[date] = field(default_factory=set)


def reread(register: Register, span: Span, *, now: datetime, dry_run: bool = False) -> Reread:
    """Read the kept pages of these days, oldest first, a page a transaction. `dry_run`: write nothing, only count.

    Roll-ups are marked; the caller makes them.
    """
    found = Reread(register)
    readers: dict[tuple[date, date], KassandroRows | DataCashRows] = {}
    pages = RawPage.objects.filter(register=register, first_day__lte=span.last, last_day__gte=span.first)
    for pk in list(pages.order_by("fetched_at", "pk").values_list("pk", flat=True)):
        if (page := RawPage.objects.filter(pk=pk).first()) is None:
            continue  # a fill has put another in its place meanwhile
        # Pages of one walk share a reader: in the doubled hour it needs to know what came before.
        reader = readers.setdefault((page.first_day, page.last_day), _reader(register))
        read = reader.read(json.loads(zlib.decompress(page.body)))
        asked = read.page(max(span.first, page.first_day), min(span.last, page.last_day), last=True)
        found.pages += 1
        found.receipts += len(asked.receipts)
        found.unreadable += len(asked.quarantined)
        with transaction.atomic():
            _write(found, page, asked.receipts, now=now)
            transaction.set_rollback(dry_run)
    return found


def _reader(register: Register) -> KassandroRows | DataCashRows:
    return KassandroRows(register) if register.provider == Provider.KASSANDRO else DataCashRows(register)


def _write(found: Reread, page: RawPage, receipts: list[SourceReceipt], *, now: datetime) -> None:
    register = found.register
    Register.objects.select_for_update(no_key=True).get(pk=register.pk)
    held = _held(register, page, receipts)
    certain = list(_certain(found, page, receipts, held))
    # Known since that page: so a second correction finds its way too.
    written = Intake(register).write(certain, now=page.fetched_at)
    found.fresh += len(written.fresh)
    found.changed += written.changed
    found.days |= written.days
    for day in written.days:
        rows = Receipt.objects.filter(register=register, day=day, removed_at=None).exclude(kind=ReceiptKind.PENDING)
        filled = FillDay.objects.filter(register=register, day=day)
        filled.update(receipts=rows.count())
        filled.filter(closed_at__isnull=False).update(recomputed_at=now)


def _held(register: Register, page: RawPage, receipts: Iterable[SourceReceipt]) -> Held:
    """What we hold of these keys in the days of the page."""
    rows = Receipt.objects.filter(
        register=register,
        day__range=(page.first_day, page.last_day),
        key__in={receipt.key for receipt in receipts},
    )
    held: Held = {}
    for key, day, seen, changed, removed in rows.values_list("key", "day", "first_seen_at", "changed_at", "removed_at"):
        held.setdefault(key, {})[day] = (changed or seen, removed is not None)
    return held


def _certain(found: Reread, page: RawPage, receipts: Iterable[SourceReceipt], held: Held) -> Iterator[SourceReceipt]:
    for receipt in receipts:
        days = held.get(receipt.key, {})
        if receipt.day in days:
            since, gone = days[receipt.day]
            if not gone and since <= page.fetched_at:
                yield receipt
        elif days:
            found.moved.append(receipt.key)
        else:
            yield receipt
