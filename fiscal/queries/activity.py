"""The record of one organization and of those below it, as far as the person may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from fiscal.queries.people import known_people, somebody
from fiscal.queries.words import FIELD_WORDS
from organizations.access import Reach, reachable
from organizations.choices import Road, Scope, Verb
from organizations.models import AuditEntry, Organization

BILLING_VERBS = (
    Verb.ARRANGEMENT_CHANGED,
    Verb.ADDRESS_CREATED,
    Verb.ADDRESS_CHANGED,
    Verb.ADDRESS_RETIRED,
    Verb.TERMS_ADOPTED,
    Verb.TERMS_RESTORED,
)
PEOPLE_VERBS = (Verb.DASHBOARD_USER_INVITED, Verb.DASHBOARD_USER_ADOPTED, Verb.DASHBOARD_USER_REMOVED)
HIDDEN = {Scope.BILLING: BILLING_VERBS, Scope.USERS: PEOPLE_VERBS}
"""What stands in the record only for who may view more than the organization."""
REFERENCES = ("bill_to", "parent", "provisioned_by")
OWN_ROADS = (Road.DIRECT, Road.SYSTEM)
"""Who came by one of these belongs to the organization, or is Kontor: no name of theirs tells what stands above."""


@dataclass(frozen=True)
class Difference:
    """One field before and after. '' where there was nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """One entry as a sentence: who, what, which object."""

    actor: str
    did: str
    subject: str
    organization: str
    organization_id: UUID
    at: datetime
    reason: str
    request_id: str
    differences: Sequence[Difference]


@dataclass(frozen=True)
class Activity:
    """One page of the record."""

    events: Sequence[Event]
    total: int


def activity(reach: Reach, *, page: int = 1, size: int = 50) -> Activity:
    """What was done at the organization reached and below it, newest first.

    Billing and people of fiskaly's dashboard only for who may view those.

    SECURITY: people who came from above are named only to who reaches where they stand. Raises NotAuthorized.
    """
    reach.require(Scope.ORGANIZATIONS)
    found = _entries(reach)
    total = found.count()
    page = max(1, min(page, -(-total // size)))
    entries = list(found.select_related("organization").order_by("-at", "-pk")[(page - 1) * size : page * size])
    names = _names(reach, entries)
    known = known_people(reach.actor, [entry.actor_id for entry in entries])
    return Activity([_event(entry, names, known) for entry in entries], total)


def _entries(reach: Reach) -> Any:
    organization = reach.organization
    here = Q(organization=organization)
    for scope, verbs in HIDDEN.items():
        if not reach.allows(scope):
            here &= ~Q(verb__in=verbs)
    if organization.is_managed or reach.actor is None:
        return AuditEntry.objects.filter(here)
    children = Q(parent=organization) | Q(provisioned_by=organization)
    below = Q(organization__in=reachable(reach.actor, Scope.ORGANIZATIONS).filter(children).values("pk"))
    for scope, verbs in HIDDEN.items():
        viewed = Q(organization__in=reachable(reach.actor, scope).filter(children).values("pk"))
        below &= viewed | ~Q(verb__in=verbs)
    return AuditEntry.objects.filter(here | below)


def _names(reach: Reach, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Names of organizations that entries point at, of those in reach."""
    ids = {
        str(values[name])
        for entry in entries
        for values in (entry.before, entry.after)
        for name in REFERENCES
        if values.get(name)
    }
    if not ids or reach.actor is None:
        return {}
    found: Any = reachable(reach.actor).filter(public_id__in=ids)
    return {str(row.public_id): str(row) for row in found.only("public_id", "name", "display_name")}


def _event(entry: AuditEntry, names: dict[str, str], known: frozenset[int]) -> Event:
    organization: Organization = entry.organization
    fields = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    return Event(
        actor=entry.actor_name if entry.road in OWN_ROADS or entry.actor_id in known else somebody(),
        did=entry.get_verb_display(),
        subject=entry.subject_name,
        organization=str(organization),
        organization_id=organization.public_id,
        at=entry.at,
        reason=entry.reason,
        request_id=entry.request_id,
        differences=[
            Difference(
                str(FIELD_WORDS.get(name, name)),
                _text(name, entry.before.get(name), names),
                _text(name, entry.after.get(name), names),
            )
            for name in fields
            if entry.before.get(name) or entry.after.get(name)
        ],
    )


def _text(name: str, value: Any, names: dict[str, str]) -> str:
    """A stored value in words; a reference to an organization out of reach is not told."""
    if value in (None, "", {}):
        return ""
    if name in REFERENCES:
        return names.get(str(value), "–")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {inner}" for key, inner in value.items())
    return str(value)
