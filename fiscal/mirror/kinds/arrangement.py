"""The kind "arrangement": `billing_options` and `billing_address_id` of an organization.

It has no object of its own at the provider. With a new organization it travels in the create; later it is a change of
that organization, planned against what the organization's mirror last observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from billing.models import Arrangement, BillingAddress
from fiscal.choices import KindName
from fiscal.mirror.kind import Wanted
from fiscal.mirror.kinds.holders import holders_of, remote_ids
from fiscal.mirror.plan import Call, Keep, Plan, Seen, Update, differences
from fiscal.models import Mirror
from fiscal.providers.management import Management
from organizations.models import Organization


def billing_values(arrangement: Arrangement, ids: dict[int, str]) -> dict[str, Any]:
    """The arrangement in the provider's words; `bill_to_organization` is a uuid there, not a flag."""
    options: dict[str, Any] = {}
    if arrangement.gln:
        options["gln"] = arrangement.gln
    if arrangement.bill_to_id:
        options["bill_to_organization"] = ids.get(arrangement.bill_to_id, "")
        options["withhold_billing"] = arrangement.withhold
    return {"billing_options": options, "billing_address_id": _address_id(arrangement)}


def is_carried(arrangement: Arrangement, ids: dict[int, str]) -> bool:
    """Whether everything the arrangement points at is at the provider already, so that it may travel with a create."""
    bill_to_known = arrangement.bill_to_id is None or arrangement.bill_to_id in ids
    return bill_to_known and (arrangement.billing_address_id is None or bool(_address_id(arrangement)))


def _address_id(arrangement: Arrangement) -> str:
    if arrangement.billing_address is None:
        return ""
    rows = Mirror.objects.filter(kind=KindName.BILLING_ADDRESS, subject_id=arrangement.billing_address.public_id)
    return rows.values_list("remote_id", flat=True).first() or ""


@dataclass(frozen=True)
class Held:
    """An arrangement as the provider holds it, in our own rows as far as Kontor knows them."""

    bill_to: Organization | None
    billing_address: BillingAddress | None
    withhold: bool
    gln: str
    unknown: tuple[str, ...]
    """Which of `bill_to` and `billing_address` point at something that is not known here."""


def held_in(values: dict[str, Any]) -> Held:
    """Read the provider's words (an organization's answer, or what was agreed) back into ours."""
    options = values.get("billing_options") or {}
    bill_to_id, address_id = options.get("bill_to_organization") or "", values.get("billing_address_id") or ""
    owners = Mirror.objects.filter(kind=KindName.ORGANIZATION, remote_id=bill_to_id).select_related("organization")
    owner = owners.first() if bill_to_id else None
    copies = Mirror.objects.filter(kind=KindName.BILLING_ADDRESS, remote_id=address_id).values("subject_id")
    address = BillingAddress.objects.filter(public_id__in=copies).first() if address_id else None
    unknown = [("bill_to", bill_to_id and owner is None), ("billing_address", address_id and address is None)]
    return Held(
        bill_to=owner.organization if owner else None,
        billing_address=address,
        withhold=bool(options.get("withhold_billing")),
        gln=options.get("gln") or "",
        unknown=tuple(name for name, is_unknown in unknown if is_unknown),
    )


class ArrangementKind:
    name = KindName.ARRANGEMENT
    organization_path = "organization_id"
    marked = True

    def desired(self) -> QuerySet[Arrangement]:
        return Arrangement.objects.all()

    def load(self, subject_id: UUID, mirror: Mirror) -> Wanted | None:
        rows = Arrangement.objects.select_related("organization", "billing_address")
        arrangement = rows.filter(public_id=subject_id).first()
        if arrangement is None:
            return None
        organization = arrangement.organization
        ids = remote_ids(organization.pk, arrangement.bill_to_id)
        missing = ""
        if organization.pk not in ids:
            missing = str(organization)
        elif not is_carried(arrangement, ids):
            missing = str(arrangement.billing_address or arrangement.bill_to)
        return Wanted(
            subject=arrangement,
            organization=organization,
            generation=arrangement.generation,
            retired=organization.retired_at is not None,
            modes=tuple(reversed(organization.modes)),
            holders=partial(holders_of, organization),
            values=billing_values(arrangement, ids),
            remote_organization_id=ids.get(organization.pk, ""),
            inside=ids.get(organization.pk, ""),
            missing=missing,
        )

    def remembered(self, wanted: Wanted, mirror: Mirror) -> Seen | None:
        """Its own last answer; before there is one, what the create of its organization brought along.

        Not the organization's later answers: a slow one could be older than what was arranged since.
        """
        if mirror.observed:
            return Seen(mirror.remote_id, mirror.observed)
        owner = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization=wanted.organization).first()
        return Seen(owner.remote_id, owner.observed) if owner and owner.observed else None

    def look(self, client: Management, wanted: Wanted, mirror: Mirror) -> list[Seen]:
        return [self.read(client, wanted, wanted.remote_organization_id)]

    def read(self, client: Management, wanted: Wanted, remote_id: str) -> Seen:
        payload = client.organization(remote_id)
        return Seen(payload.id, payload.raw)

    def plan(self, wanted: Wanted, seen: Seen | None, mirror: Mirror) -> Plan:
        if wanted.retired:
            return Keep()
        changes = differences(wanted.values, seen.raw if seen else {})
        return Update(changes) if changes else Keep()

    def apply(self, client: Management, wanted: Wanted, seen: Seen | None, call: Call) -> Seen | None:
        if not isinstance(call, Update):
            raise TypeError(f"{self.name} cannot carry out {call}")
        payload = client.update_organization(wanted.remote_organization_id, call.changes)
        return Seen(payload.id, payload.raw)

    def settled(self, wanted: Wanted, mirror: Mirror, seen: Seen, now: datetime) -> None:
        """Nothing more to store."""
