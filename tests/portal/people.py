"""Grants, teams and forms of the cast, for tests of the pages about people."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.test import Client

from organizations.choices import Preset, Scope
from organizations.models import (
    Delegation,
    Grant,
    NamedGroup,
    NamedGroupMember,
    Organization,
    Right,
    Role,
    Team,
    TeamMember,
    User,
)
from tests.cast import ALWAYS, allow, person

PEOPLE = (Grant, Role, Right, Team, TeamMember, NamedGroup, NamedGroupMember, Delegation)
"""All tables that say who may what."""


def grant(holder: User | Team, organization: Organization, preset: Preset, **fields: object) -> Grant:
    """A grant of a preset, since ever."""
    to = {"user": holder} if isinstance(holder, User) else {"team": holder}
    return Grant.objects.create(**to, organization=organization, role=role(preset), **{"since": ALWAYS, **fields})


def role(preset: Preset) -> Role:
    return Role.objects.get(preset=preset)


def team(organization: Organization, name: str, *members: User) -> Team:
    """A team with these people in it, since ever."""
    made = Team.objects.create(organization=organization, name=name)
    TeamMember.objects.bulk_create(TeamMember(team=made, user=each, since=ALWAYS) for each in members)
    return made


def seen_in(answer: HttpResponse) -> str:
    """The mark of what a page showed before it saves."""
    found = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def press_twice(client: Client, address: str, values: dict[str, object]) -> HttpResponse:
    """Without a script: the first press shows what would happen, the second one does it."""
    shown = client.post(address, values)
    assert shown.status_code == 200
    return client.post(address, {**values, "seen": seen_in(shown)})


def somebody_at(organization: Organization) -> dict[str, object]:
    """Somebody who stands there by name and in a team, with a role of the organization's own, and a named group."""
    somebody = person(f"somebody@{organization.pk}.example", f"Somebody {organization.pk}")
    given = allow(somebody, organization, Scope.TSS)
    doors = team(organization, "Doors", somebody)
    group = NamedGroup.objects.create(organization=organization, name="Doors")
    NamedGroupMember.objects.create(group=group, organization=organization, since=ALWAYS)
    return {
        "person_id": somebody.public_id,
        "grant_id": given.public_id,
        "role_id": given.role.public_id,
        "team_id": doors.public_id,
        "group_id": group.public_id,
    }
