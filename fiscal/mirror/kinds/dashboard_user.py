"""The kind "user of fiskaly's dashboard": create invites, retire removes; there is nothing that could be changed.

Users take no mark of ours. A person is told by the e-mail address, of which an organization has each one once: so after
an unknown outcome, or when fiskaly says that the address is there already, the list is looked through for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fiscal.choices import KindName
from fiscal.mirror.kind import Wanted
from fiscal.mirror.kinds.holders import holders_of, remote_ids
from fiscal.mirror.kinds.looks import proven
from fiscal.mirror.plan import Call, Create, Keep, Plan, Retire, Seen, without_empty
from fiscal.models import Mirror
from fiscal.providers.errors import Absent
from fiscal.providers.management import Management
from fiscal.providers.payloads import UserPayload
from organizations.models import DashboardUser

FIRST_READ = timedelta(minutes=15)
"""After an invitation: when the list is read, to see whether the person has registered."""


class DashboardUserKind:
    name = KindName.DASHBOARD_USER
    organization_path = "organization_id"
    marked = False

    def desired(self) -> QuerySet[DashboardUser]:
        return DashboardUser.objects.all()

    def load(self, subject_id: UUID, mirror: Mirror) -> Wanted | None:
        person = DashboardUser.objects.select_related("organization").filter(public_id=subject_id).first()
        if person is None:
            return None
        organization = person.organization
        ids = remote_ids(organization.pk)
        missing = "" if organization.pk in ids else str(organization)
        if not missing and person.retired_at is None and _still_leaving(person):
            missing = _("the removal of this address that was asked for before")
        return Wanted(
            subject=person,
            organization=organization,
            generation=person.generation,
            retired=person.retired_at is not None,
            modes=tuple(organization.modes),
            holders=partial(holders_of, organization),
            values={"email": person.email},
            carried={"first_name": person.first_name, "last_name": person.last_name},
            remote_organization_id=ids.get(organization.pk, ""),
            missing=missing,
        )

    def remembered(self, wanted: Wanted, mirror: Mirror) -> Seen | None:
        return Seen(mirror.remote_id, mirror.observed) if mirror.observed else None

    def look(self, client: Management, wanted: Wanted, mirror: Mirror) -> list[Seen]:
        """The user with this address, whoever invited them."""
        listing = client.users(wanted.remote_organization_id)
        return proven([seen for item in listing.items if _has(seen := seen_user(item), wanted)], listing)

    def read(self, client: Management, wanted: Wanted, remote_id: str) -> Seen:
        listing = client.users(wanted.remote_organization_id)
        found = [
            seen for item in listing.items if (seen := seen_user(item)).remote_id == remote_id or _has(seen, wanted)
        ]
        if not proven(found, listing):
            raise Absent("The person is no longer at the provider.", status=404)
        return found[0]

    def plan(self, wanted: Wanted, seen: Seen | None, mirror: Mirror) -> Plan:
        if wanted.retired:
            return Retire() if seen else Keep()
        return Keep() if seen else Create(without_empty({**wanted.values, **wanted.carried}))

    def apply(self, client: Management, wanted: Wanted, seen: Seen | None, call: Call) -> Seen | None:
        match call, seen:
            case Create(body=body), _:
                return seen_user(client.invite_user(wanted.remote_organization_id, **body))
            case Retire(), Seen(remote_id=remote_id):
                self._remove(client, wanted, remote_id)
                return None
        raise TypeError(f"{self.name} cannot carry out {call}")

    def _remove(self, client: Management, wanted: Wanted, remote_id: str) -> None:
        """Remove the person. SECURITY: a 404 is not believed before the list has no such address either.

        fiskaly does not say whether an invited person keeps the id when registering.
        """
        try:
            client.remove_user(wanted.remote_organization_id, remote_id)
        except Absent:
            for other in self.look(client, wanted, Mirror()):
                client.remove_user(wanted.remote_organization_id, other.remote_id)

    def settled(self, wanted: Wanted, mirror: Mirror, seen: Seen, now: datetime) -> None:
        """It is known by its id from now on: what was sent need not be kept. Whether they register is soon looked at."""
        mirror.attempts.exclude(sent=None).update(sent=None)
        Mirror.objects.filter(pk=mirror.pk).update(reread_at=now + FIRST_READ)


def seen_user(payload: UserPayload) -> Seen:
    """A user as it is remembered: the address in lower case, as ours is."""
    return Seen(payload.id, {**payload.raw, "email": payload.email.lower()})


def is_invited(raw: dict[str, Any]) -> bool:
    """Whether somebody, as fiskaly told them, has yet to register."""
    return raw.get("_type") == settings.INVITED_USER_TYPE


def _has(seen: Seen, wanted: Wanted) -> bool:
    return bool(seen.raw["email"] == wanted.values["email"])


def _still_leaving(person: DashboardUser) -> bool:
    """Whether an earlier row of this address is on its way out: else its removal could meet the new invitation."""
    earlier = DashboardUser.objects.filter(organization=person.organization, email=person.email)
    leaving = dict(earlier.exclude(retired_at=None).values_list("public_id", "generation"))
    if not leaving:
        return False
    settled = Q(parked_generation__gt=0) | Q(remote_id="", unknown_since=None)
    rows = Mirror.objects.filter(kind=KindName.DASHBOARD_USER, subject_id__in=leaving).exclude(settled)
    return any(applied != leaving[subject] for subject, applied in rows.values_list("subject_id", "applied_generation"))
