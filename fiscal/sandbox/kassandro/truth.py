"""The truth about a register as plain data, for tests that compute by themselves what a client should have found.

Taken from the books, not from the interface's JSON. Amounts are cents, quantities thousandths, rates are text ("4.9").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

from fiscal.sandbox.kassandro import wire
from fiscal.sandbox.kassandro.book import TURNOVER, net_of
from fiscal.sandbox.kassandro.days import day_at, days_between
from fiscal.sandbox.kassandro.methods import methods
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.shelf import Entry, entries


def books(db: sqlite3.Connection, register: Register, day: date, now: float | None) -> list[dict[str, Any]]:
    """The receipts dated on a day, by time: those known to the provider at `now`, or all that will ever be."""
    return [shown(entry, register) for entry in _known(db, register, day, now)]


def totals(
    db: sqlite3.Connection, register: Register, first: date, last: date, now: float | None
) -> dict[str, dict[str, Any]]:
    """Sums by ISO day, both ends included. See `Stage.totals` for the shape."""
    names = [method.name for method in methods(register.id, register.trade.seed)]
    return {day.isoformat(): _sums(_known(db, register, day, now), names) for day in days_between(first, last)}


def shown(entry: Entry, register: Register) -> dict[str, Any]:
    """One receipt. See `Stage.books` for the shape."""
    body, names = entry.receipt, methods(register.id, register.trade.seed)
    return {
        "number": entry.number,
        "date": entry.day.local(body.at),
        "zone": entry.day.zone(body.at),
        "moment": entry.moment,
        "kind": wire.kind_of(body),
        "total": body.total,
        "rates": {wire.rate(rate): _split(gross, rate) for rate, gross in body.gross_by_rate().items()},
        "payments": [[names[slot].name, cents] for slot, cents in body.payments],
        "lines": [
            {
                "article": line.article.id,
                "name": line.article.name,
                "quantity": line.quantity,
                "price": line.price,
                "rate": wire.rate(line.rate),
                "total": line.total,
            }
            for line in body.lines
        ],
        "failed": body.failed,
    }


def _known(db: sqlite3.Connection, register: Register, day: date, now: float | None) -> list[Entry]:
    if now is None:
        return list(entries(db, register, day))
    return [entry for entry in entries(db, register, day, day_at(now)) if entry.visible_at <= now]


def _sums(found: Iterable[Entry], names: list[str]) -> dict[str, Any]:
    receipts = list(found)
    day: dict[str, Any] = {"receipts": len(receipts), "turnover": 0, "kinds": {}}
    for entry in receipts:
        body, kind = entry.receipt, wire.kind_of(entry.receipt)
        sums = day["kinds"].setdefault(kind, {"count": 0, "gross": 0, "rates": {}, "payments": {}, "articles": {}})
        sums["count"] += 1
        sums["gross"] += body.total
        if kind in TURNOVER:
            day["turnover"] += body.total
        for rate, gross in body.gross_by_rate().items():
            _add(sums["rates"].setdefault(wire.rate(rate), dict.fromkeys(("gross", "net", "tax"), 0)), gross, rate)
        for slot, cents in body.payments:
            sums["payments"][names[slot]] = sums["payments"].get(names[slot], 0) + cents
        for line in body.lines:
            sold = sums["articles"].setdefault(line.article.name, {"quantity": 0, "gross": 0})
            sold["quantity"] += line.quantity
            sold["gross"] += line.total
    return day


def _add(sums: dict[str, int], gross: int, rate: int) -> None:
    for name, cents in _split(gross, rate).items():
        sums[name] += cents


def _split(gross: int, rate: int) -> dict[str, int]:
    net = net_of(gross, rate)
    return {"gross": gross, "net": net, "tax": gross - net}
