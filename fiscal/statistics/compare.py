"""Finds the days on which a provider's count differs from what we hold, with as few counts as possible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fiscal.choices import FillState
from fiscal.models import Register
from fiscal.statistics.sources import Source
from fiscal.statistics.windows import Span, cut, halves, runs


def differing_days(source: Source, register: Register, span: Span) -> list[date]:
    """Days of the span that we hold complete and of which the provider counts other numbers. Raises ProviderError.

    One count if nothing differs; else it is halved until the days are found.
    """
    rows = register.fill_days.filter(day__range=span, state__in=[FillState.DONE, FillState.OPEN])
    held: Mapping[date, int] = dict(rows.values_list("day", "receipts"))
    return [
        day
        for run in runs(held)
        for piece in cut([run], source.longest_days)
        for day in _differing(source, register, piece, held)
    ]


def _differing(source: Source, register: Register, span: Span, held: Mapping[date, int]) -> list[date]:
    counted = source.count(register, *span)
    if counted == sum(held[day] for day in span.days()):
        return []
    if counted is None:
        return list(span.days())
    if span.length == 1:
        return [span.first]
    # Two mistakes may cancel each other out in a sum, so a half that agrees is believed, as any span is.
    older, newer = halves(span)
    return _differing(source, register, older, held) + _differing(source, register, newer, held)
