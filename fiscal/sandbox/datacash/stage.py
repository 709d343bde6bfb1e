"""Setting the stage of DataCash: what exists and happens without anybody having called the interface."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from typing import Any

from fiscal.sandbox.datacash import courier, deferred, journal
from fiscal.sandbox.datacash import rules as switches
from fiscal.sandbox.datacash.cloud import Plain
from fiscal.sandbox.datacash.documents import KINDS, Document, line
from fiscal.sandbox.datacash.webhooks import Webhooks

MAKERS = ("customer", "key", "credentials", "shop", "device", "document")


class Stage(Webhooks):
    """The customer area, the cloud pages and the webhooks, with receipts put there by hand, outages and switches."""

    def make_document(
        self,
        vat_number: str,
        at: float | None = None,
        kind: str = "V",
        total: int = 1000,
        *,
        rate: str = "22",
        description: str = "Articolo",
        payment: str = "PC",
        device: str = "",
        parent: str = "",
        visible_at: float | None = None,
        after_reads: int = 0,
        lines: Iterable[Plain] = (),
        payments: Iterable[tuple[str, int]] = (),
    ) -> Plain:
        """Put one receipt there by hand, now or at any time: the cloud knows it from `visible_at` on (its own time).

        after_reads: it shows only after so many more /findDocuments/ of this partita IVA, to arrive amid reading.
        lines: {"description", "rate", "price", "quantity", "discount", "gift"} each, in place of total, rate and
        description; payments: (kind, cents) each, in place of payment. What they do not pay is a sconto a pagare.
        """
        if kind not in KINDS:
            raise ValueError(f"A kind is one of {', '.join(KINDS)}.")
        moment = int(self._clock() if at is None else at)
        items = tuple(line(**item) for item in lines) or (line(description, rate, total),)
        total = sum(item.total for item in items)
        paid = tuple((way, cents) for way, cents in payments) or ((payment, total),)
        allowance = total - sum(cents for _, cents in paid)
        if allowance < 0:
            raise ValueError("More is paid than the lines cost.")
        seen_at = moment if visible_at is None else visible_at
        doc = Document("", "", kind, moment, seen_at, total, items, paid, allowance, device, parent, moment)
        with self._store.transaction() as db:
            return journal.keep(db, vat_number, doc, after_reads).plain()

    def change_document(self, vat_number: str, idtrx: str, total: int) -> Plain:
        """Give a receipt another total (in one line, paid the same way), as if it had never been different."""
        with self._store.transaction() as db:
            doc = self._existing(db, vat_number, idtrx)
            item = line(doc.lines[0].description, doc.lines[0].rate, total)
            changed = doc._replace(total=total, lines=(item,), payments=((doc.payments[0][0], total),), allowance=0)
            journal.change(db, vat_number, doc, changed)
        return changed.plain()

    def remove_document(self, vat_number: str, idtrx: str) -> None:
        """Take a receipt away, as if it had never been there. KeyError if it is not."""
        with self._store.transaction() as db:
            journal.change(db, vat_number, self._existing(db, vat_number, idtrx), None)

    def agency_goes_down(self, until: float | None = None) -> None:
        """The tax agency does not answer from now on: sales sent through the interface stay pending."""
        with self._store.transaction() as db:
            deferred.set_outage(db, self._clock(), until)

    def agency_comes_back(self) -> None:
        """The tax agency answers again: pending sales become fiscal at their next hourly try."""
        with self._store.transaction() as db:
            since, _ = deferred.outage(db)
            deferred.set_outage(db, since, self._clock())

    def start_courier(self, every: float = courier.EVERY) -> threading.Event:
        """Deliver webhooks by itself from now on, until the event is set."""
        return courier.start(self, every)

    def batch(self, made: Iterable[Plain]) -> list[Any]:
        """Make many things in one transaction. Each is {"make": one of MAKERS, ...arguments of its maker}."""
        results: list[Any] = []
        with self._store.transaction():
            for number, item in enumerate(made):
                arguments = dict(item)
                kind = arguments.pop("make", None)
                if kind not in MAKERS:
                    raise ValueError(f"Item {number}: make is one of {', '.join(MAKERS)}.")
                results.append(getattr(self, f"make_{kind}")(**arguments))
        return results

    def rules(self) -> switches.DataCashRules:
        """The switches as they are set now."""
        with self._store.transaction() as db:
            return switches.read(db)

    def set_rule(self, name: str, value: object) -> None:
        """Switch an assumed value; ValueError for an unknown rule or value."""
        checked = switches.checked(name, value)
        with self._store.transaction() as db:
            switches.write(db, name, checked)

    def _existing(self, db: sqlite3.Connection, vat_number: str, idtrx: str) -> Document:
        found = journal.find(db, vat_number, idtrx, self._clock(), switches.read(db))
        if found is None:
            raise KeyError(idtrx)
        return found
