"""The counter's file against what we hold: documents of each kind on each day, and which of them are missing on a side.

It has no amounts, so it fills nothing. It tells whether a day is complete (trap 22: count and rows that differ are not
green). The counter counts all devices of a partita IVA together, so it is compared with all registers of the connection.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Sum

from fiscal.choices import ConnectionStatus, FillState, ReceiptKind
from fiscal.models import Connection, DayTotal, FillDay, Receipt
from fiscal.statistics.files.content import CountedDocument
from fiscal.statistics.windows import Span

KINDS = (ReceiptKind.SALE, ReceiptKind.VOID, ReceiptKind.RETURN, ReceiptKind.UNKNOWN)
MOST_NAMED = 20


@dataclass
class DayCount:
    """One day. `filled`: how many of the connection's registers are filled then; `states`: how complete each is."""

    day: date
    counted: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    states: list[str] = field(default_factory=list)
    missing_here: list[str] = field(default_factory=list)
    missing_there: list[str] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        return bool(self.states)

    @property
    def agrees(self) -> bool:
        """Whether every kind was counted as often as we hold it, and no document is known on one side only."""
        same = all(self.counted[kind] == self.held[kind] for kind in KINDS)
        return same and not self.missing_here and not self.missing_there


def count_days(connection: Connection, documents: Iterable[CountedDocument], span: Span) -> list[DayCount]:
    """Every day of the span."""
    lines = {day: DayCount(day) for day in span.days()}
    keys: dict[date, set[str]] = defaultdict(set)
    for document in documents:
        lines[document.day].counted[document.kind] += 1
        keys[document.day].add(document.key)
    here = {"register__connection": connection, "day__range": span}
    totals = DayTotal.objects.filter(**here, kind__in=KINDS).order_by().values_list("day", "kind")
    for day, kind, number in totals.annotate(n=Sum("count")):
        lines[day].held[kind] = number
    for day, state in FillDay.objects.filter(**here).exclude(state=FillState.STARTED).values_list("day", "state"):
        lines[day].states.append(state)
    _compare_keys(connection, span, keys, lines)
    return list(lines.values())


def _compare_keys(connection: Connection, span: Span, keys: dict[date, set[str]], lines: dict[date, DayCount]) -> None:
    """Of days whose documents we hold one by one, which are missing here, and which there."""
    own: dict[date, set[str]] = defaultdict(set)
    rows = Receipt.objects.filter(register__connection=connection, day__range=span, removed_at=None, kind__in=KINDS)
    for day, key in rows.values_list("day", "key").iterator():
        own[day].add(key)
    for day, held in own.items():
        lines[day].missing_here = sorted(keys[day] - held)
        lines[day].missing_there = sorted(held - keys[day])


def note_counts(connection: Connection, lines: Sequence[DayCount], *, today: date, now: datetime) -> int:
    """Write each count to its day and say of each whether it is complete. Gives how many days changed their state.

    Only where the connection has one register: else nobody knows whose documents are missing. Days whose documents are
    read from the provider and are missing here are read again.
    """
    registers = list(connection.registers.values_list("pk", flat=True)[:2])
    if len(registers) != 1:
        return 0
    by_day = {line.day: line for line in lines if line.filled and line.day < today}
    changed = 0
    for row in FillDay.objects.filter(register=registers[0], day__in=by_day):
        line = by_day[row.day]
        before, row.counted = row.state, sum(line.counted.values())
        row.state = FillState.DONE if line.agrees else FillState.INCOMPLETE
        row.incomplete_since = None if line.agrees else row.incomplete_since or now
        row.closed_at = row.closed_at or (now if line.agrees else None)
        changed += row.state != before
        row.save(update_fields=["counted", "state", "incomplete_since", "closed_at"])
    if any(line.missing_here for line in by_day.values()):
        due = Connection.objects.filter(pk=connection.pk, status=ConnectionStatus.ACTIVE, due_at__gt=now)
        due.update(due_at=now)
    return changed
