"""Where sales come from: each provider read into the shapes of `fiscal.statistics.shapes`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from fiscal.choices import Provider
from fiscal.models import Connection, Register
from fiscal.statistics.shapes import Catalogue, Page, SourceReceipt, SourceRegister
from fiscal.statistics.sources.datacash import DataCashSource
from fiscal.statistics.sources.kassandro import KassandroSource


class Source(Protocol):
    """One connection's sales. Every method may raise ProviderError. Days are the register's local days.

    `longest_days`: the longest span that `pages` and `count` take.
    """

    longest_days: int

    def registers(self) -> list[SourceRegister]:
        """What can be read; a register that is missing may come back."""

    def catalogue(self) -> Catalogue:
        """Articles and payment methods, as far as the provider tells them."""

    def count(self, register: Register, first_day: date, last_day: date) -> int | None:
        """How many receipts these days have by the provider's own count; None if it does not count."""

    def pages(
        self, register: Register, first_day: date, last_day: date, *, counted: int | None = None
    ) -> Iterator[Page]:
        """A closed span of days, page by page: receipts of other days dropped, duplicates within a page removed.

        `counted`: what `count` said, so that a provider's own highest page length does not end the walk.
        """

    def receipt(self, register: Register, number: str) -> SourceReceipt | None:
        """One receipt as it is now; None if there is none, or the provider cannot be asked for one."""


def source_for(connection: Connection) -> Source:
    """The source that a connection reads from."""
    if connection.provider == Provider.KASSANDRO:
        return KassandroSource(connection)
    return DataCashSource(connection)
