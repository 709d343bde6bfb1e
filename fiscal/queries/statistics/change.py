"""How takings changed, told only of days that can be set against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fiscal.queries.statistics.completeness import Coverage, DayFill

Pair = tuple[date, date]
"""A day, and the day that it is compared with."""


@dataclass(frozen=True)
class Change:
    """Cents of the `days` compared, now and then. `left_out`: days of the span that could not be compared fairly."""

    now: int
    then: int
    days: int
    left_out: tuple[date, ...] = ()

    @property
    def is_fair(self) -> bool:
        """Whether at least half of the days can be compared: fewer say nothing about the span."""
        return 0 < self.days >= len(self.left_out)

    @property
    def percent(self) -> float | None:
        """The change in percent; None where there is nothing to compare with, or too few days of it."""
        return 100 * (self.now - self.then) / self.then if self.is_fair and self.then > 0 else None


def fair_pairs(now: Coverage, before: Coverage | None) -> list[Pair]:
    """Each day with its counterpart, where both were read to their end for as many registers.

    A day that is still open, whose count and rows disagree, or of which a register is missing on one side only, would
    make a difference that nobody sold.
    """
    if before is None:
        return []
    return [
        (day, then)
        for (day, fill), (then, other) in zip(now.days.items(), before.days.items(), strict=True)
        if _fair(fill, other)
    ]


def _fair(fill: DayFill, other: DayFill) -> bool:
    if fill.open or other.open or fill.incomplete or other.incomplete or not (fill.filled or other.filled):
        return False
    return (fill.missing == 0 and other.missing == 0) or fill.filled == other.filled


def change(now: Mapping[date, int], then: Mapping[date, int], pairs: list[Pair], days: Iterable[date]) -> Change:
    """The change between sums by day, over the fair pairs."""
    told = {day for day, _then in pairs}
    return Change(
        now=sum(now.get(day, 0) for day, _then in pairs),
        then=sum(then.get(other, 0) for _day, other in pairs),
        days=len(pairs),
        left_out=tuple(day for day in days if day not in told),
    )
