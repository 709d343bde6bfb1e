"""Builds the pages of DataCash that are only looked at."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from fiscal.sandbox.datacash import credentials, days, devices, licences
from fiscal.sandbox.datacash.documents import euros
from fiscal.sandbox.datacash.profiles import PROFILES
from fiscal.sandbox.datacash.room import ROOM
from fiscal.sandbox.datacash.rules import CHOICES
from fiscal.sandbox.desk import Desk
from fiscal.sandbox.render import moment, page
from fiscal.sandbox.web import Reply, Request

LEDGER_PAGE = 50
RECEIPTS = 10  # on the page of a customer


def customers(desk: Desk, request: Request, _: str) -> Reply:
    """The accounts, with what their licences are worth today."""
    rows = [_summary(desk, account) for account in desk.datacash.objects()]
    today = days.day_of(desk.clock())
    values = {"rows": rows, "tiers": list(licences.INCLUDED), "next_year": (today + timedelta(days=365)).isoformat()}
    return page("datacash/customers.html", values)


def customer(desk: Desk, request: Request, vat_number: str) -> Reply:
    """One account as in the customer area; KeyError if there is none."""
    stage, today = desk.datacash, days.day_of(desk.clock())
    account = next((item for item in stage.objects() if item["vat_number"] == vat_number), None)
    if account is None:
        raise KeyError(vat_number)
    keys = stage.keys(vat_number)
    shops = [shop for shop in stage.objects("shop") if shop["customer"] == vat_number]
    names = {shop["id"]: shop["name"] for shop in shops}
    tills = [device for device in stage.objects("device") if device["customer"] == vat_number]
    numbers = sorted({vat_number, *(key["vat_number"] for key in keys), *(till["vat_number"] for till in tills)})
    values = {
        **_summary(desk, account),
        "keys": [{**key, "at": moment(key["made_at"])} for key in keys],
        "shops": shops,
        "devices": [{**till, "shop": names.get(devices.shop_on(till, today) or "", "")} for till in tills],
        "taxpayers": [_taxpayer(desk, number) for number in numbers],
        "states": credentials.STATES,
        "tiers": list(licences.INCLUDED),
        "profiles": list(PROFILES),
        "due": stage.due_webhooks(vat_number),
        "pending": stage.pending(vat_number),
        "receipts": _last_receipts(desk, numbers),
        "first": (today - timedelta(days=6)).isoformat(),
        "today": today.isoformat(),
        **{name: CHOICES[name] for name in ("csv_encoding", "csv_delimiter", "csv_thousands", "statistics_layout")},
    }
    return page("datacash/customer.html", values)


def requests(desk: Desk, request: Request, _: str) -> Reply:
    """What was asked of DataCash last."""
    needle = request.params.get("q", "")
    before = int(request.params["before"]) if request.params.get("before") else None
    found = desk.ledger.page(needle=needle or ROOM.base, size=LEDGER_PAGE, before=before)
    rows = [{"entry": entry, "at": moment(entry.at)} for entry in found if entry.room == ROOM.name]
    older = request.link(before=found[-1].n) if len(found) == LEDGER_PAGE else None
    return page("datacash/requests.html", {"rows": rows, "q": needle, "older": older})


def assumptions(desk: Desk, request: Request, _: str) -> Reply:
    """What is documented, what is assumed, and the switches."""
    values = described(desk)
    switches = [
        {"name": name, "value": str(value), "choices": CHOICES.get(name)} for name, value in values["rules"].items()
    ]
    return page("datacash/assumptions.html", {"rows": values["assumptions"], "switches": switches})


def described(desk: Desk) -> dict[str, Any]:
    """The same for programs."""
    values = [asdict(item) for item in ROOM.assumptions]
    return {"provider": ROOM.title, "rules": asdict(desk.datacash.rules()), "assumptions": values}


def _summary(desk: Desk, account: dict[str, Any]) -> dict[str, Any]:
    used, there_are = desk.datacash.slots(account["vat_number"])
    over = licences.lapsed(account, desk.clock())
    return {"account": account, "used": str(used), "slots": str(there_are), "lapsed": over}


def _last_receipts(desk: Desk, vat_numbers: list[str]) -> list[dict[str, Any]]:
    """The newest receipts of today and yesterday that the cloud knows."""
    today = days.day_of(desk.clock())
    found = [
        {**doc, "vat_number": number, "data": days.stamp(doc["at"]), "euros": euros(doc["total"])}
        for number in vat_numbers
        for doc in desk.datacash.documents(number, today - timedelta(days=1), today)
    ]
    return sorted(found, key=lambda doc: doc["at"], reverse=True)[:RECEIPTS]


def _taxpayer(desk: Desk, vat_number: str) -> dict[str, Any]:
    with desk.store.transaction() as db:
        return credentials.taxpayer(db, vat_number)
