"""Kassandro's accounts with their registers, and one register with the receipts of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fiscal.sandbox.desk import Desk
from fiscal.sandbox.kassandro import wire
from fiscal.sandbox.kassandro.days import day_at
from fiscal.sandbox.kassandro.posting import STAGED
from fiscal.sandbox.kassandro.tokens import TIERS
from fiscal.sandbox.kassandro.trade import PROFILES
from fiscal.sandbox.render import moment, page
from fiscal.sandbox.web import Reply, Request

LATEST = 15  # requests on the first page
TRADED = timedelta(days=60)  # before today: how long a new register has traded unless told otherwise
SHOWN = 200  # receipts of a day on a register's page


def accounts(desk: Desk, request: Request) -> Reply:
    """All accounts, and the latest requests."""
    with desk.store.transaction() as db:
        rows = db.execute("SELECT * FROM kassandro_accounts ORDER BY id").fetchall()
        keys = db.execute("SELECT * FROM kassandro_keys ORDER BY id").fetchall()
    found = [
        {
            "id": str(row["id"]),
            "name": row["name"],
            "tier": row["tier"],
            "may": row["tier"].lower() in TIERS,
            "keys": [dict(key) for key in keys if key["account"] == row["id"]],
            "registers": [_with_today(desk, each) for each in desk.kassandro.registers(row["id"])],
        }
        for row in rows
    ]
    latest = [
        {"entry": entry, "at": moment(entry.at)} for entry in desk.ledger.page(needle="/kassandro/api", size=LATEST)
    ]
    values = {
        "here": "accounts",
        "accounts": found,
        "requests": latest,
        "profiles": list(PROFILES),
        "since": (day_at(desk.clock()) - TRADED).isoformat(),
    }
    return page("kassandro/accounts.html", values)


def register(desk: Desk, request: Request, register_id: int) -> Reply:
    """One register with the receipts of a day; KeyError if there is none."""
    shown = desk.kassandro.register(register_id)
    given = request.params.get("day")
    day = date.fromisoformat(given) if given else day_at(desk.clock())
    sums = desk.kassandro.totals(register_id, day, day)[day.isoformat()]
    books = desk.kassandro.books(register_id, day)
    values = {
        "here": "accounts",
        "register": _shown(shown),
        "day": day.isoformat(),
        "before": request.link(day=day - timedelta(days=1)),
        "after": request.link(day=day + timedelta(days=1)),
        "sums": {"receipts": str(sums["receipts"]), "turnover": wire.plain(sums["turnover"])},
        "receipts": [_receipt(each) for each in books[: -SHOWN - 1 : -1]],
        "hidden": str(len(books) - SHOWN) if len(books) > SHOWN else "",
        "kinds": STAGED,
    }
    return page("kassandro/register.html", values)


def _with_today(desk: Desk, shown: dict[str, Any]) -> dict[str, Any]:
    today = day_at(desk.clock())
    sums = desk.kassandro.totals(shown["id"], today, today)[today.isoformat()]
    return {**_shown(shown), "receipts": str(sums["receipts"]), "turnover": wire.plain(sums["turnover"])}


def _shown(register: dict[str, Any]) -> dict[str, Any]:
    trade = register["trade"]
    return {
        "id": str(register["id"]),
        "name": register["name"],
        "serial": register["serial"],
        "signed": register["signed"],
        "profile": trade["profile"],
        "opened_on": trade["opened_on"],
        "closed_on": trade["closed_on"] or "",
        "state": "active" if register["active"] else "closed or without licence",
    }


def _receipt(receipt: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": str(receipt["number"]),
        "time": receipt["date"][11:],
        "zone": receipt["zone"],
        "kind": receipt["kind"],
        "failed": receipt["failed"],
        "total": wire.plain(receipt["total"]),
        "lines": [
            f"{line['quantity'] / 1000:g} × {line['name']}: {wire.plain(line['total'])} € ({line['rate']} %)"
            for line in receipt["lines"]
        ],
        "payments": [f"{name}: {wire.plain(cents)} €" for name, cents in receipt["payments"]],
    }
