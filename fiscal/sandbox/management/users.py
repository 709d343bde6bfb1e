"""Users of an organization (contract section 7): list, invite, remove. There are no roles here.

An address that fiskaly knows is a user at once. Another one is invited: it shows in the list as such, and vanishes when
its time is over, unless the person registers before (fiskaly's HUB, "User management").
"""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from fiscal.sandbox.management import fields, listing, organizations, records
from fiscal.sandbox.management.auth import Principal
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, json_reply

KIND = "user"
USER, INVITED = "USER", "INVITED_USER"
CHECKS: dict[str, fields.Check] = {
    "email": fields.pattern(fields.EMAIL),
    "first_name": fields.text,
    "last_name": fields.text,
}
SCHEMA = """
CREATE TABLE IF NOT EXISTS management_accounts (email TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS management_invitations (id TEXT PRIMARY KEY, email TEXT NOT NULL, until REAL NOT NULL);
"""
# accounts: addresses that are registered, in lower case. invitations: users that are not, and until when they may be.
_OF_ADDRESS = "owner = ? AND lower(json_extract(doc, '$.email')) = ?"


def index(call: Call, who: Principal, organization_id: str) -> Reply:
    """The organization's users, with those invited (assumed)."""
    organizations.visible(call, who, organization_id)
    expire(call.db, call.now)
    return listing.reply(call, KIND, "USER_LIST", "owner = ?", (organization_id,))


def create(call: Call, who: Principal, organization_id: str) -> Reply:
    """Invite a person. The same address twice is refused (assumed)."""
    organizations.visible(call, who, organization_id)
    expire(call.db, call.now)
    given = fields.body(
        call.request.json(),
        CHECKS,
        required=("email",),
        clearable=("first_name", "last_name"),
        unknown=call.rules.unknown_keys,
    )
    names = {name: given[name] for name in ("first_name", "last_name") if given.get(name)}
    doc = add(call, organization_id, given["email"], [who.env], names=names)
    call.changed(f"user created {doc['_id']}")
    return json_reply(doc)


def delete(call: Call, who: Principal, organization_id: str, user_id: str) -> Reply:
    """Take a person out of the organization, or an invitation back. The creator stays (assumed: 403)."""
    organization = organizations.visible(call, who, organization_id)
    expire(call.db, call.now)
    row = records.row(call.db, KIND, user_id)
    if row is None or row["owner"] != organization_id:
        raise Refusal(404, "Not Found")
    if organization.get("created_by_user") == user_id:
        raise Refusal(403, "The user that created the organization cannot be removed. (assumed)")
    erase(call.db, user_id)
    call.changed(f"user deleted {user_id}")
    return json_reply({"_success": True})


def add(
    call: Call,
    organization_id: str,
    email: str,
    envs: list[str],
    *,
    names: dict[str, str],
    user_id: str | None = None,
    registered: bool = False,
) -> dict[str, Any]:
    """Keep a new user, or an invitation where the address is not `registered`. Refusal 409 for one that is there."""
    address = email.lower()
    if records.documents(call.db, KIND, _OF_ADDRESS, (organization_id, address)):
        raise Refusal(409, "The user belongs to the organization already. (assumed)")
    if registered:
        call.db.execute("INSERT OR IGNORE INTO management_accounts (email) VALUES (?)", (address,))
    known = call.db.execute("SELECT 1 FROM management_accounts WHERE email = ?", (address,)).fetchone()
    doc = {
        "_id": user_id or str(uuid.uuid4()),
        "_type": USER if known else INVITED,
        "email": email,
        "_envs": envs,
        **names,
    }
    records.insert(call.db, KIND, doc, owner=organization_id, visible_at=call.visible_at)
    if not known:
        until = call.now + call.rules.invitation_hours * 3600
        call.db.execute(
            "INSERT INTO management_invitations (id, email, until) VALUES (?,?,?)", (doc["_id"], address, until)
        )
    return doc


def register(db: sqlite3.Connection, email: str) -> None:
    """The person behind an address registers: all invitations that are still good become users."""
    address = email.lower()
    db.execute("INSERT OR IGNORE INTO management_accounts (email) VALUES (?)", (address,))
    for invited in db.execute("SELECT id FROM management_invitations WHERE email = ?", (address,)).fetchall():
        doc = records.get(db, KIND, invited["id"])
        if doc is not None:
            records.replace(db, {**doc, "_type": USER})
    db.execute("DELETE FROM management_invitations WHERE email = ?", (address,))


def erase(db: sqlite3.Connection, user_id: str) -> None:
    """Forget a user of an organization. The account stays: only the access is taken away."""
    db.execute("DELETE FROM management_invitations WHERE id = ?", (user_id,))
    records.remove(db, user_id)


def expire(db: sqlite3.Connection, now: float) -> None:
    """Let invitations vanish whose time is over."""
    for over in db.execute("SELECT id FROM management_invitations WHERE until <= ?", (now,)).fetchall():
        erase(db, over["id"])


def invited_until(db: sqlite3.Connection, user_id: str) -> float | None:
    """Until when an invited person may register; None for a user."""
    row = db.execute("SELECT until FROM management_invitations WHERE id = ?", (user_id,)).fetchone()
    return row["until"] if row else None
