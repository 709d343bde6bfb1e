"""Organizations and managed organizations (contract section 5): make, read, list, edit, delete, enable in LIVE."""

from __future__ import annotations

import uuid
from typing import Any

from fiscal.sandbox.management import fields, listing, records
from fiscal.sandbox.management.auth import Principal
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, json_reply

KIND = "organization"
MAIN, MANAGED = "ORGANIZATION", "MANAGED_ORGANIZATION"
ENVS = ("TEST", "LIVE")
PARENT = "managed_by_organization_id"
REQUIRED = ("name", "address_line1", "zip", "town", "country_code")
ORDERS = (
    "name",
    "id",
    "address_line1",
    "zip",
    "town",
    "display_name",
    "vat_id",
    "address_line2",
    "state",
    "tax_number",
    "economy_id",
)
_BILLING = {"gln": fields.text, "bill_to_organization": fields.uuid, "withhold_billing": fields.truth}
CHECKS: dict[str, fields.Check] = {
    "name": fields.at_least(3),
    "display_name": fields.text,
    "vat_id": fields.text,
    "address_line1": fields.at_least(1),
    "address_line2": fields.text,
    "zip": fields.at_least(1),
    "town": fields.at_least(1),
    "state": fields.text,
    "country_code": fields.country,
    "tax_number": fields.text,
    "economy_id": fields.text,
    "contact_person_id": fields.uuid,
    "billing_address_id": fields.uuid,
    "billing_options": fields.shape(_BILLING),
    "metadata": fields.metadata,
    "managed_configuration": fields.shape({"withhold_billing": fields.truth}),
    PARENT: fields.uuid,
}
CLEARABLE = tuple(name for name in CHECKS if name not in REQUIRED and name != PARENT)
_SEEN = "(id = ? OR owner = ? OR parent = ?)"


def not_found() -> Refusal:
    """The 404 with a code."""
    return Refusal(404, "Organization not found.", "E_ORGANIZATION_NOT_FOUND")


def visible(call: Call, who: Principal, organization_id: str) -> dict[str, Any]:
    """An organization that this key sees: its own, those managed by it, those it provisioned. Refusal 404 otherwise."""
    row = records.row(call.db, KIND, organization_id)
    if row is None or who.organization not in (row["id"], row["owner"], row["parent"]):
        raise not_found()
    return records.read(row)


def create(call: Call, who: Principal) -> Reply:
    """Make a main or a managed organization in the environment of the token."""
    given = fields.body(
        call.request.json(), CHECKS, required=REQUIRED, clearable=CLEARABLE, unknown=call.rules.unknown_keys
    )
    parent_id = given.get(PARENT)
    if parent_id is not None:
        _check_parent(call, who, parent_id)
    elif who.env == "LIVE" and not _billed_to_live(call, given):
        raise Refusal(403, "A main organization in LIVE must be billed to a LIVE organization. (assumed)")
    _check_references(call, given)
    doc = document(
        {
            "_id": str(uuid.uuid4()),
            "_type": MANAGED if parent_id else MAIN,
            "_envs": [who.env],
            **given,
            "created_by_user": who.key_id,
        }
    )
    records.insert(call.db, KIND, doc, owner=who.organization, parent=parent_id or "", visible_at=call.visible_at)
    call.changed(f"organization created {doc['_id']}")
    return json_reply(doc)


def retrieve(call: Call, who: Principal, organization_id: str) -> Reply:
    """One organization."""
    return json_reply(visible(call, who, organization_id))


def index(call: Call, who: Principal) -> Reply:
    """The organizations that this key sees, filtered by environment, type and parent."""
    params = call.request.params
    where, values = _SEEN, [who.organization] * 3
    env = fields.word(params, "env", ENVS)
    if env:
        where, values = f"{where} AND instr(envs, ?)", [*values, env]
    kind = fields.word(params, "type", (MAIN, MANAGED))
    if kind:
        where += " AND parent != ''" if kind == MANAGED else " AND parent = ''"
    if PARENT in params:
        fields.uuid(f"query.{PARENT}", params[PARENT])
        where, values = f"{where} AND parent = ?", [*values, params[PARENT]]
    return listing.reply(
        call, KIND, "ORGANIZATION_LIST", where, tuple(values), orders=ORDERS, filters=("env", "type", PARENT)
    )


def update(call: Call, who: Principal, organization_id: str) -> Reply:
    """Change company data; a group of values such as billing_options is replaced as a whole."""
    found = visible(call, who, organization_id)
    _check_editor(call, who, found)
    given = fields.body(call.request.json(), CHECKS, clearable=CLEARABLE, unknown=call.rules.unknown_keys)
    if PARENT in given:
        if found["_type"] == MAIN:
            raise Refusal(400, "A main organization cannot be managed. (assumed)", "E_FAILED_SCHEMA_VALIDATION")
        _check_parent(call, who, given[PARENT])
    _check_references(call, given)
    doc = document({**found, **given})
    if doc != found:
        records.replace(call.db, doc)
        call.changed(f"organization changed {organization_id}")
    return json_reply(doc)


