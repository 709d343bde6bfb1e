"""Spans of local days: presets, free ranges of any length, and what a span is compared with. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

FIRST_DAY = date(2000, 1, 1)
"""Nothing that a register wrote is older."""


class Preset(TextChoices):
    """The spans that are one choice away. FREE is given by two dates."""

    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    DAYS_7 = "7d", _("Last 7 days")
    DAYS_28 = "28d", _("Last 28 days")
    DAYS_92 = "92d", _("Last 92 days")
    THIS_MONTH = "this-month", _("This month")
    LAST_MONTH = "last-month", _("Last month")
    THIS_YEAR = "this-year", _("This year")
    LAST_YEAR = "last-year", _("Last year")
    FREE = "free", _("Free range")


class Comparison(TextChoices):
    """What a span is compared with."""

    BEFORE = "before", _("Period before")
    YEAR = "year", _("Previous year")
    NONE = "none", _("Nothing")


LENGTHS = {Preset.TODAY: 1, Preset.DAYS_7: 7, Preset.DAYS_28: 28, Preset.DAYS_92: 92}


@dataclass(frozen=True)
class Span:
    """Local days from `first` to `last`, both included."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(n) for n in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def compared_with(self, comparison: Comparison) -> Span | None:
        """The span of the same length before this one, or beginning on the same date a year earlier."""
        if comparison == Comparison.NONE:
            return None
        length = timedelta(len(self) - 1)
        if comparison == Comparison.BEFORE:
            return Span(self.first - timedelta(len(self)), self.first - timedelta(1))
        begin = _year_earlier(self.first)
        return Span(begin, begin + length)


def span_of(preset: Preset, today: date) -> Span:
    """The span that a preset means today."""
    if length := LENGTHS.get(preset):
        return Span(today - timedelta(length - 1), today)
    month = today.replace(day=1)
    ended = month - timedelta(1)
    spans = {
        Preset.YESTERDAY: Span(today - timedelta(1), today - timedelta(1)),
        Preset.THIS_MONTH: Span(month, today),
        Preset.LAST_MONTH: Span(ended.replace(day=1), ended),
        Preset.THIS_YEAR: Span(today.replace(month=1, day=1), today),
        Preset.LAST_YEAR: Span(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }
    return spans[preset]


def free_span(first: date, last: date, today: date) -> Span:
    """Any range; turned round if given backwards, and without days that are still to come."""
    first, last = sorted((first, last))
    return Span(min(max(first, FIRST_DAY), today), min(max(last, FIRST_DAY), today))


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
