"""What is to be read from one register now. Pure: from what is known of its days, and the time, to a list of steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from django.conf import settings

from fiscal.choices import FillState
from fiscal.statistics.windows import Span, cut, runs, unsettled

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHTLY_DAYS = 92
"""Days that are compared by count once a day (`hardness.md` A3, "Receipts")."""
RECENT_DAYS = 2
"""Closed days that are read in full every hour: a changed receipt does not change the count."""
ALARM_AFTER = timedelta(days=3)


class Deed(Enum):
    """READ: read the span to its end. COMPARE: count it first, and read the days that differ."""

    READ = "read"
    COMPARE = "compare"


class Step(NamedTuple):
    """One thing to do with one register. `nightly`: that it was done is noted, so that it is done once a day."""

    deed: Deed
    span: Span
    nightly: bool = False


class Filled(NamedTuple):
    """What is known of one day."""

    state: str
    as_of: datetime
    receipts: int
    incomplete_since: datetime | None = None


@dataclass
class Known:
    """What is known of one register before its turn.

    `days`: the unsettled days, and others that are not complete. `gaps`: days since `read_from` that were never filled.
    `today_read_at`: when today was last read in full. `compared_at`: the last nightly comparison.
    """

    today: date
    read_from: date
    counts: bool
    longest: int
    days: dict[date, Filled] = field(default_factory=dict)
    gaps: Collection[date] = ()
    today_read_at: datetime | None = None
    compared_at: datetime | None = None


def steps(known: Known, now: datetime) -> list[Step]:
    """What to do now, what people look at first: today, the days before, gaps, and then what is compared at night."""
    if known.read_from > known.today:
        return []  # today counts with another register of its Kassen-ID
    return [*_today(known, now), *_again(known, now), *_missing(known), *_nightly(known, now)]


def _today(known: Known, now: datetime) -> list[Step]:
    today = Span(known.today, known.today)
    row = known.days.get(known.today)
    pause = timedelta(minutes=settings.READ_MINUTES)
    if row is None or row.state == FillState.STARTED or not known.counts:
        return [Step(Deed.READ, today)] if _stale(row, now, pause) else []
    if not _stale(row, now, pause):
        return []
    read_at = known.today_read_at
    in_full = row.state != FillState.OPEN or read_at is None or read_at <= now - HOUR
    first = Step(Deed.READ if in_full else Deed.COMPARE, today)
    earlier = unsettled(known.today, settings.REREAD_DAYS)
    days = [day for day in earlier.days() if day < known.today and _is_done(known.days.get(day))]
    return [first, *(Step(Deed.COMPARE, span) for span in cut(runs(days), known.longest))]


def _again(known: Known, now: datetime) -> list[Step]:
    """Closed days that are read again: the last two every hour, the unsettled ones every day, incomplete ones for long."""
    whole, alone = [], []
    for day, row in sorted(known.days.items()):
        if day >= known.today or row.state == FillState.STARTED:
            continue
        if row.state == FillState.OPEN:
            whole.append(day)
        elif row.state == FillState.INCOMPLETE and row.as_of <= now - _patience(row, now):
            alone.append(day)
        elif row.state == FillState.DONE and row.as_of <= now - _rest(day, known):
            whole.append(day)
    again = cut(runs(whole), known.longest)
    return [Step(Deed.READ, span) for span in (*again, *(Span(day, day) for day in alone))]


def _missing(known: Known) -> list[Step]:
    """Days that were never filled, or whose first fill broke off: oldest first, without gap or overlap."""
    begun = [day for day, row in known.days.items() if row.state == FillState.STARTED]
    days = {day for day in (*known.gaps, *begun) if day < known.today}
    return [Step(Deed.READ, span) for span in cut(runs(days), known.longest)]


def _nightly(known: Known, now: datetime) -> list[Step]:
    if not known.counts or (known.compared_at is not None and known.compared_at > now - DAY):
        return []
    last = known.today - timedelta(days=settings.REREAD_DAYS + 1)
    first = max(known.read_from, known.today - timedelta(days=NIGHTLY_DAYS))
    if first > last:
        return []
    return [Step(Deed.COMPARE, Span(first, last), nightly=True)]


def _stale(row: Filled | None, now: datetime, after: timedelta) -> bool:
    return row is None or row.state == FillState.STARTED or row.as_of <= now - after * 0.9


def _is_done(row: Filled | None) -> bool:
    return row is not None and row.state == FillState.DONE


def _patience(row: Filled, now: datetime) -> timedelta:
    """An incomplete day is tried every hour; after three days, when people have been told, once a day."""
    since = row.incomplete_since or now
    return DAY if since <= now - ALARM_AFTER else HOUR


def _rest(day: date, known: Known) -> timedelta:
    """How long the last full read of a closed day is enough."""
    age = (known.today - day).days
    if age <= RECENT_DAYS:
        return HOUR
    if age <= settings.REREAD_DAYS or (not known.counts and age <= NIGHTLY_DAYS):
        return DAY
    return timedelta(days=3650)


def gaps_in(span: Span, filled: Iterable[date]) -> list[date]:
    """Days of the span that were never filled."""
    there = set(filled)
    return [day for day in span.days() if day not in there]
