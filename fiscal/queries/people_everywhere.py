"""Everybody whom a person administers, over all organizations: by name, with the organizations where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Q, QuerySet, When
from django.db.models.functions import Lower
from django.utils import timezone

from organizations.access import in_reach
from organizations.choices import Scope
from organizations.models import Grant, Organization, TeamMember, User, in_force, shown_name

SHOWN = 5
"""Organizations spelled out per person; the rest is counted."""


@dataclass(frozen=True)
class Place:
    """One organization where a person stands, and as what."""

    organization_id: UUID
    name: str
    role: str
    team: str
    until: datetime | None


@dataclass(frozen=True)
class PersonRow:
    """One person with the first places, and how many there are."""

    person_id: UUID
    name: str
    email: str
    places: Sequence[Place]
    more: int


@dataclass(frozen=True)
class Everybody:
    """One page of people. `organizations` are those with people, most first, for choosing one."""

    rows: Sequence[PersonRow]
    total: int
    everything: int
    organizations: Sequence[tuple[UUID, str, int]]


def everybody(user: User, *, q: str = "", at: UUID | None = None, page: int = 1, size: int = 50) -> Everybody:
    """People with a grant in force, by name or through a team, where the reader sees user administration."""
    now = timezone.now()
    grants = Grant.objects.filter(in_reach(user, Scope.USERS, organization="organization"), in_force(now)).order_by()
    everything = _people(grants, now)
    if at:
        grants = grants.filter(organization__public_id=at)
    found = _people(grants, now)
    if q:
        found = found.filter(Q(name__icontains=q) | Q(email__icontains=q))
    total = found.count()
    page = max(1, min(page, -(-total // size)))
    called = Case(When(name="", then=F("email")), default=F("name"), output_field=CharField())
    people = list(found.annotate(called=Lower(called)).order_by("called", "pk")[(page - 1) * size : page * size])
    return Everybody(_rows(people, grants, now), total, everything.count(), _organizations(user, now))


def _people(grants: QuerySet[Grant], now: datetime) -> QuerySet[User]:
    members = TeamMember.objects.filter(in_force(now), team__in=grants.filter(user=None).values("team"))
    standing = Q(pk__in=grants.filter(team=None).values("user")) | Q(pk__in=members.values("user"))
    return User.objects.filter(standing, is_active=True)


def _rows(people: Sequence[User], grants: QuerySet[Grant], now: datetime) -> list[PersonRow]:
    places: dict[int, list[Place]] = defaultdict(list)
    rows = grants.annotate(shown=shown_name("organization__")).order_by("shown", "pk")
    rows = rows.select_related("organization", "role", "team")
    for row in rows.filter(user__in=people):
        places[row.user_id or 0].append(_place(row))
    members = TeamMember.objects.filter(
        in_force(now), user__in=people, team__in=grants.filter(user=None).values("team")
    )
    in_team: dict[int, list[int]] = defaultdict(list)
    for team, person in members.values_list("team", "user"):
        in_team[team].append(person)
    for row in rows.filter(team__in=in_team):
        for person in in_team[row.team_id or 0]:
            places[person].append(_place(row))
    return [
        PersonRow(
            person_id=person.public_id,
            name=str(person),
            email=person.email if person.name else "",
            places=places[person.pk][:SHOWN],
            more=max(0, len(places[person.pk]) - SHOWN),
        )
        for person in people
    ]


def _place(row: Grant) -> Place:
    team = str(row.team) if row.team else ""
    return Place(row.organization.public_id, str(row.organization), str(row.role), team, row.until)


def _organizations(user: User, now: datetime) -> list[tuple[UUID, str, int]]:
    """Organizations in reach where somebody stands, those with most grants first."""
    standing = Count("grants", filter=in_force(now, "grants"), distinct=True)
    found = Organization.objects.filter(in_reach(user, Scope.USERS)).annotate(n=standing, shown=shown_name())
    rows = found.filter(n__gt=0).order_by("-n", "shown", "pk").values_list("public_id", "shown", "n")
    return list(rows[:100])
