"""Spans of local days: cut to a provider's limit without gap or overlap, oldest first. Pure.

Contract "Statistics: what counts, and 24 traps", heading 2: a day is the register's local day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ONE = timedelta(days=1)


class Span(NamedTuple):
    """Local days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Each of them, oldest first."""
        return (self.first + timedelta(days=n) for n in range(self.length))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def runs(days: Collection[date]) -> list[Span]:
    """These days as the fewest spans, oldest first."""
    spans: list[Span] = []
    for day in sorted(set(days)):
        if spans and spans[-1].last + ONE == day:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return spans


def cut(spans: Iterable[Span], longest: int) -> list[Span]:
    """The same days in windows of at most `longest` days, without gap or overlap, oldest first."""
    return [
        Span(first, min(first + timedelta(days=longest - 1), span.last))
        for span in sorted(spans)
        for first in (span.first + timedelta(days=n) for n in range(0, span.length, longest))
    ]


def halves(span: Span) -> tuple[Span, Span]:
    """A span of two days or more in two, the older half first."""
    middle = span.first + timedelta(days=(span.length - 1) // 2)
    return Span(span.first, middle), Span(middle + ONE, span.last)


def bounds(span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where the span begins and where it has ended, in UTC: half-open, and right on days of 23 and 25 hours."""
    begins = datetime.combine(span.first, time(), zone)
    ended = datetime.combine(span.last + ONE, time(), zone)
    return begins.astimezone(UTC), ended.astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The local day that an aware moment lies in."""
    return moment.astimezone(zone).date()


def unsettled(today: date, reread_days: int) -> Span:
    """Today and the closed days on which late receipts are still expected."""
    return Span(today - timedelta(days=reread_days), today)
