"""API keys made in my.kassandro, and the two kinds of token they are exchanged for (Kassandro page, section 1).

Paths, bodies and lives are assumed: the paper says only that there are two endpoints.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

from fiscal.sandbox.kassandro import records
from fiscal.sandbox.kassandro.days import day_at
from fiscal.sandbox.kassandro.records import Register
from fiscal.sandbox.kassandro.trade import in_gap
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, Request, json_reply

TIERS = ("premium", "gastro")
TOKEN = 40  # characters


@dataclass(frozen=True)
class Bearer:
    """Who asks: an account, or one of its registers."""

    account: int
    register: Register | None
    registers: tuple[Register, ...]
    lapsed: tuple[Register, ...]


def for_account(call: Call) -> Reply:
    """Exchange an API key for an account token."""
    key = _key(call)
    if key["register"] is not None:
        raise Refusal(403, "This key belongs to one cash register. (assumed)")
    return _issued(call, key, None)


def for_register(call: Call) -> Reply:
    """Exchange an API key and a register's number for a token of that register."""
    key = _key(call)
    wanted = call.request.json().get("cashRegisterId", key["register"])
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        raise Refusal(400, "cashRegisterId is missing or no whole number. (assumed)")
    found = records.registers(call.db, "id = ? AND account = ?", (wanted, key["account"]))
    if not found or key["register"] not in (None, wanted):
        raise Refusal(404, "There is no such cash register. (assumed)")
    _refuse_without_licence(found[0], call.now)
    return _issued(call, key, wanted)


def bearer(call: Call) -> Bearer:
    """Who carries the token; Refusal 401 without a valid one, 403 without tier or licence."""
    token = call.request.headers.get(call.rules.token_header.lower(), "")
    row = call.db.execute(
        "SELECT t.register, k.account FROM kassandro_tokens t JOIN kassandro_keys k ON k.id = t.key"
        " WHERE t.digest = ? AND t.expires_at > ? AND k.enabled",
        (digest(token), call.now),
    ).fetchone()
    if row is None:
        raise Refusal(401, f"The header {call.rules.token_header} carries no valid token. (assumed)")
    _refuse_tier(call, row["account"])
    today = day_at(call.now)
    if row["register"] is not None:
        own = records.register(call.db, row["register"])
        _refuse_without_licence(own, call.now)
        return Bearer(row["account"], own, (own,), ())
    found = records.registers(call.db, "account = ?", (row["account"],))
    lapsed = tuple(register for register in found if in_gap(register.trade, today))
    return Bearer(row["account"], None, tuple(each for each in found if each not in lapsed), lapsed)


def credential(db: sqlite3.Connection, request: Request) -> str:
    """The name of the API key behind a request, never the key itself; "" if there is none."""
    for value in request.headers.values():
        if len(value) == TOKEN:
            row = db.execute(
                "SELECT k.id, k.label FROM kassandro_tokens t JOIN kassandro_keys k ON k.id = t.key WHERE t.digest = ?",
                (digest(value),),
            ).fetchone()
            if row is not None:
                return f"{row['id']}:{row['label']}"
    return ""


def make_key(
    db: sqlite3.Connection, account: int, register: int | None, label: str, key: str | None
) -> tuple[int, str]:
    """Keep a new API key's digest and return its number and the key."""
    key = key or secrets.token_urlsafe(30)
    number = records.insert(
        db, "kassandro_keys", account=account, register=register, label=label, digest=digest(key), ending=key[-4:]
    )
    return number, key


def digest(secret: str) -> str:
    """What is kept of a key or a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(call: Call) -> sqlite3.Row:
    body = call.request.json()
    given = body.get("apiKey") if isinstance(body, dict) else None
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM kassandro_keys WHERE digest = ? AND enabled", (digest(str(given)),)
    ).fetchone()
    if row is None:
        raise Refusal(401, "There is no such API key. (assumed)")
    _refuse_tier(call, row["account"])
    return row


def _issued(call: Call, key: sqlite3.Row, register: int | None) -> Reply:
    token = secrets.token_hex(TOKEN // 2)
    life = call.rules.token_life if call.token_life is None else min(call.token_life, call.rules.token_life)
    call.db.execute("DELETE FROM kassandro_tokens WHERE expires_at <= ?", (call.now,))
    call.db.execute(
        "INSERT INTO kassandro_tokens (digest, key, register, expires_at) VALUES (?,?,?,?)",
        (digest(token), key["id"], register, call.now + life),
    )
    call.changed(f"token issued to key {key['id']}")
    return json_reply({"token": token, "expiresIn": life})


def _refuse_tier(call: Call, account: int) -> None:
    tier = records.account(call.db, account)["tier"]
    if tier.strip().lower() not in TIERS:
        raise Refusal(403, f"The API belongs to Premium and Gastro; this account has {tier}.")


def _refuse_without_licence(register: Register, now: float) -> None:
    if in_gap(register.trade, day_at(now)):
        raise Refusal(403, "The licence of this cash register has lapsed. (assumed)")
