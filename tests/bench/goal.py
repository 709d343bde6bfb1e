"""One goal, one line."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """`value` of ours and `ceiling` of the peer or the allowance, in `unit`; the goal is on their ratio."""

    name: str
    value: float
    unit: str
    ceiling: float
    goal: str
    """">=0.25" or "<=0.5", on value divided by ceiling."""

    @property
    def ratio(self) -> float:
        return self.value / self.ceiling if self.ceiling else 0.0

    @property
    def holds(self) -> bool:
        bound = float(self.goal[2:])
        return self.ratio >= bound if self.goal.startswith(">=") else self.ratio <= bound

    def __str__(self) -> str:
        word = "ok" if self.holds else "short"
        return f"{self.name} {self.value:.4g} {self.unit} {self.ceiling:.4g} {self.ratio:.3f} {self.goal} {word}"


def in_turns(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = 5) -> tuple[float, float]:
    """The medians of `rounds` measurements of each, taken A B A B, after one of each to warm up."""
    ours()
    peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
