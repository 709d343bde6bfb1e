"""Which entries somebody may read, and what of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from fiscal.queries.people import known_people, somebody
from organizations.access import Reach, reachable, roads
from organizations.choices import Road, Scope, Verb
from organizations.models import AuditEntry, Organization, User

BILLING_VERBS = (
    Verb.ARRANGEMENT_CHANGED,
    Verb.ADDRESS_CREATED,
    Verb.ADDRESS_CHANGED,
    Verb.ADDRESS_RETIRED,
    Verb.TERMS_ADOPTED,
    Verb.TERMS_RESTORED,
)
PEOPLE_VERBS = (
    Verb.DASHBOARD_USER_INVITED,
    Verb.DASHBOARD_USER_ADOPTED,
    Verb.DASHBOARD_USER_REMOVED,
    Verb.ROLE_CREATED,
    Verb.ROLE_CHANGED,
    Verb.ROLE_RETIRED,
    Verb.TEAM_CREATED,
    Verb.TEAM_CHANGED,
    Verb.TEAM_RETIRED,
    Verb.GROUP_CREATED,
    Verb.GROUP_CHANGED,
    Verb.GROUP_RETIRED,
    Verb.ACCESS_GRANTED,
    Verb.ACCESS_CHANGED,
    Verb.ACCESS_REVOKED,
    Verb.ACCESS_ENDED,
    Verb.PERSON_LEFT,
    Verb.INVITATION_SENT,
    Verb.INVITATION_RESENT,
    Verb.INVITATION_REVOKED,
    Verb.INVITATION_REDEEMED,
    Verb.INVITATION_EXPIRED,
    Verb.OWNERSHIP_OFFERED,
    Verb.OWNERSHIP_ACCEPTED,
    Verb.OWNERSHIP_DECLINED,
    Verb.OWNERSHIP_WITHDRAWN,
    Verb.OWNERSHIP_EXPIRED,
)
"""About who may do what: they name people."""
HIDDEN = {Scope.BILLING: BILLING_VERBS, Scope.USERS: PEOPLE_VERBS}
"""What stands in the record only for who may view more than the organization."""
REFERENCES = ("bill_to", "parent", "provisioned_by")
OWN_ROADS = (Road.DIRECT, Road.SYSTEM)
"""Who came by one of these belongs to the organization, or is Kontor: no name of theirs tells what stands above."""


def visible_at(reach: Reach) -> Q:
    """Entries of the organization reached and of those below it; about billing and people only for who may view those."""
    organization = reach.organization
    here = Q(organization=organization)
    for scope, verbs in HIDDEN.items():
        if not reach.allows(scope):
            here &= ~Q(verb__in=verbs)
    if organization.is_managed or reach.actor is None:
        return here
    children = Q(parent=organization) | Q(provisioned_by=organization)
    around = Q(organization__in=Organization.objects.filter(children).values("pk"))
    return here | (around & visible_to(reach.actor))


def visible_to(user: User) -> Q:
    """Entries of everything in reach; about billing and people only where the person may view those."""
    known = roads(user)
    found = known.starts(Scope.ORGANIZATIONS).rows("organization")
    for scope, verbs in HIDDEN.items():
        found &= known.starts(scope).rows("organization") | ~Q(verb__in=verbs)
    return found


def referred_to(entry: AuditEntry) -> set[str]:
    """Public ids of organizations that the entry's values name."""
    return {str(values[name]) for values in (entry.before, entry.after) for name in REFERENCES if values.get(name)}


@dataclass(frozen=True)
class Reader:
    """What one person may know about who did something: read once for a page of entries.

    SECURITY: people who came from above are named only to who reaches where they stand, and so is what stands above.
    """

    known: frozenset[int] = frozenset()
    names: dict[str, str] = field(default_factory=dict)
    """Organizations by public id, of those in reach."""
    places: dict[int, UUID] = field(default_factory=dict)
    """The same by primary key, of those whose people acted."""

    @classmethod
    def of(cls, viewer: User | None, entries: Iterable[AuditEntry]) -> Reader:
        """Two queries at most."""
        entries = list(entries)
        known = known_people(viewer, [entry.actor_id for entry in entries])
        ids = {public_id for entry in entries for public_id in referred_to(entry)}
        acted = {entry.acting_from_id for entry in entries if entry.acting_from_id}
        if viewer is None or not (ids or acted):
            return cls(known)
        found: Any = reachable(viewer).filter(Q(public_id__in=ids) | Q(pk__in=acted))
        rows = list(found.only("pk", "public_id", "name", "display_name"))
        return cls(known, {str(row.public_id): str(row) for row in rows}, {row.pk: row.public_id for row in rows})

    def may_name(self, entry: AuditEntry) -> bool:
        """Whether the person, and where and with what they sat, may be told."""
        return entry.road in OWN_ROADS or entry.actor_id in self.known

    def actor(self, entry: AuditEntry) -> str:
        return entry.actor_name if self.may_name(entry) else somebody()

    def acting_from(self, entry: AuditEntry) -> str:
        """The organization whose people acted, as it was called; '' if it was this one, or may not be told."""
        told = self.may_name(entry) and entry.acting_from_id in self.places
        return entry.acting_from_name if told else ""