def delete(call: Call, who: Principal, organization_id: str) -> Reply:
    """Delete an organization with its keys and users; refused in LIVE and while it manages others (both assumed)."""
    found = visible(call, who, organization_id)
    _check_editor(call, who, found)
    if "LIVE" in found["_envs"] and call.rules.live_delete == "refuse":
        raise Refusal(403, "An organization in LIVE cannot be deleted. (assumed)")
    if call.db.execute("SELECT 1 FROM management_objects WHERE parent = ?", (organization_id,)).fetchone():
        raise Refusal(409, "The organization still manages others. (assumed)")
    erase(call, organization_id)
    return json_reply({"_success": True})


def erase(call: Call, organization_id: str) -> None:
    """Forget an organization and all that belongs to it."""
    call.db.execute("DELETE FROM management_keys WHERE organization = ?", (organization_id,))
    call.db.execute("DELETE FROM management_objects WHERE owner = ? AND kind != ?", (organization_id, KIND))
    records.remove(call.db, organization_id)
    call.changed(f"organization deleted {organization_id}")


def enable_env(call: Call, who: Principal, organization_id: str) -> Reply:
    """Switch a managed organization on in the environment of the token. The id stays."""
    found = visible(call, who, organization_id)
    given = fields.body(
        call.request.json(), {"env": fields.one_of(*ENVS)}, required=("env",), unknown=call.rules.unknown_keys
    )
    env = given["env"]
    if env in found["_envs"]:
        return json_reply({"_success": True})
    if env != who.env:
        raise Refusal(403, f"A {who.env} key makes {who.env} things only. (assumed)")
    if found["_type"] == MAIN:
        raise Refusal(403, f"Only fiskaly can switch a main organization to {env}. (assumed)")
    parent = records.get(call.db, KIND, found[PARENT])
    if parent is None or env not in parent["_envs"]:
        raise Refusal(403, f"The managing organization is not in {env}. (assumed)")
    records.replace(call.db, {**found, "_envs": [name for name in ENVS if name in (*found["_envs"], env)]})
    call.changed(f"organization enabled {env} {organization_id}")
    return json_reply({"_success": True})


_ORDER = ("_id", "_type", "_envs", *(name for name in CHECKS if name != PARENT), PARENT, "created_by_user")


def document(values: dict[str, Any]) -> dict[str, Any]:
    """The wire form: known fields in their order, those that are not set left out."""
    return {name: values[name] for name in _ORDER if values.get(name) not in (None, "", {})}


def _check_parent(call: Call, who: Principal, parent_id: str) -> None:
    try:
        parent = visible(call, who, parent_id)
    except Refusal:
        # Recorded: an unknown parent is a 404 without a code, unlike an unknown organization of a key.
        raise Refusal(404, "Not Found") from None
    if parent["_type"] == MANAGED:
        raise Refusal(400, "A managed organization cannot have managed ones. (assumed)", "E_FAILED_SCHEMA_VALIDATION")
    if who.env not in parent["_envs"]:
        raise Refusal(403, f"The managing organization is not in {who.env}. (assumed)")


def _check_references(call: Call, given: dict[str, Any]) -> None:
    options = given.get("billing_options") or {}
    payer = options.get("bill_to_organization")
    if options.get("withhold_billing") and payer is None:
        raise fields.invalid("body.billing_options", "may withhold billing only with bill_to_organization")
    if payer is not None and records.row(call.db, KIND, payer) is None:
        raise fields.invalid("body.billing_options.bill_to_organization", "should be the id of an organization")
    address = given.get("billing_address_id")
    if address is not None and records.row(call.db, "billing_address", address) is None:
        raise fields.invalid("body.billing_address_id", "should be the id of a billing address")


def _billed_to_live(call: Call, given: dict[str, Any]) -> bool:
    payer = (given.get("billing_options") or {}).get("bill_to_organization")
    found = records.get(call.db, KIND, payer) if payer else None
    return found is not None and "LIVE" in found["_envs"]


def _check_editor(call: Call, who: Principal, found: dict[str, Any]) -> None:
    if who.env not in found["_envs"]:
        raise Refusal(403, f"A {who.env} key changes what is in {who.env} only. (assumed)")
    creator = found["created_by_user"]
    if call.rules.edits_by == "anyone" or creator == who.key_id:
        return
    if call.rules.edits_by == "organization":
        row = records.row(call.db, KIND, found["_id"])
        if row is not None and row["owner"] == who.organization:
            return
    raise Refusal(403, "Only the user or API key that created the organization may change it. (assumed)")
