"""Reads settled days again, slowly: a receipt that was changed long ago alters no count, so only a full read finds it.

The least of all work: one window in a turn that has nothing else to do, one a night for each register, those days first
that were read longest ago (`FillDay.as_of`). A window that does not come to its end is given up, not left for the next turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from fiscal.choices import ConnectionStatus, FillSource, FillState, WindowState
from fiscal.models import Connection, Register, Window
from fiscal.providers.errors import ProviderError
from fiscal.statistics.fill import read_span
from fiscal.statistics.partitions import kept_since
from fiscal.statistics.reader import OutOfTime, Reader
from fiscal.statistics.windows import ONE, Span, local_day

NIGHT = range(5)
"""Hours of the register's clock in which nobody looks at its figures."""
QUICK = timedelta(seconds=5)
"""A turn that took longer had enough to do."""
NIGHTLY = timedelta(hours=12)
MOST_REGISTERS = 50
"""Looked at in one turn, however many there are."""
MOST_RECEIPTS = 5_000
REST = timedelta(days=28)
"""Days that were read within this time are not read again."""


def look_back(reader: Reader, connection: Connection) -> None:
    """Read one window of settled days of one register again. Raises ProviderError, LeaseLost, OutOfTime."""
    now = reader.clock()
    if not settings.REREAD_MONTHS or now - reader.lease.begun > QUICK:
        return
    rows = connection.registers.filter(gone_at=None, connection__status=ConnectionStatus.ACTIVE)
    rows = rows.filter(Q(reread_at=None) | Q(reread_at__lt=now - NIGHTLY))
    for register in rows.order_by(F("reread_at").asc(nulls_first=True), "pk")[:MOST_REGISTERS]:
        if not _has_its_turn(register, now):
            continue
        # Noted first: one that has nothing to read, or whose window fails, does not stand in the way of the others.
        Register.objects.filter(pk=register.pk).update(reread_at=now)
        if span := next_window(register, reader.source.longest_days, now):
            _read(reader, register, span)
            return


def next_window(register: Register, longest: int, now: datetime) -> Span | None:
    """The settled days in a row that begin with the one read longest ago; None if all were read lately."""
    today = local_day(now, register.zone)
    first = max(today - timedelta(days=30 * settings.REREAD_MONTHS), kept_since(now) or date.min)
    last = today - timedelta(days=settings.REREAD_DAYS + 1)
    settled = register.fill_days.filter(
        Q(as_of__lte=now - REST), state=FillState.DONE, source=FillSource.RECEIPTS, day__range=(first, last)
    )
    oldest: date | None = settled.order_by("as_of", "day").values_list("day", flat=True).first()
    if oldest is None:
        return None
    following = settled.filter(day__range=(oldest, oldest + timedelta(days=longest - 1))).order_by("day")
    return _bounded(following.values_list("day", "receipts"))


def _bounded(days: Iterable[tuple[date, int]]) -> Span | None:
    """As many of these days as follow each other and are read in a few seconds; one at least."""
    span, receipts = None, 0
    for day, number in days:
        receipts += number
        if span is None:
            span = Span(day, day)
        elif day == span.last + ONE and receipts <= MOST_RECEIPTS:
            span = Span(span.first, day)
        else:
            break
    return span


def _has_its_turn(register: Register, now: datetime) -> bool:
    here = now.astimezone(register.zone)
    read = register.reread_at
    return here.hour in NIGHT and (read is None or local_day(read, register.zone) < here.date())


def _read(reader: Reader, register: Register, span: Span) -> None:
    try:
        read_span(reader, register, span)
    except (OutOfTime, ProviderError):
        begun = Window.objects.filter(register=register, state=WindowState.STARTED)
        begun.filter(first_day__gte=span.first, last_day__lte=span.last).update(
            state=WindowState.FAILED, ended_at=reader.clock()
        )
        raise
