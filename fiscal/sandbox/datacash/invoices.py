"""Electronic invoices, and the calls under /datacash/api/invoiceApi.

Three sources: the invoice that follows each NR_EF sale (the same money), a few that the merchant writes without a
receipt and a few from suppliers (both pure functions of device and day), and what /sendInvoice/ brought.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from fiscal.sandbox.datacash import days, devices, pdf, records, wire
from fiscal.sandbox.datacash.books import EPOCH, books, origin
from fiscal.sandbox.datacash.documents import euros, line, taxable
from fiscal.sandbox.datacash.door import Caller
from fiscal.sandbox.datacash.receipts import window
from fiscal.sandbox.datacash.sales import Device
from fiscal.sandbox.datacash.wire import Declined
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Reply, json_reply

WAYS = ("emesse", "ricevute")
LONGEST_WINDOW = 31  # assumed: the same as for receipts
PARTNERS = (
    ("Rossi & Figli S.r.l.", "99000020018"),
    ("Società Agricola Bèrgamo", "99000030017"),
    ("Studio Verdi", "99000010159"),
)


class Invoice(NamedTuple):
    """One invoice, amounts in cents. receipt: the idtrx of the NR_EF sale that it follows, "" without one."""

    id: str
    number: str
    day: str
    way: str
    partner: str
    partner_vat_number: str
    taxable: int
    tax: int
    type: str
    receipt: str
    made_at: int


@lru_cache(maxsize=512)
def written(device: Device, day: date) -> tuple[Invoice, ...]:
    """The invoices that follow from a device's day. Those of NR_EF sales carry the day of the sale."""
    following = [doc for doc in books(device, day) if doc.kind == "V" and doc.payments[0][0] == "NR_EF"]
    made = []
    for index, doc in enumerate(following):
        name, vat_number = PARTNERS[index % len(PARTNERS)]
        net, tax = taxable(doc.lines)
        begins = (doc.idtrx[:-1] + "3", f"{day:%j}{index:03d}/{device.lane}", day.isoformat(), "emesse")
        made.append(Invoice(*begins, name, vat_number, net, tax, "TD01", doc.idtrx, doc.at))
    return (*made, *_others(device, day, len(made)))


def all_of(db: sqlite3.Connection, vat_number: str, start: date, end: date, moment: float) -> list[Invoice]:
    """The invoices of a partita IVA that are dated in these days, and not later than `moment`."""
    found = [
        invoice
        for device in devices.of(db, vat_number)
        for day in days.span(start, end)
        for invoice in written(device, day)
        if invoice.made_at <= moment
    ]
    sent = [Invoice(**doc) for doc in records.all_of(db, "invoice", vat_number=vat_number)]
    found += [invoice for invoice in sent if start.isoformat() <= invoice.day <= end.isoformat()]
    return sorted(found, key=lambda invoice: (invoice.day, invoice.id))


def find(call: Call, caller: Caller) -> Reply:
    """The invoices of some days, written or received."""
    way = caller.body.get("tipo")
    if way not in WAYS:
        raise Declined("400", "tipo è emesse o ricevute", 400)
    start, end = window(caller.body, LONGEST_WINDOW)
    found = [item for item in all_of(call.db, caller.vat_number, start, end, call.now) if item.way == way]
    return json_reply({"fatture": [_row(invoice) for invoice in found]})


