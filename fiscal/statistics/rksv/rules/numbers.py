"""Receipt numbers are used once. Remembered as ranges, so that years of running numbers take a few bytes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

_RUNNING = re.compile(r"(.*?)([1-9][0-9]{0,17})", re.DOTALL)


class Numbers:
    """The numbers used so far. `A-0099` is kept as the text `A-00` and the range 99 to 99.

    Running numbers cost two integers in all; numbers without an order (a UUID each) cost one entry each.
    """

    def __init__(self, ranges: Mapping[str, list[int]] | None = None) -> None:
        self._ranges = {prefix: list(bounds) for prefix, bounds in (ranges or {}).items()}

    def add(self, number: str) -> bool:
        """Remember it. False if it was there before."""
        match = _RUNNING.fullmatch(number)
        prefix, running = (match[1], int(match[2])) if match else (number, 0)
        bounds = self._ranges.setdefault(prefix, [])
        return _insert(bounds, running)

    def as_json(self) -> dict[str, list[int]]:
        """Prefix to [first, last, first, last, …], in order and without overlap."""
        return {prefix: list(bounds) for prefix, bounds in self._ranges.items()}


def _insert(bounds: list[int], value: int) -> bool:
    if bounds and value == bounds[-1] + 1:
        bounds[-1] = value
        return True
    place = bisect_right(bounds, value)
    if place % 2 or (place and bounds[place - 1] == value):
        return False  # between a first and a last, or one of them
    after_left = place > 0 and bounds[place - 1] == value - 1
    before_right = place < len(bounds) and bounds[place] == value + 1
    if after_left and before_right:
        del bounds[place - 1 : place + 1]
    elif after_left:
        bounds[place - 1] = value
    elif before_right:
        bounds[place] = value
    else:
        bounds[place:place] = [value, value]
    return True
