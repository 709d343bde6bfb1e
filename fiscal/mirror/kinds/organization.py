"""The kind "organization": organizations and managed organizations at fiskaly Management v0."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet

from billing.models import Arrangement
from fiscal.choices import KindName
from fiscal.mirror.kind import Wanted, marks
from fiscal.mirror.kinds.arrangement import billing_values, is_carried
from fiscal.mirror.kinds.holders import holders_of, remote_ids
from fiscal.mirror.kinds.looks import proven
from fiscal.mirror.plan import Call, Create, EnableLive, Keep, Plan, Retire, Seen, Update, differences, without_empty
from fiscal.models import Mirror
from fiscal.providers.management import Management
from organizations.choices import Mode
from organizations.models import Organization

FIELDS = (
    "name",
    "display_name",
    "address_line1",
    "address_line2",
    "zip",
    "town",
    "state",
    "country_code",
    "vat_id",
    "tax_number",
    "economy_id",
)


class OrganizationKind:
    name = KindName.ORGANIZATION
    organization_path = "pk"
    marked = True

    def desired(self) -> QuerySet[Organization]:
        return Organization.objects.all()

    def load(self, subject_id: UUID, mirror: Mirror) -> Wanted | None:
        organization = Organization.objects.filter(public_id=subject_id).first()
        if organization is None:
            return None
        values: dict[str, Any] = {name: getattr(organization, name) for name in FIELDS}
        values["contact_person_id"] = str(organization.contact_person_id or "")
        values["metadata"] = {**organization.metadata, "kontor_id": str(mirror.mark)}
        carried, missing = ({}, "") if mirror.remote_id else _carried(organization)
        return Wanted(
            subject=organization,
            organization=organization,
            generation=organization.generation,
            retired=organization.retired_at is not None,
            modes=tuple(reversed(organization.modes)),
            holders=partial(holders_of, organization),
            values=values,
            carried=carried,
            missing=missing,
        )

    def remembered(self, wanted: Wanted, mirror: Mirror) -> Seen | None:
        return Seen(mirror.remote_id, mirror.observed) if mirror.observed else None

    def look(self, client: Management, wanted: Wanted, mirror: Mirror) -> list[Seen]:
        parent = wanted.carried.get("managed_by_organization_id") or None
        listing = client.organizations(managed_by=parent)
        mark = str(mirror.mark)
        found = [Seen(item.id, item.raw) for item in listing.items if item.metadata.get("kontor_id") == mark]
        return proven(found, listing)

    def read(self, client: Management, wanted: Wanted, remote_id: str) -> Seen:
        payload = client.organization(remote_id)
        return Seen(payload.id, payload.raw)

    def plan(self, wanted: Wanted, seen: Seen | None, mirror: Mirror) -> Plan:
        if wanted.retired:
            return Retire() if seen else Keep()
        if seen is None:
            body = without_empty({**wanted.values, **wanted.carried})
            return Create({**body, "metadata": {**wanted.values["metadata"], **marks(mirror, uuid4())}})
        comparable = {**wanted.values, "metadata": _kept_marks(wanted.values["metadata"], seen)}
        if changes := differences(comparable, seen.raw):
            return Update(changes)
        if Mode.LIVE in wanted.modes and Mode.LIVE not in seen.raw.get("_envs", []):
            return EnableLive()
        return Keep()

    def apply(self, client: Management, wanted: Wanted, seen: Seen | None, call: Call) -> Seen | None:
        match call, seen:
            case Create(body=body), _:
                payload = client.create_organization(body)
            case Update(changes=changes), Seen(remote_id=remote_id):
                payload = client.update_organization(remote_id, changes)
            case EnableLive(), Seen(remote_id=remote_id, raw=raw):
                client.enable_env(remote_id, Mode.LIVE)
                return Seen(remote_id, {**raw, "_envs": sorted({*raw.get("_envs", []), str(Mode.LIVE)})})
            case Retire(), Seen(remote_id=remote_id):
                client.delete_organization(remote_id)
                return None
            case _:
                raise TypeError(f"{self.name} cannot carry out {call}")
        return Seen(payload.id, payload.raw)

    def settled(self, wanted: Wanted, mirror: Mirror, seen: Seen, now: datetime) -> None:
        """Nothing more to store."""


def _carried(organization: Organization) -> tuple[dict[str, Any], str]:
    """What travels with a create: the parent's id and the arrangement; and what has to be there first, if anything."""
    arrangement = Arrangement.objects.select_related("billing_address").filter(organization=organization).first()
    ids = remote_ids(organization.parent_id, arrangement.bill_to_id if arrangement else None)
    carried: dict[str, Any] = {}
    if organization.parent:
        if organization.parent.pk not in ids:
            return {}, str(organization.parent)
        carried["managed_by_organization_id"] = ids[organization.parent.pk]
    if arrangement and is_carried(arrangement, ids):
        carried |= billing_values(arrangement, ids)
    elif arrangement and arrangement.bill_to and arrangement.bill_to.pk not in ids:
        return carried, str(arrangement.bill_to)
    return carried, ""


def _kept_marks(metadata: dict[str, Any], seen: Seen) -> dict[str, Any]:
    """Our try's mark stays as it was when the object was made: a change must not look like another try."""
    held = seen.raw.get("metadata") or {}
    return {**metadata, **({"kontor_op": held["kontor_op"]} if "kontor_op" in held else {})}