def send(call: Call, caller: Caller) -> Reply:
    """Take an invoice. The body is not known: `fattura` with a partner and one amount per rate is assumed."""
    given = caller.body.get("fattura")
    if not isinstance(given, dict):
        raise Declined("EF001", "fattura manca")
    try:
        lines = tuple(
            line("riga", str(item["aliquotaIVA"]), round(item["prezzoLordo"] * 100)) for item in given["righe"]
        )
        net, tax = taxable(lines)
        name, vat_number = str(given["denominazioneCliente"]), str(given["pivaCliente"])
    except (KeyError, TypeError, ArithmeticError):
        raise Declined("EF001", "righe, denominazioneCliente e pivaCliente non sono leggibili") from None
    count = records.count(call.db, "invoice") + 1
    day = days.day_of(call.now).isoformat()
    invoice = Invoice(
        f"9{count:012d}6", f"API/{count}", day, "emesse", name, vat_number, net, tax, "TD01", "", int(call.now)
    )
    records.insert(call.db, "invoice", invoice.id, invoice._asdict(), vat_number=caller.vat_number)
    call.changed(f"invoice sent {invoice.id}")
    return json_reply({"esito": True, "idFattura": invoice.id, "numeroFattura": invoice.number, "errori": []})


def detail(call: Call, caller: Caller, invoice_id: str) -> Reply:
    """One invoice. Fields beyond those of the list are assumed."""
    return json_reply({"esito": True, "fattura": _row(_existing(call, caller, invoice_id))})


def download(call: Call, caller: Caller, invoice_id: str) -> Reply:
    """One invoice as PDF (assumed; it might be XML)."""
    invoice = _existing(call, caller, invoice_id)
    lines = [f"FATTURA {invoice.number}", invoice.day, f"Imponibile {euros(invoice.taxable)} EUR"]
    lines += [f"Imposta {euros(invoice.tax)} EUR", "Sandbox: non è un documento fiscale"]
    return Reply(body=pdf.page(lines), content_type=wire.PDF_TYPE)


def _others(device: Device, day: date, count: int) -> Iterator[Invoice]:
    draw = Random(f"{device.seed}|{day.isoformat()}|invoices").random
    stem, noon = f"{10_000 + device.serial}{(day - EPOCH).days:05d}", days.at(day, 43_200)
    for way, chance, last in (("emesse", 0.15, "4"), ("ricevute", 0.3, "5")):
        if draw() >= chance or not books(device, day):
            continue
        net, tax = taxable((line("Fornitura", "22", 5_000 + int(draw() * 90_000)),))
        name, vat_number = PARTNERS[int(draw() * len(PARTNERS))]
        number = f"{day:%j}{count + 500:03d}/{device.lane}" if way == "emesse" else f"FOR-{stem}"
        yield Invoice(f"{stem}000{last}", number, day.isoformat(), way, name, vat_number, net, tax, "TD01", "", noon)


def _existing(call: Call, caller: Caller, invoice_id: str) -> Invoice:
    sent = records.find(call.db, "invoice", invoice_id)
    if sent is not None and sent in records.all_of(call.db, "invoice", vat_number=caller.vat_number):
        return Invoice(**sent)
    begun = origin(invoice_id)
    device = devices.by_serial(call.db, begun[0], caller.vat_number) if begun else None
    if begun and device:
        # A deferred sale of the evening may become fiscal on the day after.
        for day in days.span(begun[1], begun[1] + timedelta(days=1)):
            for invoice in written(device, day):
                if invoice.id == invoice_id and invoice.made_at <= call.now:
                    return invoice
    raise Declined("404", "Fattura non trovata", 404)


def _row(invoice: Invoice) -> dict[str, Any]:
    return {
        "idFattura": invoice.id,
        "numeroFattura": invoice.number,
        "dataFattura": days.written(date.fromisoformat(invoice.day)),
        "denominazioneCliente": invoice.partner,
        "pivaCliente": invoice.partner_vat_number,
        "imponibile": _signed(invoice.taxable),
        "imposta": _signed(invoice.tax),
        "stato": "Consegnata",
        "testoFattureConsegnate": "Consegnata",
        "tipoDocumento": invoice.type,
    }


def _signed(cents: int) -> str:
    """+1,23: signed and with a comma, unlike the amounts of receipts."""
    return f"{'-' if cents < 0 else '+'}{euros(abs(cents)).replace('.', ',')}"
