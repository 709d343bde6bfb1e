"""POST /receipts: a signed fiscal document. The paper has placeholders only, so every field here is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fiscal.sandbox.kassandro import booking, wire
from fiscal.sandbox.kassandro.book import (
    CASH,
    CASH_OUT,
    CLOSING,
    COLLECTIVE,
    MONTH,
    NULL,
    STANDARD,
    START,
    STORNO,
    TRAINING,
    VOUCHER,
    YEAR,
    Line,
    Receipt,
)
from fiscal.sandbox.kassandro.days import day_at, local_day
from fiscal.sandbox.kassandro.kept import loose
from fiscal.sandbox.kassandro.methods import methods
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.tokens import Bearer
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply

KINDS = (STANDARD, STORNO, TRAINING)
ZERO = (START, NULL, MONTH, YEAR, CLOSING, COLLECTIVE)
STAGED = (*KINDS, CASH_OUT, VOUCHER, *ZERO)
RATES = (200, 190, 130, 100, 49, 0)
LARGEST = 100_000_000  # cents


def create(call: Call, who: Bearer) -> Reply:
    """Make and sign a receipt of this register."""
    if who.register is None:
        raise Refusal(403, "Receipts are made with a cash-register token.")
    closed_on = who.register.trade.closed_on
    if closed_on is not None and day_at(call.now) > closed_on:
        raise Refusal(403, "The cash register is closed. (assumed)")
    receipt = read(call.request.json(), who.register)
    visible_at = call.now if call.hide is None else call.visible_at
    try:
        entry, register = booking.book(call.db, who.register, receipt, now=call.now, visible_at=visible_at)
    except ValueError as error:
        raise Refusal(409, f"{error} (assumed)") from error
    call.changed(f"receipt created {register.id}/{entry.number}")
    style = (call.rules.times, call.rules.amounts == "string")
    return Reply(201, wire.receipt(entry, register, style, with_items=True).encode())


def read(body: Any, register: Register) -> Receipt:
    """A receipt from its JSON form: `items`, `payments`, and perhaps `type` and `user`. Refusal 422 says what is wrong."""
    if not isinstance(body, dict) or not isinstance(body.get("items"), list) or not body["items"]:
        raise _wrong("items", "is a list with at least one line")
    kind = body.get("type", STANDARD)
    if kind not in KINDS:
        raise _wrong("type", f"is one of {', '.join(KINDS)}")
    lines = tuple(_line(item, f"items[{number}]") for number, item in enumerate(body["items"]))
    payments = body.get("payments")
    if not isinstance(payments, list) or not payments:
        raise _wrong("payments", "is a list with at least one payment")
    paid = tuple(_payment(item, register, f"payments[{number}]") for number, item in enumerate(payments))
    if sum(cents for _, cents in paid) != sum(line.total for line in lines):
        raise _wrong("payments", "do not add up to the sum of the items")
    return Receipt(0, kind, lines, paid, str(body.get("user") or ""))


def simple(register: Register, cents: int, rate: float, kind: str, items: Any = None, payments: Any = None) -> Receipt:
    """A receipt for the stage: one line paid in cash, or lines and payments in their JSON form. Raises ValueError."""
    if kind not in STAGED:
        raise ValueError(f"kind is one of {', '.join(STAGED)}.")
    if kind in ZERO:
        return Receipt(0, kind, (), (), "")
    if items is None:
        tenths = round(rate * 10)
        line = Line(loose(None, "Einzelposten", cents, tenths), 1000, cents, tenths, cents)
        return Receipt(0, kind, (line,), ((CASH, cents),), "")
    try:
        return read({"items": items, "payments": payments}, register)._replace(kind=kind)
    except Refusal as refusal:
        raise ValueError(refusal.message) from refusal


def dated(receipt: Receipt, moment: float) -> tuple[date, Receipt]:
    """A receipt with another date than now, unix seconds: its local day, and the receipt at that time of it."""
    day = day_at(moment)
    return day, receipt._replace(at=int(moment) - local_day(day).midnight)


def _line(item: Any, where: str) -> Line:
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str) or not item["name"]:
        raise _wrong(where, "has a name")
    quantity = _scaled(item.get("quantity", 1), 1000, f"{where}.quantity")
    price = _scaled(item.get("unitPrice"), 100, f"{where}.unitPrice")
    rate = _scaled(item.get("taxRate"), 10, f"{where}.taxRate")
    if rate not in RATES:
        raise _wrong(f"{where}.taxRate", "is a rate of VAT in Austria")
    article_id = item.get("articleId")
    if article_id is not None and (isinstance(article_id, bool) or not isinstance(article_id, int)):
        raise _wrong(f"{where}.articleId", "is a whole number")
    exact = quantity * price
    total = (abs(exact) + 500) // 1000 * (1 if exact >= 0 else -1)
    return Line(loose(article_id, item["name"], price, rate), quantity, price, rate, total)


def _payment(item: Any, register: Register, where: str) -> tuple[int, int]:
    if isinstance(item, Mapping) and ("methodId" in item or "name" in item):
        for slot, method in enumerate(methods(register.id, register.trade.seed)):
            if item.get("methodId", method.id) == method.id and item.get("name", method.name) == method.name:
                return slot, _scaled(item.get("amount"), 100, f"{where}.amount")
    raise _wrong(where, "names a payment method of this register by methodId or name")


def _scaled(value: Any, scale: int, where: str) -> int:
    """A number, or a string that holds one, in whole parts of 1/scale."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _wrong(where, "is a number")
    try:
        scaled = Decimal(str(value)) * scale
        whole = int(scaled)
    except (InvalidOperation, ValueError, OverflowError):
        raise _wrong(where, "is a number") from None
    if scaled != whole or abs(whole) > LARGEST:
        raise _wrong(where, f"is a number with at most {len(str(scale)) - 1} decimals")
    return whole


def _wrong(where: str, what: str) -> Refusal:
    return Refusal(422, f"{where} {what}. (assumed)")
