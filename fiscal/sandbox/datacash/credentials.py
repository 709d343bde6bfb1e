"""Encrypted Fisconline credentials. Here they are an opaque text that only looks like PGP, and belong to a taxpayer."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sqlite3
from typing import Any

from fiscal.sandbox.datacash import records
from fiscal.sandbox.datacash.licences import digest
from fiscal.sandbox.datacash.wire import Declined

STATES = ("good", "refused", "expired", "locked")
REFUSED = Declined("01", "Credenziali Fisconline non valide")
EXPIRED = Declined("03", "Password Fisconline scaduta")


def make(db: sqlite3.Connection, vat_number: str, seed: str | None = None) -> str:
    """A new text for the credentials of a partita IVA; the same seed gives the same text."""
    word = seed if seed is not None else secrets.token_hex(16)
    raw = b"".join(hashlib.sha512(f"{vat_number}|{word}|{part}".encode()).digest() for part in range(6))
    lines = base64.b64encode(raw).decode()
    body = "\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    text = f"-----BEGIN PGP MESSAGE-----\n\n{body}\n={digest(body)[:4]}\n-----END PGP MESSAGE-----\n"
    if records.find(db, "credentials", _digest(text)) is None:
        records.insert(db, "credentials", _digest(text), {"vat_number": vat_number}, vat_number=vat_number)
    return text


def owner(db: sqlite3.Connection, text: str, *, literal_newlines: bool) -> str | None:
    """Whose credentials these are, None for a text that is nobody's."""
    if literal_newlines:
        text = text.replace("\\n", "\n")
    found = records.find(db, "credentials", _digest(text))
    return found["vat_number"] if found else None


def taxpayer(db: sqlite3.Connection, vat_number: str) -> dict[str, Any]:
    """How the tax agency's account of a partita IVA stands."""
    return records.find(db, "taxpayer", vat_number) or {"vat_number": vat_number, "state": "good", "refusals": 0}


def keep_taxpayer(db: sqlite3.Connection, account: dict[str, Any]) -> None:
    """Write how an account stands."""
    vat_number = account["vat_number"]
    if records.find(db, "taxpayer", vat_number) is None:
        records.insert(db, "taxpayer", vat_number, account, vat_number=vat_number)
    else:
        records.replace(db, "taxpayer", vat_number, account)


def log_in(db: sqlite3.Connection, vat_number: str, *, known: bool, locks_after: int) -> Declined | None:
    """Try the account as the provider does with every call; gives what comes back instead of a session, if anything.

    A refusal is counted: too many in a row lock the account.
    """
    account = taxpayer(db, vat_number)
    if known and account["state"] == "good":
        if account["refusals"]:
            keep_taxpayer(db, {**account, "refusals": 0})
        return None
    if account["state"] == "expired" and known:
        return EXPIRED
    account["refusals"] += 1
    if locks_after and account["refusals"] >= locks_after:
        account["state"] = "locked"
    keep_taxpayer(db, account)
    return REFUSED


def _digest(text: str) -> str:
    return digest(text.replace("\r\n", "\n").strip())
