"""Days put together to weeks, months or years where there would be too many bars to read, and what their state is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _

from fiscal.queries.statistics import Days, DayState, Figures, Selection
from fiscal.queries.statistics.words import day_words

TROUBLED = (DayState.PARTLY, DayState.INCOMPLETE, DayState.MISSING)


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def per(self) -> str:
        words = {Unit.DAY: _("per day"), Unit.WEEK: _("per week"), Unit.MONTH: _("per month")}
        return words.get(self, _("per year"))


@dataclass
class Bucket:
    """One bar: its days, sums in cents (None: nothing of it is filled), and how far it is filled."""

    first: date
    last: date
    unit: Unit
    figures: Figures = field(default_factory=Figures)
    now: int | None = None
    before: int | None = None
    unsettled: bool = False
    troubled: int = 0
    """Days that are incomplete, or not filled for every register."""
    nobody: bool = True
    """Whether no register stood there."""
    year: bool = False
    """Whether its year must be said: the span is of two."""

    @property
    def missing(self) -> bool:
        """Nothing of it is filled although registers stood there."""
        return self.now is None and not self.nobody

    @property
    def words(self) -> str:
        """Its days, in full."""
        if self.unit == Unit.DAY:
            return day_words(self.first, weekday=True, year=self.year)
        if self.unit == Unit.YEAR:
            return str(self.first.year)
        if self.unit == Unit.MONTH:
            return f"{str(MONTHS_3[self.first.month]).title()} {self.first.year}"
        return f"{day_words(self.first)} – {day_words(self.last, year=self.year)}"

    @property
    def label(self) -> str:
        """The same at the axis."""
        if self.unit == Unit.YEAR:
            return str(self.first.year)
        if self.unit == Unit.MONTH:
            month = str(MONTHS_3[self.first.month]).title()
            return f"{month} {self.first.year}" if self.year else month
        return day_words(self.first, year=self.year)


def unit_for(days: int, most: int) -> Unit:
    """Days, weeks, months or years, so that there are at most about `most` bars."""
    if days <= most:
        return Unit.DAY
    if days <= 7 * most:
        return Unit.WEEK
    return Unit.MONTH if days <= 30 * most else Unit.YEAR


def buckets(selection: Selection, days: Days, most: int) -> list[Bucket]:
    """The days of the span in order, with the days they are compared with at their side."""
    unit = unit_for(len(selection.span), most)
    found: list[Bucket] = []
    before = iter(selection.before or ())
    for day in selection.span:
        start = _start(day, unit)
        if not found or _start(found[-1].first, unit) != start:
            found.append(Bucket(day, day, unit, year=selection.span.first.year != selection.span.last.year))
        _take(found[-1], day, next(before, None), selection, days)
    return found


def plain_buckets(span: Iterable[date], most: int, now: Callable[[date], int | None]) -> list[Bucket]:
    """Bars of one branch: sums alone."""
    all_days = list(span)
    unit = unit_for(len(all_days), most)
    found: list[Bucket] = []
    for day in all_days:
        if not found or _start(found[-1].first, unit) != _start(day, unit):
            found.append(Bucket(day, day, unit, nobody=False))
        found[-1].last = day
        found[-1].now = _plus(found[-1].now, now(day))
    return found


def _take(bucket: Bucket, day: date, then: date | None, selection: Selection, days: Days) -> None:
    fill = days.coverage.days[day]
    bucket.last = day
    bucket.now = _plus(bucket.now, days.net(day))
    if then is not None:
        bucket.before = _plus(bucket.before, days.net_before(then))
    if day in days.figures:
        bucket.figures.add(days.figures[day])
    bucket.unsettled |= day >= selection.unsettled_from
    bucket.troubled += fill.state in TROUBLED
    bucket.nobody &= fill.state == DayState.NOBODY


def _plus(known: int | None, more: int | None) -> int | None:
    if more is None:
        return known
    return more if known is None else known + more


def _start(day: date, unit: Unit) -> date:
    if unit == Unit.YEAR:
        return day.replace(month=1, day=1)
    if unit == Unit.MONTH:
        return day.replace(day=1)
    return day - timedelta(day.weekday()) if unit == Unit.WEEK else day
