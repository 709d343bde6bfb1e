"""The kind "billing address". It takes no metadata, so after an unknown outcome it is found by the content sent."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from billing.models import BillingAddress
from billing.services import address_of
from fiscal.choices import KindName, Operation, Outcome
from fiscal.mirror.kind import Wanted
from fiscal.mirror.kinds.holders import holders_of
from fiscal.mirror.kinds.looks import proven
from fiscal.mirror.plan import Call, Create, Keep, Plan, Retire, Seen, Update, differences, without_empty
from fiscal.models import Mirror
from fiscal.providers.errors import Absent
from fiscal.providers.management import Management
from organizations.choices import Mode


class BillingAddressKind:
    name = KindName.BILLING_ADDRESS
    organization_path = "organization_id"
    marked = False

    def desired(self) -> QuerySet[BillingAddress]:
        return BillingAddress.objects.all()

    def load(self, subject_id: UUID, mirror: Mirror) -> Wanted | None:
        address = BillingAddress.objects.select_related("organization").filter(public_id=subject_id).first()
        if address is None:
            return None
        return Wanted(
            subject=address,
            organization=address.organization,
            generation=address.generation,
            retired=address.retired_at is not None,
            modes=(Mode(address.mode),),
            holders=partial(_own_first, address),
            values=asdict(address_of(address)),
        )

    def remembered(self, wanted: Wanted, mirror: Mirror) -> Seen | None:
        return Seen(mirror.remote_id, mirror.observed) if mirror.observed else None

    def look(self, client: Management, wanted: Wanted, mirror: Mirror) -> list[Seen]:
        """Addresses of exactly the content that is wanted, or was sent, that no mirror of ours has taken."""
        contents = [wanted.values, *_sent(mirror, wanted)]
        taken = set(Mirror.objects.filter(kind=self.name).exclude(remote_id="").values_list("remote_id", flat=True))
        listing = client.billing_addresses()
        found = [
            Seen(item.id, item.raw)
            for item in listing.items
            if item.id not in taken and not all(differences(content, item.raw) for content in contents)
        ]
        return proven(found, listing)

    def read(self, client: Management, wanted: Wanted, remote_id: str) -> Seen:
        for item in client.billing_addresses().items:
            if item.id == remote_id:
                return Seen(item.id, item.raw)
        raise Absent("The billing address is no longer at the provider.", status=404)

    def plan(self, wanted: Wanted, seen: Seen | None, mirror: Mirror) -> Plan:
        if wanted.retired:
            return Retire() if seen else Keep()
        if seen is None:
            return Create(without_empty(wanted.values))
        changes = differences(wanted.values, seen.raw)
        return Update(changes) if changes else Keep()

    def apply(self, client: Management, wanted: Wanted, seen: Seen | None, call: Call) -> Seen | None:
        match call, seen:
            case Create(body=body), _:
                payload = client.create_billing_address(body)
            case Update(changes=changes), Seen(remote_id=remote_id):
                payload = client.update_billing_address(remote_id, changes)
            case Retire(), Seen(remote_id=remote_id):
                client.delete_billing_address(remote_id)
                return None
            case _:
                raise TypeError(f"{self.name} cannot carry out {call}")
        return Seen(payload.id, payload.raw)

    def settled(self, wanted: Wanted, mirror: Mirror, seen: Seen, now: datetime) -> None:
        """It is known by its id from now on: what was sent need not be kept."""
        mirror.attempts.exclude(sent=None).update(sent=None)


def _sent(mirror: Mirror, wanted: Wanted) -> list[dict[str, Any]]:
    """What creates of unknown outcome sent, whole: a field left out was empty. It may have been edited since."""
    rows = mirror.attempts.filter(outcome=Outcome.UNKNOWN, operation=Operation.CREATE).exclude(sent=None)
    return [{**dict.fromkeys(wanted.values, ""), **(sent or {})} for sent in rows.values_list("sent", flat=True)]


def _own_first(address: BillingAddress) -> tuple[Any, ...]:
    """An address belongs to the key that makes it: the organization's own, else the one that acts for it."""
    organization = address.organization
    return (organization, *(holder for holder in holders_of(organization) if holder != organization))
