"""Teams of an organization: who is in them, and what they were granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from fiscal.queries.people_grants import GrantRow, grants_of_team
from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import Team, TeamMember, in_force


@dataclass(frozen=True)
class TeamRow:
    """One team in the list, with its people and grants in force counted."""

    team_id: UUID
    name: str
    people: int
    grants: int


@dataclass(frozen=True)
class TeamPerson:
    """One member."""

    person_id: UUID
    name: str
    email: str
    since: datetime


@dataclass(frozen=True)
class TeamPage:
    """One team. `granted` says in which roles."""

    team_id: UUID
    name: str
    members: Sequence[TeamPerson]
    granted: Sequence[GrantRow]


def teams_of(reach: Reach) -> list[TeamRow]:
    """Teams that are not retired, by name. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    at = timezone.now()
    active = in_force(at, "members") & Q(members__user__is_active=True)
    rows = Team.objects.filter(organization=reach.organization, retired_at=None).annotate(
        people=Count("members", filter=active, distinct=True),
        granted=Count("grants", filter=in_force(at, "grants"), distinct=True),
    )
    return [TeamRow(row.public_id, row.name, row.people, row.granted) for row in rows.order_by("name", "pk")]


def team_page(reach: Reach, team_id: UUID) -> TeamPage | None:
    """One team that is not retired; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    team = Team.objects.filter(organization=reach.organization, public_id=team_id, retired_at=None).first()
    if team is None:
        return None
    found = TeamMember.objects.filter(in_force(timezone.now()), team=team, user__is_active=True)
    members = [
        TeamPerson(row.user.public_id, str(row.user), row.user.email, row.since)
        for row in found.select_related("user").order_by("user__name", "user__email")
    ]
    return TeamPage(team.public_id, team.name, members, grants_of_team(reach, team))
