"""Sales that the tax agency could not take at once: pending, then fiscal at the next hourly try, then the webhook.

Two sources: devices with a `deferred` share (part of their books), and /sendDocument/ while the agency is down.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from typing import Any

from fiscal.sandbox.datacash import days, devices, journal, records, wire
from fiscal.sandbox.datacash.books import books
from fiscal.sandbox.datacash.documents import Document, euros, fiscal_line
from fiscal.sandbox.datacash.rules import DataCashRules

RETRY = 3600  # seconds between two tries
REMEMBERED = 7  # days for which a delivery that did not arrive is tried again (assumed)


def is_down(db: sqlite3.Connection, moment: float) -> bool:
    """Whether the tax agency does not answer."""
    since, until = outage(db)
    return since is not None and since <= moment < (until if until is not None else float("inf"))


def set_outage(db: sqlite3.Connection, since: float | None, until: float | None) -> None:
    """The agency is down from `since` until `until` (None: until told otherwise); since None: it never was."""
    records.set_meta(db, "outage", json.dumps([since, until]))


def keep(db: sqlite3.Connection, vat_number: str, sale: Document) -> str:
    """Keep a pending sale and return its temporary id."""
    seen = db.execute("SELECT count(*) FROM datacash_pending").fetchone()[0]
    temporary_id = f"tmp-api-{seen + 1:06d}"
    text = records.dump(sale._replace(temporary_id=temporary_id).plain())
    db.execute("INSERT INTO datacash_pending VALUES (?,?,?,?)", (temporary_id, vat_number, sale.sold_at, text))
    return temporary_id


def settle(db: sqlite3.Connection, moment: float) -> None:
    """Make the pending sales fiscal whose hourly try has succeeded by now."""
    rows = db.execute("SELECT * FROM datacash_pending WHERE doc != ''").fetchall()
    _, until = outage(db)
    for row in rows:
        if is_down(db, moment):
            continue
        back = row["sold_at"] if until is None else until
        tries = max(1, -(-(back - row["sold_at"]) // RETRY))
        at = row["sold_at"] + tries * RETRY
        if at > moment:
            continue
        sale = Document.read(json.loads(row["doc"]))
        journal.keep(db, row["vat_number"], sale._replace(at=int(at), seen_at=at))
        # The row stays, empty, so that temporary ids are never given twice.
        db.execute("UPDATE datacash_pending SET doc = '' WHERE temporary_id = ?", (row["temporary_id"],))


def confirmed(db: sqlite3.Connection, vat_number: str, moment: float) -> list[Document]:
    """The once pending sales that became fiscal within the last days, oldest first."""
    today = days.day_of(moment)
    start = today - timedelta(days=REMEMBERED)
    found = [
        doc
        for device in devices.of(db, vat_number)
        if device.deferred
        for day in days.span(start, today)
        for doc in books(device, day)
        if doc.temporary_id and doc.at <= moment
    ]
    rows = db.execute(
        "SELECT doc FROM datacash_documents WHERE vat_number = ? AND at >= ?", (vat_number, days.midnight(start))
    )
    sent = [Document.read(json.loads(row["doc"])) for row in rows]
    found += [doc for doc in sent if doc.temporary_id and doc.at <= moment]
    return sorted(found, key=lambda doc: (doc.at, doc.idtrx))


def body(document: Document, vat_number: str, rules: DataCashRules) -> dict[str, Any]:
    """What the webhook delivers: the temporary id and the full fiscal document. Its shape is assumed."""
    return {
        "idTemporaneo": document.temporary_id,
        "codiceAde": "0",
        "partitaIva": vat_number,
        "documento": {
            **wire.row(document, rules),
            "dataVendita": days.stamp(document.sold_at),
            "elementiContabili": [fiscal_line(item) for item in document.lines],
            "pagamenti": [{"tipo": kind, "importo": euros(cents)} for kind, cents in document.payments],
            "scontoAbbuono": euros(document.allowance),
        },
    }


def outage(db: sqlite3.Connection) -> tuple[float | None, float | None]:
    """Since when and until when the agency is or was down last."""
    kept = records.meta(db, "outage")
    since, until = json.loads(kept) if kept else (None, None)
    return since, until
