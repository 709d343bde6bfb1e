"""The customer area: licence, instances, slots for keys, add-ons, keys (contract section 1)."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import date
from typing import Any

from fiscal.sandbox.datacash import days, records

INCLUDED = {"light": 1, "standard": 3, "premium": 10}  # key slots that a licence brings (assumed)
KEY_ADD_ONS = ("light", "standard", "premium")


def valid_vat_number(value: str) -> str:
    """`value` if it is 11 digits with the right check digit (Luhn); ValueError otherwise."""
    if len(value) != 11 or not value.isascii() or not value.isdigit() or _luhn(value) % 10:
        raise ValueError(f"{value!r} is no partita IVA: 11 digits, the last of which is a check digit.")
    return value


def lapsed(customer: dict[str, Any], moment: float) -> bool:
    """Whether the licence is over: its end date is the last day on which keys work."""
    return days.day_of(moment) > date.fromisoformat(customer["licence_until"])


def slots(customer: dict[str, Any]) -> int:
    """How many keys may be active at once."""
    bought = sum(add_on["number"] for add_on in customer["add_ons"])
    return INCLUDED[customer["tier"]] + int(bought)


def active_keys(db: sqlite3.Connection, customer_id: str) -> list[dict[str, Any]]:
    """The keys that take up a slot."""
    return [key for key in records.all_of(db, "key", owner=customer_id) if key["active"]]


def issue_key(db: sqlite3.Connection, customer_id: str, vat_number: str, text: str | None, now: float) -> str:
    """Add a key for a partita IVA and return it: it is shown this once. ValueError when no slot is free."""
    customer = records.get(db, "customer", customer_id)
    active = active_keys(db, customer_id)
    if len(active) >= slots(customer):
        raise ValueError(f"All {slots(customer)} API keys of this licence are in use: deactivate one or buy an add-on.")
    if any(key["vat_number"] == vat_number for key in active):
        raise ValueError(f"The partita IVA {vat_number} has an active API key already.")
    text = text or secrets.token_hex(20)
    seen = records.count(db, "key") + 1
    doc: dict[str, Any] = {
        "id": f"key-{seen}",
        "customer": customer_id,
        "vat_number": vat_number,
        "digest": digest(text),
        "begins": text[:4],
        "active": True,
        "made_at": now,
    }
    if key_by_text(db, text) is not None:
        raise ValueError("There is this API key already.")
    records.insert(db, "key", doc["id"], doc, owner=customer_id, vat_number=vat_number)
    return text


def key_by_text(db: sqlite3.Connection, text: str) -> dict[str, Any] | None:
    """The key that is written so, None if there is none."""
    wanted = digest(text)
    found = db.execute(
        "SELECT id FROM datacash_objects WHERE kind = 'key' AND json_extract(doc, '$.digest') = ?", (wanted,)
    ).fetchone()
    return records.get(db, "key", found["id"]) if found else None


def buy_add_on(db: sqlite3.Connection, customer_id: str, kind: str, number: int) -> dict[str, Any]:
    """Add key slots. The contract must be signed first; ValueError otherwise."""
    customer = records.get(db, "customer", customer_id)
    if kind not in KEY_ADD_ONS:
        raise ValueError(f"An API key add-on is one of {', '.join(KEY_ADD_ONS)}.")
    if number < 1:
        raise ValueError("The number of API keys is at least 1.")
    if not customer["contract_signed"]:
        raise ValueError("The contract must be signed before an add-on can be bought.")
    customer["add_ons"].append({"kind": kind, "number": number})
    records.replace(db, "customer", customer_id, customer)
    return customer


def digest(text: str) -> str:
    """What is kept of a key or of credentials."""
    return hashlib.sha256(text.encode()).hexdigest()


def _luhn(value: str) -> int:
    total = 0
    for place, letter in enumerate(value):
        doubled = int(letter) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total
