"""Objects that can be followed: what each is called, and where its page is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fiscal.models import Connection, Register, Shop
from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import ApiKey, Organization, Subscription
from organizations.topics import Channel


@dataclass(frozen=True)
class Followed:
    """One object, with how the person follows it now (OFF: not)."""

    subject_id: UUID
    name: str
    channel: str


FOLLOWED: Mapping[str, tuple[Scope, Callable[[Reach], Any]]] = {
    "organization": (
        Scope.ORGANIZATIONS,
        lambda reach: Organization.objects.filter(pk=reach.organization.pk),
    ),
    "key": (Scope.ORGANIZATIONS, lambda reach: ApiKey.objects.filter(organization=reach.organization)),
    "connection": (Scope.INTEGRATIONS, lambda reach: Connection.objects.filter(organization=reach.organization)),
    "register": (Scope.CLIENTS, lambda reach: Register.objects.filter(organization=reach.organization)),
    "shop": (Scope.CLIENTS, lambda reach: Shop.objects.filter(organization=reach.organization)),
}
"""By the word in the address: the area that its page asks for, and its rows at the organization reached."""


def followed_object(reach: Reach, what: str, public_id: UUID) -> Followed | None:
    """The object at the organization reached; None if there is none. Raises NotAuthorized without its area."""
    if what not in FOLLOWED:
        return None
    scope, rows = FOLLOWED[what]
    reach.require(scope)
    found = rows(reach).filter(public_id=public_id).first()
    if found is None:
        return None
    line = Subscription.objects.filter(user=reach.actor, subject_id=public_id).first()
    return Followed(public_id, str(found), line.channel if line else Channel.OFF)
