"""What a fill works with: a lease, a source, the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from fiscal.statistics.lease import Lease
from fiscal.statistics.sources import Source


class OutOfTime(Exception):
    """The worker's time for this connection is over; what is left comes with its next turn."""


@dataclass
class Reader:
    """One turn of one connection. `is_over`: between two steps it asks whether it has to end."""

    lease: Lease
    source: Source
    clock: Callable[[], datetime]
    is_over: Callable[[], bool] = bool
    read: set[tuple[int, date]] = field(default_factory=set)
    """(register, day)s read to their end in this turn."""
    doubts: dict[int, set[date]] = field(default_factory=dict)
    """By register: days from which a receipt seems to have moved to another."""

    def pause(self) -> None:
        """End the turn here if it is over. Raises OutOfTime."""
        if self.is_over():
            raise OutOfTime
