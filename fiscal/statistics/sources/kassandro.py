"""Kassandro as a source of sales: one register over closed spans of its local days."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from fiscal.choices import ConnectionKind
from fiscal.clients import kassandro
from fiscal.models import Connection, Register
from fiscal.providers.addresses import is_segment
from fiscal.providers.errors import Absent, Garbled
from fiscal.providers.kassandro import Kassandro
from fiscal.statistics.shapes import Catalogue, Page, SourceArticle, SourceReceipt, SourceRegister, fit
from fiscal.statistics.sources.amounts import CENTS, HUNDREDTHS
from fiscal.statistics.sources.kassandro_rows import KassandroRows, serial_in
from fiscal.statistics.sources.rows import Unreadable
from fiscal.statistics.sources.times import day_after, midnight

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=1)
HALF_A_SECOND = timedelta(milliseconds=500)
MOST_PAGES = 20_000
ONLY = "only"
"""The `remote_id` of the one register of a register's token, which has no list of registers."""


class KassandroSource:
    """Receipts of an account or of one register."""

    longest_days = 31

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client = kassandro(connection)
        self._is_account = connection.kind == ConnectionKind.ACCOUNT

    def registers(self) -> list[SourceRegister]:
        """The registers of the account; the one register of a register's token."""
        if not self._is_account:
            return [SourceRegister(ONLY, self._connection.name, serial_behind(self._client))]
        return [_register(row) for row in self._client.cash_registers()]

    def catalogue(self) -> Catalogue:
        """Articles with their groups, and the names of payment methods."""
        articles = [found for group in self._client.articles() for found in _articles(group)]
        names = [row["name"] for row in self._client.payment_methods() if _has_name(row)]
        return Catalogue(articles, list(dict.fromkeys(fit(name)[:100] for name in names)))

    def count(self, register: Register, first_day: date, last_day: date) -> int | None:
        """How many receipts Kassandro counts on these local days, both included.

        Receipts carry whole seconds, so the ends lie between two of them: whether Kassandro includes its ends or not,
        the count is the same.
        """
        since = midnight(first_day, register.zone) - HALF_A_SECOND
        until = midnight(day_after(last_day), register.zone) - HALF_A_SECOND
        return self._client.count(since, until, cash_register_id=self._id_of(register))

    def pages(
        self, register: Register, first_day: date, last_day: date, *, counted: int | None = None
    ) -> Iterator[Page]:
        """The receipts of these local days, both included, page after page.

        Asked with an overlap of a second and trimmed to the register's days. `counted`: what `count` said; a page that
        is shorter than asked ends the walk only when so many were seen, as Kassandro may have a highest limit of its
        own. Raises Garbled when a page is longer than asked, or the same page comes again.
        """
        reader, walk = KassandroRows(register), _Walk(settings.KASSANDRO_LIMIT)
        since = midnight(first_day, register.zone) - OVERLAP
        until = midnight(day_after(last_day), register.zone) + OVERLAP
        cash_register_id, seen = self._id_of(register), 0
        while True:
            rows = self._client.receipts(
                since, until, limit=walk.limit, offset=walk.offset, cash_register_id=cash_register_id
            )
            walk.step(rows)
            page = reader.read(self._of(register, rows)).page(first_day, last_day, last=False)
            seen += len(page.receipts) + len(page.quarantined)
            more = len(rows) == walk.limit or (bool(rows) and counted is not None and seen < counted)
            yield replace(page, last=not more)
            if not more:
                return

    def receipt(self, register: Register, number: str) -> SourceReceipt | None:
        """One receipt as Kassandro has it now; None if it has none of that number, or cannot be asked for such a number.

        Numbers repeat between the registers of an account, so that a register's own token asks. Raises Garbled if the
        receipt is unreadable.
        """
        if not is_segment(number):
            return None
        client = self._client
        if self._is_account:
            client = kassandro(self._connection, cash_register_id=self._id_of(register))
        try:
            row = client.receipt(number)
        except Absent:
            return None
        try:
            return KassandroRows(register).receipt(row)
        except Unreadable as fault:
            raise Garbled(f"Kassandro's receipt {number} cannot be read: {fault}.") from None

    def _id_of(self, register: Register) -> int | None:
        return int(register.remote_id) if self._is_account else None

    def _of(self, register: Register, rows: list[Any]) -> list[Any]:
        """The rows of this register: a number alone is no key, and an answer may hold others' rows nonetheless."""
        if not self._is_account:
            return rows
        own = register.remote_id
        return [row for row in rows if not isinstance(row, dict) or str(row.get("cashRegisterId", own)) == own]


def serial_behind(client: Kassandro) -> str:
    """The Kassen-ID of a register's token, as its latest signed receipts name it; "" while there is none.

    Only a list of registers tells it otherwise, and this token has no such list.
    """
    now = timezone.now()
    rows = client.receipts(now - timedelta(days=31), now, limit=5, with_items=False)
    signatures = [row["signature"] for row in rows if isinstance(row, dict) and isinstance(row.get("signature"), dict)]
    found = [serial_in(signature["jws"]) for signature in signatures if isinstance(signature.get("jws"), str)]
    return next((serial for serial in found if serial), "")[:100]


class _Walk:
    """Where a walk by offset stands, and the guards that it comes to an end."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.offset = 0
        self._pages = 0
        self._before: frozenset[str] = frozenset()

    def step(self, rows: list[Any]) -> None:
        """Take a page's rows. Raises Garbled when going on would not end."""
        self._pages += 1
        if len(rows) > self.limit:
            raise Garbled(f"Kassandro sent {len(rows)} receipts, more than the {self.limit} asked for.")
        if self._pages > MOST_PAGES:
            raise Garbled(f"Kassandro's list has more than {MOST_PAGES} pages.")
        keys = frozenset(
            f"{row.get('cashRegisterId')} {row.get('receiptNumber')}" if isinstance(row, dict) else repr(row)
            for row in rows
        )
        if rows and keys <= self._before:
            raise Garbled("Kassandro sent the same receipts again: it does not honour the offset.")
        self._before = keys
        self.offset += len(rows)


def _register(row: Any) -> SourceRegister:
    try:
        remote_id, name = str(int(row["id"])), row["name"] or row["id"]
        return SourceRegister(
            remote_id, fit(name)[:100], fit(row.get("serial") or "")[:100], row.get("active") is not False
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Garbled("Kassandro's list of registers has one without a number or name.") from None


def _articles(group: Any) -> Iterator[SourceArticle]:
    """The readable articles of a group. They are names for figures, so one that is broken is left out."""
    rows = group.get("articles") if isinstance(group, dict) else None
    if not isinstance(rows, list):
        raise Garbled("Kassandro's list of articles has a group without articles.")
    for row in rows:
        try:
            yield _article(row, str(group.get("name") or ""))
        except (KeyError, TypeError, ValueError, AttributeError):
            log.warning("An article of Kassandro could not be read.")


def _article(row: dict[str, Any], group: str) -> SourceArticle:
    price, rate = row.get("price"), row.get("taxRate")
    return SourceArticle(
        fit(row["id"])[:60],
        fit(str(row.get("number") or ""))[:60],
        fit(row["name"])[:200],
        fit(group)[:100],
        None if price is None else CENTS[price],
        None if rate is None else HUNDREDTHS[rate],
    )


def _has_name(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("name"), str) and bool(row["name"])
