"""Billing addresses (contract section 7). They belong to the organization of the key and are not nested under it."""

from __future__ import annotations

import re
import uuid
from typing import Any

from fiscal.sandbox.management import fields, listing, records
from fiscal.sandbox.management.auth import Principal
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, json_reply

KIND = "billing_address"
REQUIRED = ("recipient", "address_line1", "zip", "town", "country_code")
CHECKS: dict[str, fields.Check] = {
    "recipient": fields.at_least(1),
    "address_line1": fields.at_least(1),
    "address_line2": fields.text,
    "zip": fields.at_least(1),
    "town": fields.at_least(1),
    "country_code": fields.country,
    "display_name": fields.text,
    "vat_id": fields.text,
}
CLEARABLE = ("address_line2", "display_name", "vat_id")
VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,12}")


def index(call: Call, who: Principal) -> Reply:
    """The addresses of the key's organization."""
    return listing.reply(call, KIND, "BILLING_ADDRESS_LIST", "owner = ?", (who.organization,))


def create(call: Call, who: Principal) -> Reply:
    """Make an address."""
    given = fields.body(
        call.request.json(), CHECKS, required=REQUIRED, clearable=CLEARABLE, unknown=call.rules.unknown_keys
    )
    doc = _document({"_id": str(uuid.uuid4()), "_type": "BILLING_ADDRESS", "_envs": [who.env], **given})
    records.insert(call.db, KIND, doc, owner=who.organization, visible_at=call.visible_at)
    call.changed(f"billing address created {doc['_id']}")
    return json_reply(doc)


def retrieve(call: Call, who: Principal, address_id: str) -> Reply:
    """One address."""
    return json_reply(_found(call, who, address_id))


def update(call: Call, who: Principal, address_id: str) -> Reply:
    """Change some fields."""
    found = _found(call, who, address_id)
    given = fields.body(call.request.json(), CHECKS, clearable=CLEARABLE, unknown=call.rules.unknown_keys)
    doc = _document({**found, **given})
    if doc != found:
        records.replace(call.db, doc)
        call.changed(f"billing address changed {address_id}")
    return json_reply(doc)


def delete(call: Call, who: Principal, address_id: str) -> Reply:
    """Delete an address, unless an organization still uses it (assumed)."""
    _found(call, who, address_id)
    if records.documents(call.db, "organization", "json_extract(doc, '$.billing_address_id') = ?", (address_id,)):
        raise Refusal(409, "An organization still uses the billing address. (assumed)")
    records.remove(call.db, address_id)
    call.changed(f"billing address deleted {address_id}")
    return json_reply({"_success": True})


def _found(call: Call, who: Principal, address_id: str) -> dict[str, Any]:
    row = records.row(call.db, KIND, address_id)
    if row is None or row["owner"] != who.organization:
        raise Refusal(404, "Not Found")
    return records.read(row)


def _document(values: dict[str, Any]) -> dict[str, Any]:
    names = ("_id", "_type", "_envs", *CHECKS)
    doc = {name: values[name] for name in names if values.get(name) not in (None, "")}
    if "vat_id" in doc:
        doc["vat_id_valid"] = VAT_ID.fullmatch(doc["vat_id"]) is not None
    return doc
