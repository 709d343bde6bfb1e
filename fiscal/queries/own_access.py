"""Where somebody is let in themselves, for their own account: which role, until when, and by which team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from fiscal.queries.people_grants import covers_in_words
from organizations.access import held
from organizations.models import Grant, User, shown_name
from organizations.roles import sentence_of
from organizations.services.grants import last_owners


@dataclass(frozen=True)
class OwnGrant:
    """One grant in force, of the person or of one of their teams."""

    grant_id: UUID
    organization: str
    role: str
    sentence: str
    covers_words: str
    until: datetime | None
    team: str
    """By which team they have it; '' if by name. Only what they have by name can be given up."""
    last_owner: bool
    """Whether the organization would be without an owner."""


@dataclass(frozen=True)
class OwnAccess:
    """One page of a person's grants in the order of the organizations' names, and how many there are in all."""

    grants: Sequence[OwnGrant]
    total: int


def own_access(user: User, *, page: int = 1, size: int = 50) -> OwnAccess:
    """The grants that let the person in now. Three queries at most. A page beyond the last is the last."""
    found = _grants(user)
    total = found.count()
    first = (max(1, min(page, -(-total // size))) - 1) * size
    rows = found.order_by(shown_name("organization__"), "pk")[first : first + size]
    return OwnAccess(_rows(list(rows)), total)


def own_grant(user: User, grant_id: UUID) -> OwnGrant | None:
    """One grant that the person has by name; None for every other."""
    found = _rows(list(_grants(user).filter(user=user, public_id=grant_id)))
    return found[0] if found else None


def _grants(user: User) -> QuerySet[Grant]:
    return held(user, timezone.now()).select_related("role", "organization", "team", "group")


def _rows(grants: Sequence[Grant]) -> list[OwnGrant]:
    last = last_owners(grants)
    return [_row(grant, last_owner=grant.pk in last) for grant in grants]


def _row(grant: Grant, *, last_owner: bool) -> OwnGrant:
    return OwnGrant(
        grant_id=grant.public_id,
        organization=str(grant.organization),
        role=str(grant.role),
        sentence=sentence_of(grant.role.preset, grant.role.sentence),
        covers_words=covers_in_words(grant.covers, grant.organization, str(grant.group or "")),
        until=grant.until,
        team=str(grant.team or ""),
        last_owner=last_owner,
    )
