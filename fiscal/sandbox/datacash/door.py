"""Who asks: key, licence, and the credentials in the body (contract sections 1 and 3). In this order."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, NamedTuple

from fiscal.sandbox.datacash import credentials, licences, records
from fiscal.sandbox.datacash.wire import Declined
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Request

HEADER = "datacash-key"


class Caller(NamedTuple):
    """The partita IVA that a request works for, and the account whose key it is."""

    vat_number: str
    customer: dict[str, Any]
    body: dict[str, Any]


def enter(call: Call, *, instance: str, renews: bool = False) -> Caller:
    """Check the request as far as it says who it is; Declined for what is wrong.

    renews: the call is the one that renews an expired password, so expired credentials are good enough.
    """
    key = licences.key_by_text(call.db, call.request.headers.get(HEADER, ""))
    if key is None:
        raise Declined("401", "Datacash-Key non valida", 401)
    if not key["active"]:
        raise Declined("401", "Datacash-Key disattivata", 401)
    customer = records.get(call.db, "customer", key["customer"])
    if licences.lapsed(customer, call.now):
        raise Declined("403", "Licenza scaduta", call.rules.lapsed_status)
    if instance == "invoices" and not customer["invoicing"]:
        raise Declined("403", "Istanza Fatturazione Elettronica non attiva", 403)
    body = _body(call.request)
    _check_credentials(call, key["vat_number"], body.get("ade_credentials_encrypted"), renews=renews)
    return Caller(key["vat_number"], customer, body)


def credential(db: sqlite3.Connection, request: Request) -> str:
    """The id of the key that a request carries, never the key itself; "" if there is none or nobody knows it."""
    key = licences.key_by_text(db, request.headers.get(HEADER, "")) if HEADER in request.headers else None
    return str(key["id"]) if key else ""


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise Declined("400", "Il corpo della richiesta non è JSON", 400) from None
    if not isinstance(body, dict):
        raise Declined("400", "Il corpo della richiesta non è un oggetto", 400)
    return body


def _check_credentials(call: Call, vat_number: str, text: object, *, renews: bool) -> None:
    if not isinstance(text, str) or not text:
        raise Declined("400", "Manca ade_credentials_encrypted", 400)
    owner = credentials.owner(call.db, text, literal_newlines=call.rules.literal_newlines == "accept")
    if owner is not None and owner != vat_number:
        raise Declined("02", "La partita IVA delle credenziali non è quella della Datacash-Key")
    refusal = credentials.log_in(call.db, vat_number, known=owner is not None, locks_after=call.rules.locks_after)
    if refusal is not None and not (renews and refusal is credentials.EXPIRED):
        raise refusal
