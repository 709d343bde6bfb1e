"""Devices and shops (negozi). The interface does not know them: they exist on the cloud pages and in its files only."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from fiscal.sandbox.datacash import records
from fiscal.sandbox.datacash.profiles import PROFILES
from fiscal.sandbox.datacash.sales import LARGEST_DAY, Device

MOST_DEVICES = 269  # of one partita IVA: lanes of the document counter; lane 0 is the interface's own
SYNCS = ("live", "logout")


def add(db: sqlite3.Connection, doc: dict[str, Any]) -> dict[str, Any]:
    """Keep a new device, give it its serial and lane; ValueError if its values make no device."""
    if doc["profile"] not in PROFILES:
        raise ValueError(f"A profile is one of {', '.join(PROFILES)}.")
    if doc["sync"] not in SYNCS:
        raise ValueError(f"sync is one of {', '.join(SYNCS)}.")
    if not 1 <= doc["per_day"] <= LARGEST_DAY:
        raise ValueError(f"A device sells 1 to {LARGEST_DAY} times a day.")
    doc["lane"] = records.count(db, "device", doc["vat_number"]) + 1
    if doc["lane"] > MOST_DEVICES:
        raise ValueError(f"A partita IVA has at most {MOST_DEVICES} devices here.")
    doc["serial"] = records.count(db, "device") + 1
    records.insert(db, "device", doc["id"], doc, owner=doc["customer"], vat_number=doc["vat_number"])
    return doc


def device(doc: dict[str, Any]) -> Device:
    """What the books of a device follow from."""
    return Device(
        doc["id"],
        doc["serial"],
        doc["lane"],
        doc["vat_number"],
        doc["profile"],
        doc["seed"],
        doc["per_day"],
        date.fromisoformat(doc["opened"]),
        date.fromisoformat(doc["closed"]) if doc["closed"] else None,
        doc["sync"],
        doc["deferred"],
    )


def of(db: sqlite3.Connection, vat_number: str) -> list[Device]:
    """The devices that issue receipts for a partita IVA."""
    return [device(doc) for doc in records.all_of(db, "device", vat_number=vat_number)]


def by_serial(db: sqlite3.Connection, serial: int, vat_number: str) -> Device | None:
    """The device with this serial, if it belongs to the partita IVA."""
    return next((found for found in of(db, vat_number) if found.serial == serial), None)


def shop_on(doc: dict[str, Any], day: date) -> str | None:
    """In which shop a device stood on a day, None if in none yet."""
    shop = None
    for place in doc["places"]:
        if date.fromisoformat(place["since"]) <= day:
            shop = place["shop"]
    return shop


def move(doc: dict[str, Any], shop: str, since: date) -> None:
    """Put a device into another shop from a day on; what was said for that day and later is forgotten."""
    earlier = [place for place in doc["places"] if date.fromisoformat(place["since"]) < since]
    doc["places"] = [*earlier, {"shop": shop, "since": since.isoformat()}]
