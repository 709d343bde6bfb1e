"""The stage of the cloud pages: the books and their sums as plain data (the truth for tests), and the files."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from fiscal.sandbox.datacash import books, csv_files, days, deferred, devices, excel, invoices, journal, records, totals
from fiscal.sandbox.datacash import rules as switches
from fiscal.sandbox.datacash.area import CustomerArea
from fiscal.sandbox.datacash.documents import Document
from fiscal.sandbox.datacash.sales import Device

Plain = dict[str, Any]
EVER = math.inf  # as_of: what the books will say in the end


class CloudPages(CustomerArea):
    """What is known of receipts. `as_of` is a moment in unix seconds: None is now, EVER the end of time."""

    def books(self, device: str, day: Any, as_of: float | None = None) -> list[Plain]:
        """The receipts of one device with a fiscal date on one local day that the cloud knows as of a moment.

        See `documents.Document` for the fields; amounts in cents, never negative.
        """
        with self._store.transaction() as db:
            doc = records.get(db, "device", device)
            found = self._documents(db, doc["vat_number"], day, day, as_of, [devices.device(doc)])
        return [document.plain() for document in found]

    def documents(self, vat_number: str, start: Any, end: Any, as_of: float | None = None) -> list[Plain]:
        """All receipts of a partita IVA in these days, also those that came through the interface, oldest first."""
        with self._store.transaction() as db:
            found = self._documents(db, vat_number, start, end, as_of)
        return [document.plain() for document in found]

    def totals(
        self,
        vat_number: str,
        start: Any,
        end: Any,
        as_of: float | None = None,
        *,
        device: str | None = None,
        shop: str | None = None,
    ) -> dict[str, Plain]:
        """Sums per local day (ISO text), every day of the span; of one device or shop if given.

        See `totals.empty` for the fields. `pending`: {"count", "cents"} of sales of that day that are not fiscal as of
        the moment, in no other sum.
        """
        first, last, moment = days.read(start), days.read(end), self._moment(as_of)
        with self._store.transaction() as db:
            found = self._chosen(db, vat_number, first, last, moment, device=device, shop=shop)
            sums = totals.by_day(found, first, last)
            waiting = self._pending(db, vat_number, first, last, moment)
        for day, values in sums.items():
            own = [item for item in waiting if days.day_of(item["sold_at"]).isoformat() == day]
            values["pending"] = {"count": len(own), "cents": sum(item["total"] for item in own)}
        return sums

    def pending(self, vat_number: str, as_of: float | None = None) -> list[Plain]:
        """The sales that are not fiscal as of a moment: temporary_id, sold_at, total, device."""
        moment = self._moment(as_of)
        if not math.isfinite(moment):
            return []
        today = days.day_of(moment)
        with self._store.transaction() as db:
            return self._pending(db, vat_number, today - timedelta(days=1), today, moment)

    def invoices(self, vat_number: str, start: Any, end: Any, as_of: float | None = None) -> list[Plain]:
        """The invoices dated in these days; `receipt` names the NR_EF sale that one follows. Amounts in cents."""
        with self._store.transaction() as db:
            found = invoices.all_of(db, vat_number, days.read(start), days.read(end), self._moment(as_of))
        return [invoice._asdict() for invoice in found]

    def counters(self, customer: str) -> dict[str, int]:
        """The document counters of the two instances since the licence began."""
        with self._store.transaction() as db:
            account = records.get(db, "customer", customer)
            start, end = date.fromisoformat(account["licence_from"]), days.day_of(self._clock())
            written = 0
            for vat_number in self._vat_numbers(db, customer):
                found = invoices.all_of(db, vat_number, start, end, self._clock())
                written += sum(1 for invoice in found if invoice.way == "emesse")
            return {
                "documento commerciale": sum(1 for _ in self._counted(db, account, start, end)),
                "fatturazione": written,
            }

    def counter_file(self, customer: str, start: Any = None, end: Any = None) -> bytes:
        """The Excel file behind the counter (.xlsx): of the whole licence so far, or of some days of it."""
        with self._store.transaction() as db:
            account, rules = records.get(db, "customer", customer), switches.read(db)
            first = days.read(start or account["licence_from"])
            last = days.read(end or days.day_of(self._clock()))
            return excel.counter(self._counted(db, account, first, last), dates=rules.excel_dates)

    def daily_file(
        self,
        customer: str,
        start: Any,
        end: Any,
        *,
        device: str | None = None,
        shop: str | None = None,
        vat_number: str | None = None,
        **dialect: str,
    ) -> bytes:
        """The file “Aggregati giornalieri” (.csv) of a device, a shop, or all of a partita IVA.

        dialect: encoding, delimiter, decimal, thousands in place of the switches. ValueError without Cloud Completo,
        for more than three months, or for a single day.
        """
        if days.read(start) == days.read(end):
            raise ValueError("Daily totals are exported for more than one day only.")
        sums, rules = self._charted(customer, start, end, device=device, shop=shop, vat_number=vat_number)
        return csv_files.daily(sums, csv_files.Dialect.of(rules, **dialect))

    def statistics_file(
        self,
        customer: str,
        start: Any,
        end: Any,
        *,
        device: str | None = None,
        shop: str | None = None,
        vat_number: str | None = None,
        layout: str | None = None,
        **dialect: str,
    ) -> bytes:
        """The file “Esporta statistiche” (.csv) of a device, a shop, or all of a partita IVA; layout is blocks or long."""
        sums, rules = self._charted(customer, start, end, device=device, shop=shop, vat_number=vat_number)
        wanted = str(switches.checked("statistics_layout", layout or rules.statistics_layout))
        return csv_files.statistics(sums, csv_files.Dialect.of(rules, **dialect), wanted)

    def _charted(
        self, customer: str, start: Any, end: Any, *, device: str | None, shop: str | None, vat_number: str | None
    ) -> tuple[dict[str, Plain], switches.DataCashRules]:
        with self._store.transaction() as db:
            account, rules = records.get(db, "customer", customer), switches.read(db)
        if not account["cloud_completo"]:
            raise ValueError("Statistics need the add-on Cloud Completo.")
        first, last = days.read(start), days.read(end)
        if last < first:
            raise ValueError("The last day is before the first.")
        if last > days.months_later(first, rules.months):
            raise ValueError(f"The cloud pages show at most {rules.months} months.")
        if device:
            with self._store.transaction() as db:
                vat_number = records.get(db, "device", device)["vat_number"]
        return self.totals(vat_number or customer, first, last, device=device, shop=shop), rules

    def _chosen(
        self,
        db: sqlite3.Connection,
        vat_number: str,
        start: date,
        end: date,
        moment: float,
        *,
        device: str | None,
        shop: str | None,
    ) -> list[Document]:
        if device is None and shop is None:
            return self._documents(db, vat_number, start, end, moment)
        docs = {doc["id"]: doc for doc in records.all_of(db, "device", vat_number=vat_number)}
        if device is not None:
            return self._documents(db, vat_number, start, end, moment, [devices.device(docs[device])])
        records.get(db, "shop", str(shop))
        found = self._documents(db, vat_number, start, end, moment, [devices.device(doc) for doc in docs.values()])
        return [doc for doc in found if devices.shop_on(docs[doc.device], days.day_of(doc.at)) == shop]

    def _documents(
        self,
        db: sqlite3.Connection,
        vat_number: str,
        start: Any,
        end: Any,
        as_of: float | None,
        chosen: list[Device] | None = None,
    ) -> list[Document]:
        moment, span = self._moment(as_of), (days.read(start), days.read(end))
        deferred.settle(db, self._clock())
        if chosen is None:
            return journal.documents(db, vat_number, *span, moment, switches.read(db))
        return journal.of_devices(db, vat_number, *span, moment, switches.read(db), chosen)

    def _counted(
        self, db: sqlite3.Connection, account: Plain, start: date, end: date
    ) -> Iterable[tuple[str, Document]]:
        for vat_number in self._vat_numbers(db, account["vat_number"]):
            for doc in self._documents(db, vat_number, start, end, None):
                yield vat_number, doc

    def _vat_numbers(self, db: sqlite3.Connection, customer: str) -> list[str]:
        numbers = sorted(key["vat_number"] for key in records.all_of(db, "key", owner=customer))
        return [number for number, _ in groupby(numbers)]

    def _pending(self, db: sqlite3.Connection, vat_number: str, start: date, end: date, moment: float) -> list[Plain]:
        if not math.isfinite(moment):
            return []
        found = [
            {"temporary_id": sale.temporary_id, "sold_at": sale.sold_at, "total": sale.total, "device": device.id}
            for device in devices.of(db, vat_number)
            for sale in books.pending(device, start, end, moment)
        ]
        rows = db.execute("SELECT doc FROM datacash_pending WHERE vat_number = ? AND doc != ''", (vat_number,))
        for sale in (Document.read(json.loads(row["doc"])) for row in rows):
            if sale.sold_at <= moment and start <= days.day_of(sale.sold_at) <= end:
                values = {"temporary_id": sale.temporary_id, "sold_at": sale.sold_at, "total": sale.total}
                found.append({**values, "device": ""})
        return found

    def _moment(self, as_of: float | None) -> float:
        return self._clock() if as_of is None else as_of
