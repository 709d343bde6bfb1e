"""Finds the days on which a provider's count differs from what we hold.

A count of several days says too little: a receipt that went on one of them and one that came on another cancel each other
out. So it is only asked where each day is read in full before long anyway; else each day is counted by itself.

No count tells what changed without changing the number of its day: an amount, or one receipt in another's place. Days that
are still read again tell it within a day, later ones when settled days are read again (`settled`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fiscal.choices import FillState
from fiscal.models import Register
from fiscal.statistics.sources import Source
from fiscal.statistics.windows import Span, cut, runs


def differing_at_all(source: Source, register: Register, span: Span) -> list[date]:
    """As `differing_days`, but with a single count while the sum of the span is right. Raises ProviderError."""
    held = _held(register, span)
    return [
        day
        for piece in cut(runs(held), source.longest_days)
        if source.count(register, *piece) != sum(held[day] for day in piece.days())
        for day in (piece.days() if piece.length == 1 else _differing(source, register, piece, held))
    ]


def differing_days(source: Source, register: Register, span: Span) -> list[date]:
    """Days of the span that we hold complete and of which the provider counts another number. Raises ProviderError.

    One count for each day.
    """
    return _differing(source, register, span, _held(register, span))


def _held(register: Register, span: Span) -> Mapping[date, int]:
    rows = register.fill_days.filter(day__range=span, state__in=[FillState.DONE, FillState.OPEN])
    return dict(rows.values_list("day", "receipts"))


def _differing(source: Source, register: Register, span: Span, held: Mapping[date, int]) -> list[date]:
    return [day for day in span.days() if day in held and source.count(register, day, day) != held[day]]
