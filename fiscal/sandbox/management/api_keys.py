"""API keys of an organization (contract section 6). The secret is in the answer to the creation and nowhere else."""

from __future__ import annotations

import secrets
import string
import uuid
from typing import Any

from fiscal.sandbox.management import auth, fields, listing, organizations, records
from fiscal.sandbox.management.auth import Principal
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, json_reply

KIND = "api_key"
STATUS = fields.one_of("enabled", "disabled")
KEY_LETTERS = string.ascii_lowercase + string.digits
SECRET_LETTERS = string.ascii_letters + string.digits
KEY_LENGTH, SECRET_LENGTH = 26, 43


def create(call: Call, who: Principal, organization_id: str) -> Reply:
    """Make a key in the environment of the token and show its secret, once."""
    organization = organizations.visible(call, who, organization_id)
    given = fields.body(
        call.request.json(),
        {
            "name": fields.pattern(fields.KEY_NAME),
            "status": STATUS,
            "managed_by_organization_id": fields.uuid,
            "metadata": fields.metadata,
        },
        required=("name", "status"),
        clearable=("managed_by_organization_id", "metadata"),
        unknown=call.rules.unknown_keys,
    )
    parent = given.get("managed_by_organization_id")
    if parent is not None and records.row(call.db, organizations.KIND, parent) is None:
        raise organizations.not_found()
    if who.env not in organization["_envs"]:
        raise Refusal(403, f"The organization is not in {who.env}. (assumed)")
    doc, secret = issue(call, organization_id, who.env, created_by_user=who.key_id, **given)
    call.changed(f"api key created {doc['_id']}")
    head = {name: doc[name] for name in ("_id", "_type", "_envs", "key")}
    return json_reply({**head, "secret": secret, **doc})


def issue(
    call: Call,
    organization_id: str,
    env: str,
    *,
    name: str,
    status: str,
    created_by_user: str,
    managed_by_organization_id: str | None = None,
    metadata: dict[str, str] | None = None,
    key: str | None = None,
    secret: str | None = None,
    key_id: str | None = None,
) -> tuple[dict[str, Any], str]:
    """Keep a new key and return its document and its secret; only a digest of the secret stays here."""
    secret = secret or _letters(SECRET_LETTERS, SECRET_LENGTH)
    doc = {
        "_id": key_id or str(uuid.uuid4()),
        "_type": "MANAGED_API_KEY" if managed_by_organization_id else "API_KEY",
        "_envs": [env],
        "key": key or f"{env.lower()}_{_letters(KEY_LETTERS, KEY_LENGTH)}_{name}",
        "created_at": int(call.now),
        "created_by_user": created_by_user,
        "name": name,
        "status": status,
        "metadata": metadata or {},
        "managed_by_organization_id": managed_by_organization_id or "",
    }
    records.insert(call.db, KIND, doc, owner=organization_id, visible_at=call.visible_at)
    call.db.execute(
        "INSERT INTO management_keys (id, key, digest, organization, env, enabled) VALUES (?,?,?,?,?,?)",
        (doc["_id"], doc["key"], auth.digest(secret), organization_id, env, status == "enabled"),
    )
    return doc, secret


def index(call: Call, who: Principal, organization_id: str) -> Reply:
    """The organization's keys in the environment of the token, without secrets."""
    organizations.visible(call, who, organization_id)
    where, values = "owner = ? AND envs = ?", [organization_id, who.env]
    status = fields.word(call.request.params, "status", ("enabled", "disabled"))
    if status:
        where, values = f"{where} AND json_extract(doc, '$.status') = ?", [*values, status]
    return listing.reply(
        call, KIND, "API_KEY_LIST", where, tuple(values), orders=("name", "status", "created_at"), filters=("status",)
    )


def retrieve(call: Call, who: Principal, organization_id: str, key_id: str) -> Reply:
    """One key, without its secret."""
    return json_reply(_found(call, who, organization_id, key_id))


def update(call: Call, who: Principal, organization_id: str, key_id: str) -> Reply:
    """Change status or metadata; nothing else can be changed."""
    found = _found(call, who, organization_id, key_id)
    given = fields.body(
        call.request.json(),
        {"status": STATUS, "metadata": fields.metadata},
        clearable=("metadata",),
        unknown=call.rules.unknown_keys,
    )
    if "metadata" in given:
        given["metadata"] = given["metadata"] or {}
    return json_reply(change(call, found, given))


def change(call: Call, found: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Write new values of a key; a disabled one stops working at once."""
    doc = {**found, **values}
    if doc != found:
        records.replace(call.db, doc)
        enabled = doc["status"] == "enabled"
        call.db.execute("UPDATE management_keys SET enabled = ? WHERE id = ?", (enabled, doc["_id"]))
        call.changed(f"api key changed {doc['_id']}")
    return doc


def delete(call: Call, who: Principal, organization_id: str, key_id: str) -> Reply:
    """Delete a key; its tokens end with it (assumed)."""
    erase(call, _found(call, who, organization_id, key_id)["_id"])
    return json_reply({"_success": True})


def erase(call: Call, key_id: str) -> None:
    """Forget a key."""
    call.db.execute("DELETE FROM management_keys WHERE id = ?", (key_id,))
    records.remove(call.db, key_id)
    call.changed(f"api key deleted {key_id}")


def _found(call: Call, who: Principal, organization_id: str, key_id: str) -> dict[str, Any]:
    organizations.visible(call, who, organization_id)
    row = records.row(call.db, KIND, key_id)
    if row is None or row["owner"] != organization_id or row["envs"] != who.env:
        raise Refusal(404, "API key not found. (assumed)", "E_API_KEY_NOT_FOUND")
    return records.read(row)


def _letters(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
