"""Sums over receipts as plain data, in cents: what the cloud's charts show, and the truth for tests.

Kept free of everything that reads or writes, so that it can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.books import items
from fiscal.sandbox.datacash.documents import COLLECTED, SIGNS, Document

Day = dict[str, Any]


def by_day(documents: Iterable[Document], start: date, end: date) -> dict[str, Day]:
    """One entry for every day of the span, empty ones too; see `empty` for what it holds."""
    sums = {day.isoformat(): empty() for day in days.span(start, end)}
    for doc in documents:
        _add(sums[days.day_of(doc.at).isoformat()], doc)
    return sums


def empty() -> Day:
    """A day without receipts.

    documents: {kind: {"count", "cents"}}, amounts absolute; AX and RX stand here and nowhere else
    net:       V - A - R in cents; payments, vat and items sum up the same receipts with the same signs
    payments:  {PC ...: cents}; with `allowances` (sconti a pagare) they add up to net
    collected: PC + PE + TR
    vat:       {"22" or "N1" ...: gross cents}, adds up to net
    items:     {description: {"quantity": hundredths, "cents"}}, gifts left out
    """
    return {"documents": {}, "net": 0, "payments": {}, "collected": 0, "allowances": 0, "vat": {}, "items": {}}


def together(sums: Iterable[Day]) -> Day:
    """Several days as one."""
    whole = empty()
    for day in sums:
        for name in ("net", "collected", "allowances"):
            whole[name] += day[name]
        for name in ("payments", "vat"):
            for key, cents in day[name].items():
                whole[name][key] = whole[name].get(key, 0) + cents
        for name in ("documents", "items"):
            for key, values in day[name].items():
                kept = whole[name].setdefault(key, dict.fromkeys(values, 0))
                for part, amount in values.items():
                    kept[part] += amount
    return whole


def _add(day: Day, doc: Document) -> None:
    kind = day["documents"].setdefault(doc.kind, {"count": 0, "cents": 0})
    kind["count"] += 1
    kind["cents"] += doc.total
    sign = SIGNS.get(doc.kind)
    if sign is None:
        return
    day["net"] += sign * doc.total
    day["allowances"] += sign * doc.allowance
    for way, cents in doc.payments:
        day["payments"][way] = day["payments"].get(way, 0) + sign * cents
        if way in COLLECTED:
            day["collected"] += sign * cents
    for item in doc.lines:
        if not item.gift:
            day["vat"][item.rate] = day["vat"].get(item.rate, 0) + sign * item.total
    for description, quantity, cents in items(doc.lines):
        kept = day["items"].setdefault(description, {"quantity": 0, "cents": 0})
        kept["quantity"] += sign * quantity
        kept["cents"] += sign * cents
