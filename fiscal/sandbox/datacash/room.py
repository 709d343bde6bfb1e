"""DataCash as one room: its routes. Every call is a POST, also the ones that read."""

from __future__ import annotations

import re
from collections.abc import Callable

from fiscal.sandbox.datacash import deferred, door, invoices, receipts, records, rules
from fiscal.sandbox.datacash.assumptions import ASSUMPTIONS
from fiscal.sandbox.datacash.wire import Declined
from fiscal.sandbox.rooms import Call, Room
from fiscal.sandbox.web import Reply

BASE = "/datacash/api"
_ROUTES: tuple[tuple[re.Pattern[str], str, Callable[..., Reply]], ...] = tuple(
    (re.compile(path), path.split("/")[1], handler)
    for path, handler in (
        (r"/dco/infoUser/", receipts.info),
        (r"/dco/findDocuments/", receipts.find),
        (r"/dco/sendDocument/", receipts.send),
        (r"/dco/voidDocument/([^/]+)/", receipts.void),
        (r"/dco/downloadDocument/([^/]+)/", receipts.download),
        (r"/dco/resetPassword/", receipts.reset_password),
        (r"/invoiceApi/sendInvoice/", invoices.send),
        (r"/invoiceApi/findInvoices/", invoices.find),
        (r"/invoiceApi/detailInvoices/([^/]+)/", invoices.detail),
        (r"/invoiceApi/downloadInvoices/([^/]+)/", invoices.download),
    )
)


def answer(call: Call) -> Reply:
    """Find the operation, find out who asks, and do it."""
    try:
        return _answered(call)
    except Declined as declined:
        return declined.reply(call.rules)


def _answered(call: Call) -> Reply:
    path = call.request.path.removeprefix(BASE)
    for pattern, instance, handler in _ROUTES:
        match = pattern.fullmatch(path)
        if match:
            if call.request.method != "POST":
                raise Declined("405", "Method Not Allowed", 405)
            deferred.settle(call.db, call.now)
            wanted = "invoices" if instance == "invoiceApi" else "receipts"
            caller = door.enter(call, instance=wanted, renews=handler is receipts.reset_password)
            return handler(call, caller, *match.groups())
    raise Declined("404", "Not Found", 404)


ROOM = Room(
    name="datacash",
    title="DataCash",
    base=BASE,
    schema=records.SCHEMA,
    rules=rules.read,
    assumptions=ASSUMPTIONS,
    answer=answer,
    credential=door.credential,
    headers={},
)
