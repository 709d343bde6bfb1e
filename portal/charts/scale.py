"""The scale of amounts: round steps, zero always on it, and one huge bar cut rather than all others flattened. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

FAR = 4
"""A value so many times the next ones is cut, and says so."""


@dataclass(frozen=True)
class Axis:
    """From `low` to `high` in cents over `height` pixels, zero included; `ticks` are round."""

    low: int
    high: int
    ticks: tuple[int, ...]
    height: int

    def y(self, value: int) -> float:
        """Pixels from the top; what lies beyond the scale stands at its edge."""
        held = min(max(value, self.low), self.high)
        return round(self.height * (self.high - held) / (self.high - self.low), 1)

    def cuts(self, value: int) -> bool:
        return not self.low <= value <= self.high


def axis(values: Iterable[int], height: int, steps: int = 4) -> Axis:
    """An axis over these values."""
    found = sorted(values)
    high = max(_without_outlier([value for value in found if value > 0]), 0)
    low = min(-_without_outlier(sorted(-value for value in found if value < 0)), 0)
    if high == low:
        high = 100
    step = _round_step((high - low) / steps)
    low, high = -_reach(-low, step), _reach(high, step)
    return Axis(low, high, tuple(range(ceil(low / step) * step, high + 1, step)), height)


def _reach(value: int, step: int) -> int:
    """How far a side of the axis goes: to the next tick, or only as far as it must where a tick would be mostly air."""
    return ceil(value / step) * step if value > step // 2 else ceil(value * 10 / step) * step // 10


def _without_outlier(ascending: list[int]) -> int:
    """The largest value, or the next one if the largest would flatten all others."""
    if not ascending:
        return 0
    usual = ascending[: max(len(ascending) - max(len(ascending) // 50, 1), 0)]
    if len(usual) >= 4 and ascending[-1] > FAR * usual[-1]:
        return usual[-1] * 5 // 4
    return ascending[-1]


def _round_step(rough: float) -> int:
    """The next of 1, 2, 2.5, 5, 10 times a power of ten; at least one unit of currency."""
    power = 10 ** floor(log10(max(rough, 100)))
    for factor in (1, 2, 2.5, 5, 10):
        if factor * power >= rough:
            return max(int(factor * power), 100)
    return int(10 * power)
