"""What the cloud knows at a moment: the books of all devices, what came through the interface, and what was changed."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta

from fiscal.sandbox.datacash import days, devices, records
from fiscal.sandbox.datacash.books import books, origin
from fiscal.sandbox.datacash.documents import Document, number
from fiscal.sandbox.datacash.rules import DataCashRules
from fiscal.sandbox.datacash.sales import LATEST_FATE, Device

INTERFACE_LANE = 0


def documents(
    db: sqlite3.Connection, vat_number: str, start: date, end: date, moment: float, rules: DataCashRules
) -> list[Document]:
    """All receipts of a partita IVA with a fiscal date in these days that the cloud knows at `moment`, oldest first."""
    return of_devices(db, vat_number, start, end, moment, rules, devices.of(db, vat_number), interface=True)


def of_devices(
    db: sqlite3.Connection,
    vat_number: str,
    start: date,
    end: date,
    moment: float,
    rules: DataCashRules,
    chosen: Sequence[Device],
    *,
    interface: bool = False,
) -> list[Document]:
    """The same for some devices; `interface`: with those that belong to no device."""
    end = min(end, days.day_of(moment)) if math.isfinite(moment) else end
    found = [
        doc for device in chosen for day in days.span(start, end) for doc in books(device, day) if doc.seen_at <= moment
    ]
    found = _changed(db, vat_number, found)
    names = {device.id for device in chosen}
    for doc in _kept(db, vat_number, start, end):
        if doc.seen_at <= moment and (doc.device in names or (interface and not doc.device)):
            found.append(doc)
    if rules.rare_kinds == "on":
        found = [doc._replace(kind=f"{doc.kind}X") if doc.rare else doc for doc in found]
    return sorted(found, key=lambda doc: (doc.at, doc.idtrx))


def find(db: sqlite3.Connection, vat_number: str, idtrx: str, moment: float, rules: DataCashRules) -> Document | None:
    """One receipt of a partita IVA, None if the cloud does not know it."""
    row = db.execute(
        "SELECT doc FROM datacash_documents WHERE idtrx = ? AND vat_number = ? AND reads_left = 0", (idtrx, vat_number)
    ).fetchone()
    if row is not None:
        doc = Document.read(json.loads(row["doc"]))
        return doc if doc.seen_at <= moment else None
    begun = origin(idtrx)
    device = devices.by_serial(db, begun[0], vat_number) if begun else None
    if begun is None or device is None:
        return None
    near = of_devices(db, vat_number, begun[1], begun[1] + timedelta(days=LATEST_FATE), moment, rules, [device])
    return next((doc for doc in near if doc.idtrx == idtrx), None)


def undone(db: sqlite3.Connection, vat_number: str, sale: Document, moment: float, rules: DataCashRules) -> str:
    """The kind of the receipt that voided a sale or took it back ("A", "R"), "" if nothing did."""
    row = db.execute("SELECT doc FROM datacash_documents WHERE parent = ?", (sale.idtrx,)).fetchone()
    if row is not None:
        return Document.read(json.loads(row["doc"])).kind
    for last in ("1", "2"):
        later = find(db, vat_number, sale.idtrx[:-1] + last, moment, rules) if sale.device else None
        if later is not None:
            return later.kind
    return ""


def keep(db: sqlite3.Connection, vat_number: str, doc: Document, reads_left: int = 0) -> Document:
    """Add a receipt that is in no device's books; it gets its idtrx and number if it has none."""
    if not doc.idtrx:
        day = days.day_of(doc.at)
        midnight, after = days.midnight(day), days.midnight(day + timedelta(days=1))
        index = db.execute(
            "SELECT count(*) FROM datacash_documents WHERE at >= ? AND at < ?", (midnight, after)
        ).fetchone()[0]
        total = db.execute("SELECT coalesce(max(rowid), 0) FROM datacash_documents").fetchone()[0]
        idtrx = f"9{total + 1:012d}0"
        doc = doc._replace(idtrx=idtrx, number=number(day.year, day.timetuple().tm_yday, index, INTERFACE_LANE))
    db.execute(
        "INSERT INTO datacash_documents (idtrx, vat_number, at, parent, reads_left, doc) VALUES (?,?,?,?,?,?)",
        (doc.idtrx, vat_number, doc.at, doc.parent, reads_left, records.dump(doc.plain())),
    )
    return doc


def change(db: sqlite3.Connection, vat_number: str, doc: Document, changed: Document | None) -> None:
    """Put another receipt in the place of one (None: take it away), as if it had never been different."""
    kept = db.execute("SELECT 1 FROM datacash_documents WHERE idtrx = ?", (doc.idtrx,)).fetchone()
    if kept is None:
        text = records.dump(changed.plain()) if changed else ""
        db.execute("INSERT OR REPLACE INTO datacash_changes VALUES (?,?,?)", (doc.idtrx, vat_number, text))
    elif changed is None:
        # It stays where it is, as nobody's, so that its place in the counter remains taken.
        db.execute("UPDATE datacash_documents SET vat_number = '', parent = '' WHERE idtrx = ?", (doc.idtrx,))
    else:
        db.execute(
            "UPDATE datacash_documents SET doc = ?, at = ? WHERE idtrx = ?",
            (records.dump(changed.plain()), changed.at, doc.idtrx),
        )


def was_read(db: sqlite3.Connection, vat_number: str) -> None:
    """A list was read: receipts that were to arrive in the middle of reading come nearer."""
    db.execute(
        "UPDATE datacash_documents SET reads_left = reads_left - 1 WHERE vat_number = ? AND reads_left > 0",
        (vat_number,),
    )


def _kept(db: sqlite3.Connection, vat_number: str, start: date, end: date) -> list[Document]:
    rows = db.execute(
        "SELECT doc FROM datacash_documents WHERE vat_number = ? AND at >= ? AND at < ? AND reads_left = 0",
        (vat_number, days.midnight(start), days.midnight(end + timedelta(days=1))),
    )
    return [Document.read(json.loads(row["doc"])) for row in rows]


def _changed(db: sqlite3.Connection, vat_number: str, found: list[Document]) -> list[Document]:
    """The books with what was changed in them by hand, and without what a void through the interface has overtaken."""
    rows = db.execute("SELECT idtrx, doc FROM datacash_changes WHERE vat_number = ?", (vat_number,)).fetchall()
    changes = {row["idtrx"]: row["doc"] for row in rows}
    voided = {
        row["parent"]
        for row in db.execute(
            "SELECT parent FROM datacash_documents WHERE vat_number = ? AND parent != ''", (vat_number,)
        )
    }
    if not changes and not voided:
        return found
    kept = []
    for doc in found:
        if doc.parent in voided:
            continue
        text = changes.get(doc.idtrx)
        if text is None:
            kept.append(doc)
        elif text:
            kept.append(Document.read(json.loads(text)))
    return kept
