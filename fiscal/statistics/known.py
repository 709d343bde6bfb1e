"""What is known of all registers of a connection before its turn: a handful of queries, however many registers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q

from fiscal.choices import FillState, Provider, WindowState
from fiscal.models import Connection, FillDay, Register, Window
from fiscal.statistics.plan import DAY, HOUR, NIGHTLY_DAYS, Filled, Known, gaps_in
from fiscal.statistics.sources import Source
from fiscal.statistics.windows import Span, local_day

COUNTING = frozenset({Provider.KASSANDRO})
"""Providers that count what they have."""


def load(connection: Connection, registers: Sequence[Register], source: Source, now: datetime) -> dict[int, Known]:
    """By register id. Days far back are looked at in the first turn of a day, and while the connection is behind."""
    counts = connection.provider in COUNTING
    behind = connection.read_at is None or connection.read_at < now - HOUR
    deep = behind or (connection.read_at is not None and connection.read_at.date() != now.date())
    known = {}
    for register in registers:
        today = local_day(now, register.zone)
        first = register.read_from or today
        known[register.pk] = Known(today, first, counts, source.longest_days)
    since = min(one.today for one in known.values()) - timedelta(days=NIGHTLY_DAYS)
    _load_days(known, since, all_since=NIGHTLY_DAYS if not counts else settings.REREAD_DAYS, deep=deep)
    _find_gaps(known, since, deep=deep)
    _load_windows(connection, known, now)
    return known


def _load_days(known: dict[int, Known], since: date, *, all_since: int, deep: bool) -> None:
    latest = max(one.today for one in known.values())
    rows = FillDay.objects.filter(register__in=known)
    rows = rows.filter(Q(day__gte=latest - timedelta(days=all_since + 1)) | ~Q(state=FillState.DONE))
    if not deep:
        rows = rows.filter(day__gte=since)
    columns = ("register_id", "day", "state", "as_of", "receipts", "incomplete_since")
    for register_id, day, *row in rows.values_list(*columns):
        known[register_id].days[day] = Filled(*row)


def _find_gaps(known: dict[int, Known], since: date, *, deep: bool) -> None:
    """Registers that have fewer days than they should are looked at day by day."""
    spans: dict[int, Span] = {}
    for register_id, one in known.items():
        first = one.read_from if deep else max(one.read_from, since)
        if first < one.today:
            spans[register_id] = Span(first, one.today - timedelta(days=1))
    if not spans:
        return
    least = min(span.first for span in spans.values())
    rows = FillDay.objects.filter(register__in=spans, day__gte=least)
    by_first: dict[Span, list[int]] = defaultdict(list)
    for register_id, span in spans.items():
        by_first[span].append(register_id)
    for span, some in by_first.items():
        there = dict(
            rows.filter(register__in=some, day__range=span).values_list("register").annotate(n=Count("pk")).order_by()
        )
        for register_id in some:
            if there.get(register_id, 0) < span.length:
                filled = FillDay.objects.filter(register=register_id, day__range=span).values_list("day", flat=True)
                known[register_id].gaps = gaps_in(span, filled)


def _load_windows(connection: Connection, known: dict[int, Known], now: datetime) -> None:
    done = Window.objects.filter(connection=connection, state=WindowState.DONE, register__in=known).order_by()
    today = {one.today for one in known.values()}
    read = done.filter(started_at__gt=now - HOUR, walks__gt=0, first_day__in=today)
    for register_id, at in read.values_list("register").annotate(at=Max("started_at")):
        known[register_id].today_read_at = at
    counted: dict[int, set[date]] = defaultdict(set)
    one_by_one = done.filter(started_at__gt=now - DAY, walks=0)
    for register_id, first, last in one_by_one.values_list("register", "first_day", "last_day"):
        counted[register_id].update(Span(first, last).days())
    for register_id, days in counted.items():
        known[register_id].counted = days
