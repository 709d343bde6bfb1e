"""The calls under /datacash/api/dco (contract section 3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from fiscal.sandbox.datacash import basket, credentials, days, deferred, journal, licences, pdf, wire
from fiscal.sandbox.datacash.documents import Document
from fiscal.sandbox.datacash.door import Caller
from fiscal.sandbox.datacash.wire import Declined
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Reply, json_reply


def info(call: Call, caller: Caller) -> Reply:
    """Who the key belongs to, and until when. The fields are assumed."""
    if call.rules.info == "bare":
        return json_reply({"esito": True})
    until = date.fromisoformat(caller.customer["licence_until"])
    return json_reply(
        {
            "esito": True,
            "partitaIva": caller.vat_number,
            "denominazione": caller.customer["name"],
            "licenza": {"attiva": not licences.lapsed(caller.customer, call.now), "scadenza": days.written(until)},
        }
    )


def find(call: Call, caller: Caller) -> Reply:
    """The receipts of some days, both ends included."""
    start, end = window(caller.body, call.rules.window_days)
    documents = journal.documents(call.db, caller.vat_number, start, end, call.now, call.rules)
    journal.was_read(call.db, caller.vat_number)
    rows = wire.rows(documents, call.rules)
    return Reply(body=(f'{{"results":{rows}}}' if call.rules.envelope == "results" else rows).encode())


def send(call: Call, caller: Caller) -> Reply:
    """Issue a receipt. While the tax agency is down it is kept for later, if a webhook is set."""
    draft = basket.read(caller.body.get("document"))
    sale = draft._replace(at=int(call.now), sold_at=int(call.now), seen_at=call.visible_at)
    if deferred.is_down(call.db, call.now):
        if not caller.customer["webhook_url"]:
            raise Declined("503", "Servizio Agenzia delle Entrate non disponibile")
        temporary_id = deferred.keep(call.db, caller.vat_number, sale)
        call.changed(f"sale pending {temporary_id}")
        return json_reply(
            {"esito": True, "idtrx": None, "progressivo": None, "idTemporaneo": temporary_id, "errori": []}
        )
    return _issued(call, journal.keep(call.db, caller.vat_number, sale), "sale")


def void(call: Call, caller: Caller, idtrx: str) -> Reply:
    """Void a sale: another receipt, dated now."""
    sale = _existing(call, caller, idtrx)
    if sale.kind != "V":
        raise Declined("EF011", "Impossibile annullare: il documento non è una vendita")
    earlier = journal.undone(call.db, caller.vat_number, sale, call.now, call.rules)
    if earlier:
        word = "già annullato" if earlier.startswith("A") else "già reso"
        raise Declined("EF010", f"Impossibile annullare: documento {word}")
    if deferred.is_down(call.db, call.now):
        raise Declined("503", "Servizio Agenzia delle Entrate non disponibile")
    now = int(call.now)
    draft = sale._replace(
        idtrx="", number="", kind="A", at=now, sold_at=now, seen_at=call.visible_at, parent=sale.idtrx, temporary_id=""
    )
    return _issued(call, journal.keep(call.db, caller.vat_number, draft), "void")


def download(call: Call, caller: Caller, idtrx: str) -> Reply:
    """The receipt as PDF."""
    gift = caller.body.get("regalo", False)
    if not isinstance(gift, bool):
        raise Declined("400", "regalo è true o false", 400)
    document = _existing(call, caller, idtrx)
    return Reply(body=pdf.receipt(document, caller.vat_number, gift=gift), content_type=wire.PDF_TYPE)


def reset_password(call: Call, caller: Caller) -> Reply:
    """Renew an expired Fisconline password; the same encrypted credentials are good again (assumed)."""
    account = credentials.taxpayer(call.db, caller.vat_number)
    credentials.keep_taxpayer(call.db, {**account, "state": "good", "refusals": 0})
    call.changed(f"password renewed {caller.vat_number}")
    return json_reply({"esito": True, "errori": []})


def window(body: dict[str, Any], most: int) -> tuple[date, date]:
    """`start` and `end` of a list as days; Declined for what is no window of at most so many days."""
    try:
        start, end = date.fromisoformat(body["start"]), date.fromisoformat(body["end"])
    except (KeyError, TypeError, ValueError):
        raise Declined("400", "start e end sono date ISO (2026-11-30)", 400) from None
    if end < start:
        raise Declined("400", "end è prima di start", 400)
    if (end - start).days + 1 > most:
        raise Declined("400", f"L'intervallo supera {most} giorni", 400)
    return start, end


def _existing(call: Call, caller: Caller, idtrx: str) -> Document:
    found = journal.find(call.db, caller.vat_number, idtrx, call.now, call.rules)
    if found is None:
        raise Declined("404", "Documento non trovato", 404)
    return found


def _issued(call: Call, document: Document, word: str) -> Reply:
    call.changed(f"{word} issued {document.idtrx}")
    shown = wire.shown_id(document.idtrx, call.rules)
    return json_reply({"esito": True, "idtrx": shown, "progressivo": document.number, "errori": []})
