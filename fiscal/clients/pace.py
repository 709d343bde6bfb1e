"""How fast one credential may call, learnt from 429 answers: pure arithmetic, kept apart so that it can be simulated.

fiskaly publishes no limits. The first 429 starts the search at 100 requests a second; the requests that pass before the
next one tell the limit, as limits mostly count by the second. From then on the pace stays just below the limit: it is
eased the more slowly the shorter the last 429 is ago, so that few requests are spent on being told off.
"""

from __future__ import annotations

FIRST_INTERVAL = 0.01
STEEP, GENTLE = 1.5, 1.06
HELD_FOR = 20
"""Requests that must pass before the pace is eased at all; fewer than these between two 429 mean a search."""
EASING, MOST_EASING = 1e-5, 0.05
LEAST_WAIT, LONGEST_WAIT = 1.0, 60.0


def slower(interval: float, passed: int) -> tuple[float, float]:
    """The interval after a 429, and for how long to send nothing, both in seconds.

    `passed`: requests that were let through since the 429 before this one.
    """
    if not interval:
        return FIRST_INTERVAL, LEAST_WAIT
    if not passed:
        # The provider's window is not over: wait longer each time, or a limit per minute is asked again every second.
        interval *= STEEP
        return interval, min(LONGEST_WAIT, max(LEAST_WAIT, 20 * interval))
    measured = 1 / passed
    if interval != FIRST_INTERVAL:
        measured = min(measured, interval * STEEP)
    interval = max(interval * GENTLE, measured)
    return interval, 2 * interval if passed >= HELD_FOR else LEAST_WAIT


def easing(passed: int) -> float:
    """By what to multiply the interval after a request passed, `passed` of them since the last 429."""
    return 1.0 if passed < HELD_FOR else 1 - min(MOST_EASING, EASING * passed)
