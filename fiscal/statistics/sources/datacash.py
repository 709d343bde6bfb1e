"""DataCash as a source of sales: all documents of one partita IVA. Its devices and shops are not told apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fiscal.choices import ConnectionKind
from fiscal.clients import datacash
from fiscal.models import Connection, Register
from fiscal.providers.datacash import LONGEST_DAYS
from fiscal.statistics.shapes import Catalogue, Page, SourceReceipt, SourceRegister
from fiscal.statistics.sources.datacash_rows import DataCashRows

PAGE = 1_000
"""Documents of a page: a list comes in one piece, and is written in several."""


class DataCashSource:
    """Documents by day. There are no lines, payments or rates in the list, and nothing that counts."""

    longest_days = LONGEST_DAYS

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def registers(self) -> list[SourceRegister]:
        """A key has one register, its partita IVA; the devices of a connection by files are added by hand."""
        if self._connection.kind != ConnectionKind.KEY:
            return []
        return [SourceRegister(self._connection.vat_number, self._connection.name)]

    def catalogue(self) -> Catalogue:
        """DataCash gives neither articles nor payment methods."""
        return Catalogue([], [])

    def count(self, register: Register, first_day: date, last_day: date) -> int | None:
        """None: DataCash does not count."""
        return None

    def pages(
        self, register: Register, first_day: date, last_day: date, *, counted: int | None = None
    ) -> Iterator[Page]:
        """The documents of at most 31 local days, both included. A repeated `idtrx` is one document."""
        rows = datacash(self._connection).find_documents(first_day, last_day)
        reader = DataCashRows(register)
        seen: set[str] = set()
        for start in range(0, max(len(rows), 1), PAGE):
            read = reader.read(rows[start : start + PAGE])
            yield read.page(first_day, last_day, last=start + PAGE >= len(rows), seen=seen)

    def receipt(self, register: Register, number: str) -> SourceReceipt | None:
        """None: DataCash has no call for a single document's data. Read its day again instead."""
        return None
