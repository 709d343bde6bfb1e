"""Users of an organization (contract section 7): list, invite, remove. There are no roles here."""

from __future__ import annotations

import uuid
from typing import Any

from fiscal.sandbox.management import fields, listing, organizations, records
from fiscal.sandbox.management.auth import Principal
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, json_reply

KIND = "user"
CHECKS: dict[str, fields.Check] = {
    "email": fields.pattern(fields.EMAIL),
    "first_name": fields.text,
    "last_name": fields.text,
}


def index(call: Call, who: Principal, organization_id: str) -> Reply:
    """The organization's users."""
    organizations.visible(call, who, organization_id)
    return listing.reply(call, KIND, "USER_LIST", "owner = ?", (organization_id,))


def create(call: Call, who: Principal, organization_id: str) -> Reply:
    """Invite a person. The same address twice is refused (assumed)."""
    organizations.visible(call, who, organization_id)
    given = fields.body(
        call.request.json(),
        CHECKS,
        required=("email",),
        clearable=("first_name", "last_name"),
        unknown=call.rules.unknown_keys,
    )
    taken = "owner = ? AND lower(json_extract(doc, '$.email')) = ?"
    if records.documents(call.db, KIND, taken, (organization_id, given["email"].lower())):
        raise Refusal(409, "The user belongs to the organization already. (assumed)")
    doc: dict[str, Any] = {"_id": str(uuid.uuid4()), "_type": "USER", "email": given["email"], "_envs": [who.env]}
    doc.update({name: given[name] for name in ("first_name", "last_name") if given.get(name)})
    records.insert(call.db, KIND, doc, owner=organization_id, visible_at=call.visible_at)
    call.changed(f"user created {doc['_id']}")
    return json_reply(doc)


def delete(call: Call, who: Principal, organization_id: str, user_id: str) -> Reply:
    """Take a person out of the organization."""
    organizations.visible(call, who, organization_id)
    row = records.row(call.db, KIND, user_id)
    if row is None or row["owner"] != organization_id:
        raise Refusal(404, "Not Found")
    records.remove(call.db, user_id)
    call.changed(f"user deleted {user_id}")
    return json_reply({"_success": True})
