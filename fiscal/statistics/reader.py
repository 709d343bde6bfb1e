"""What a fill works with: a lease, a source, the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from fiscal.models import Register
from fiscal.statistics.lease import Lease
from fiscal.statistics.shapes import Catalogue, Page, SourceRegister


class Source(Protocol):
    """One connection's provider, whatever it is called. Errors are `fiscal.providers.errors.ProviderError`s."""

    longest_days: int
    """Days a window may have."""

    def registers(self) -> list[SourceRegister]:
        """The registers it shows."""

    def catalogue(self) -> Catalogue:
        """Articles and payment methods."""

    def count(self, register: Register, first_day: date, last_day: date) -> int | None:
        """How many receipts it has for these days; None if it does not count."""

    def pages(self, register: Register, first_day: date, last_day: date) -> Iterator[Page]:
        """The receipts of these days."""


class OutOfTime(Exception):
    """The worker's time for this connection is over; what is left comes with its next turn."""


@dataclass
class Reader:
    """One turn of one connection. `is_over`: between two steps it asks whether it has to end."""

    lease: Lease
    source: Source
    clock: Callable[[], datetime]
    is_over: Callable[[], bool] = bool
    doubts: dict[int, set[date]] = field(default_factory=dict)
    """By register: days from which a receipt seems to have moved to another."""

    def pause(self) -> None:
        """End the turn here if it is over. Raises OutOfTime."""
        if self.is_over():
            raise OutOfTime
