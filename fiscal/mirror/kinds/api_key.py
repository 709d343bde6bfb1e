"""The kind "API key". Its secret is told once: it is sealed in the transaction that stores the remote id, or it is lost.

A key found by our mark without its secret is of no use to anybody: it is disabled, and a new one is issued.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet

from fiscal.choices import KindName
from fiscal.mirror.kind import Wanted, marks
from fiscal.mirror.kinds.holders import holders_of, remote_ids
from fiscal.mirror.kinds.looks import proven
from fiscal.mirror.plan import Call, Create, DisableOrphan, Keep, Plan, Retire, Seen, Update, differences
from fiscal.models import IssuedKey, Mirror
from fiscal.providers.errors import Absent
from fiscal.providers.management import Management
from fiscal.providers.payloads import ApiKeyPayload
from organizations.choices import KeyStatus, Mode
from organizations.models import ApiKey

WIRE = {KeyStatus.ENABLED: "enabled", KeyStatus.DISABLED: "disabled"}


class ApiKeyKind:
    name = KindName.API_KEY
    organization_path = "organization_id"
    marked = True

    def desired(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.all()

    def load(self, subject_id: UUID, mirror: Mirror) -> Wanted | None:
        key = ApiKey.objects.select_related("organization").filter(public_id=subject_id).first()
        if key is None:
            return None
        organization = key.organization
        ids = remote_ids(organization.pk, organization.parent_id)
        return Wanted(
            subject=key,
            organization=organization,
            generation=key.generation,
            retired=key.retired_at is not None,
            modes=(Mode(key.mode),),
            holders=partial(holders_of, organization),
            values={"status": WIRE[KeyStatus(key.status)]},
            carried={
                "name": key.name,
                "managed_by": ids.get(organization.parent_id or 0),
            },
            remote_organization_id=ids.get(organization.pk, ""),
            missing="" if organization.pk in ids else str(organization),
        )

    def remembered(self, wanted: Wanted, mirror: Mirror) -> Seen | None:
        return Seen(mirror.remote_id, mirror.observed) if mirror.observed else None

    def look(self, client: Management, wanted: Wanted, mirror: Mirror) -> list[Seen]:
        """Enabled keys with our mark, other than the one whose secret we hold."""
        mark = str(mirror.mark)
        listing = client.api_keys(wanted.remote_organization_id, status="enabled")
        found = [
            seen_key(item)
            for item in listing.items
            if item.metadata.get("kontor_id") == mark and item.id != mirror.remote_id
        ]
        return proven(found, listing)

    def read(self, client: Management, wanted: Wanted, remote_id: str) -> Seen:
        for item in client.api_keys(wanted.remote_organization_id).items:
            if item.id == remote_id:
                return seen_key(item)
        raise Absent("The API key is no longer at the provider.", status=404)

    def plan(self, wanted: Wanted, seen: Seen | None, mirror: Mirror) -> Plan:
        if seen and seen.remote_id != mirror.remote_id:
            return DisableOrphan()
        if wanted.retired:
            return Retire() if seen else Keep()
        if seen is None:
            return Create({**wanted.carried, **wanted.values, "metadata": marks(mirror, uuid4())})
        changes = differences(wanted.values, seen.raw)
        return Update(changes) if changes else Keep()

    def apply(self, client: Management, wanted: Wanted, seen: Seen | None, call: Call) -> Seen | None:
        organization = wanted.remote_organization_id
        match call, seen:
            case Create(body=body), _:
                payload = client.create_api_key(organization, **body)
                secret = payload.secret.get_secret_value() if payload.secret else ""
                return Seen(payload.id, seen_key(payload).raw, issued=(payload.key, secret))
            case DisableOrphan(), Seen(remote_id=remote_id):
                client.update_api_key(organization, remote_id, status="disabled")
                return None
            case Update(changes=changes), Seen(remote_id=remote_id):
                return seen_key(client.update_api_key(organization, remote_id, **changes))
            case Retire(), Seen(remote_id=remote_id):
                client.delete_api_key(organization, remote_id)
                return None
        raise TypeError(f"{self.name} cannot carry out {call}")

    def settled(self, wanted: Wanted, mirror: Mirror, seen: Seen, now: datetime) -> None:
        """Seal the fresh secret beside the remote id."""
        if seen.issued is None:
            return
        issued = IssuedKey.objects.filter(api_key_id=wanted.subject.pk).first() or IssuedKey(
            api_key_id=wanted.subject.pk
        )
        issued.hold(*seen.issued, issued_at=now, reveal_until=now + timedelta(minutes=settings.REVEAL_MINUTES))
        issued.save()


def seen_key(payload: ApiKeyPayload) -> Seen:
    """What is remembered of a key: not the key itself, of which only prefix and suffix stay after the reveal."""
    return Seen(payload.id, {name: value for name, value in payload.raw.items() if name != "key"})
