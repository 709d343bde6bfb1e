"""Everybody who reaches one organization, by every road: what the matrix, one person's page and the comparison show.

The same grants decide as in `organizations.access.decide`, read for all people at once: a handful of queries, however many
people there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from organizations.access import Reach, delegated_rights, leading_to, lower, reachable, standing_around
from organizations.choices import Level, Road, Scope
from organizations.models import Grant, Organization, Right, TeamMember, User, in_force
from organizations.roles import Rights, sentence_of


@dataclass(frozen=True)
class Holder:
    """A person or a team, as a page may name it."""

    kind: str
    """ "person" or "team"."""
    pk: int
    public_id: UUID
    name: str
    email: str = ""


@dataclass(frozen=True)
class Standing:
    """One grant that leads to the organization, and what it gives there."""

    grant_id: UUID
    holder: Holder
    role_id: int
    role: str
    sentence: str
    covers: str
    road: Road
    place_id: int
    named: bool
    """Whether the reader reaches where it stands; else neither holder nor place may be named."""
    since: datetime
    until: datetime | None
    rights: Rights


@dataclass(frozen=True)
class Membership:
    """One person in a team that has standings."""

    team: int
    person: Holder
    until: datetime | None


@dataclass(frozen=True)
class Standings:
    """All grants that lead to one organization, with the members of the teams among their holders."""

    grants: tuple[Standing, ...]
    members: tuple[Membership, ...]
    place_names: Mapping[int, str]
    """Of the organization and what stands above it: only those the reader reaches."""
    at: datetime


def standings(reach: Reach, *, only: User | None = None) -> Standings:
    """Everybody who reaches the organization now, or what leads one person there. Raises NotAuthorized.

    SECURITY: people who come from above are named only to who reaches where they stand, and the reader is always named.
    """
    reach.require(Scope.USERS)
    at = timezone.now()
    known = _known_places(reach)
    rows = _grants(reach.organization, at, only)
    carried = _carried({row.role_id for row in rows}, at)
    top = reach.organization.parent or reach.organization
    delegated = any(row.organization_id == top.provisioned_by_id for row in rows)
    given = delegated_rights(top, at) if delegated else {}
    grants = tuple(
        standing for row in rows if (standing := _standing(reach, row, carried[row.role_id], given, known)).rights
    )
    members = _members({row.holder.pk for row in grants if row.holder.kind == "team"}, at, only)
    return Standings(grants, tuple(members), known, at)


def person_as_holder(user: User) -> Holder:
    """A person in the words of these pages."""
    return Holder("person", user.pk, user.public_id, str(user), user.email)


def _known_places(reach: Reach) -> dict[int, str]:
    """The organization, and those above it that the reader reaches, with their names."""
    here = reach.organization
    top = here.parent or here
    known = {here.pk: str(here)}
    above = {pk for pk in (here.parent_id, top.provisioned_by_id) if pk}
    if above and reach.actor is not None:
        known |= {row.pk: str(row) for row in reachable(reach.actor).filter(pk__in=above)}
    return known


def _grants(organization: Organization, at: datetime, only: User | None) -> list[Grant]:
    found = Grant.objects.filter(standing_around(organization), in_force(at))
    if only is None:
        found = found.filter(Q(user=None) | Q(user__is_active=True))
    else:
        teams = TeamMember.objects.filter(in_force(at), user=only).values("team")
        found = found.filter(Q(user=only) | Q(team__in=teams))
    return leading_to(organization, list(found.select_related("role", "user", "team").order_by("pk")), at)


def _carried(roles: set[int], at: datetime) -> dict[int, dict[Scope, Level]]:
    carried: dict[int, dict[Scope, Level]] = defaultdict(dict)
    rows = Right.objects.filter(in_force(at), role__in=roles).values_list("role", "scope", "level")
    for role, scope, level in rows:
        carried[role][Scope(scope)] = Level(level)
    return carried


def _standing(reach: Reach, row: Grant, rights: Rights, given: Rights, known: Mapping[int, str]) -> Standing:
    here = reach.organization
    top = here.parent or here
    road = Road.PARENT
    if row.organization_id == here.pk:
        road = Road.DIRECT
    elif row.organization_id == top.provisioned_by_id:
        road = Road.DELEGATION
        rights = {scope: both for scope, level in rights.items() if (both := lower(level, given.get(scope)))}
    return Standing(
        grant_id=row.public_id,
        holder=_holder(row),
        role_id=row.role_id,
        role=str(row.role),
        sentence=sentence_of(row.role.preset, row.role.sentence),
        covers=row.covers,
        road=road,
        place_id=row.organization_id,
        named=row.organization_id in known,
        since=row.since,
        until=row.until,
        rights=rights,
    )


def _holder(row: Grant) -> Holder:
    if row.user:
        return person_as_holder(row.user)
    assert row.team is not None, "a constraint holds that it is one of them"
    return Holder("team", row.team.pk, row.team.public_id, str(row.team))


def _members(teams: set[int], at: datetime, only: User | None) -> Iterable[Membership]:
    if not teams:
        return
    found = TeamMember.objects.filter(in_force(at), team__in=teams, user__is_active=True)
    if only is not None:
        found = found.filter(user=only)
    for row in found.select_related("user").order_by("pk"):
        yield Membership(row.team_id, person_as_holder(row.user), row.until)
