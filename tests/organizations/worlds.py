"""Small random worlds of organizations, people and grants: drawn with a seed, and written down for the real code."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from organizations.choices import Covers, Kind, Level, Preset
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
from tests.organizations.oracle import SCOPES, Crew, Gift, Group, Human, Org, Part, Spell, World

DAYS = 4
"""The worlds' time: day 0 to day 4, and halves between."""
START = datetime(2026, 3, 1, tzinfo=UTC)


def moment(day: float) -> datetime:
    return START + timedelta(days=day)


class Drawn:
    """Draws one world. Whatever can be odd is drawn at times: strangers in groups, delegations of nobody's."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world = World()
        self._organizations(seed)
        self._people(seed)
        for _ in range(self.chance.randint(0, 2)):
            self._group()
        for _ in range(self.chance.randint(1, 3)):
            self._part()
        for _ in range(self.chance.randint(1, 5)):
            self._gift()
        self._delegations()

    def _spell(self) -> Spell:
        since = self.chance.choice([0, 0, 0, 1, 2, 3])
        until = self.chance.choice([None, None, since + 1, since + 2, DAYS + 1])
        return Spell(since, until)

    def _organizations(self, seed: int) -> None:
        orgs, chance = self.world.orgs, self.chance
        partners = [Org(f"{seed}-p{n}") for n in range(chance.randint(1, 2))]
        second = [Org(f"{seed}-s{n}", partner=chance.choice([*partners, None])) for n in range(chance.randint(0, 3))]
        orgs += [*partners, *second]
        for main in list(orgs):
            orgs += [Org(f"{main.key}-m{n}", parent=main) for n in range(chance.randint(0, 3))]
        for org in orgs:
            org.retired = chance.random() < 0.1

    def _people(self, seed: int) -> None:
        world, chance = self.world, self.chance
        world.people += [Human(f"{seed}-{n}", active=chance.random() < 0.9) for n in range(2)]
        for _ in range(chance.randint(0, 2)):
            members = [(chance.choice(world.people), self._spell()) for _ in range(chance.randint(0, 2))]
            world.crews.append(Crew(chance.choice(world.orgs), _once(members)))

    def _group(self) -> None:
        owner = self.chance.choice(self.world.orgs)
        near = [org for org in self.world.orgs if owner in {org, org.parent, org.partner}]
        drawn = self.chance.choices([*near, *near, *self.world.orgs], k=self.chance.randint(0, 4))
        self.world.groups.append(Group(owner, _once([(org, self._spell()) for org in drawn])))

    def _part(self) -> None:
        scopes = self.chance.sample(SCOPES, self.chance.randint(0, len(SCOPES)))
        rights = [(scope, self.chance.choice([*Level]), self._spell()) for scope in scopes]
        self.world.parts.append(Part(self.chance.choice(self.world.orgs), rights))

    def _gift(self) -> None:
        world, chance = self.world, self.chance
        to: Any = chance.choice([*world.people, *world.people, *world.crews])
        at, covers, group = chance.choice(world.orgs), chance.choice([*Covers]), None
        if covers == Covers.GROUP:
            if not world.groups:
                return
            group = chance.choice(world.groups)
            at = group.owner
        part = None if chance.random() < 0.1 else chance.choice(world.parts)
        world.gifts.append(Gift(to, at, part, covers, group, self._spell()))

    def _delegations(self) -> None:
        chance = self.chance
        for org in self.world.orgs:
            if chance.random() < (0.9 if org.partner else 0.1):
                for scope in chance.sample(SCOPES, chance.randint(1, len(SCOPES))):
                    self.world.handed.append((org, scope, chance.choice([*Level]), self._spell()))


def _once(members: list[tuple[Any, Spell]]) -> list[tuple[Any, Spell]]:
    """Nobody is twice in one place without an end."""
    found: dict[Any, tuple[Any, Spell]] = {}
    for one, spell in members:
        found.setdefault((one, spell.until is None), (one, spell))
    return list(found.values())


@dataclass
class Written:
    """A world's records and their rows."""

    world: World
    orgs: dict[Org, Organization]
    people: dict[Human, User]


def write(worlds: list[World]) -> list[Written]:
    """Write many worlds at once, beside each other."""
    orgs: dict[Org, Organization] = {}
    levels: list[Callable[[Org], bool]] = [
        lambda org: not org.parent and not org.partner,
        lambda org: bool(org.partner),
        lambda org: bool(org.parent),
    ]
    for chosen in levels:
        drawn = [org for world in worlds for org in world.orgs if chosen(org)]
        orgs |= zip(drawn, Organization.objects.bulk_create([_organization(org, orgs) for org in drawn]), strict=True)
    people = {human: human for world in worlds for human in world.people}
    users = User.objects.bulk_create(
        User(email=f"{human.key}@world.example", is_active=human.active) for human in people
    )
    rows = dict(zip(people, users, strict=True))
    _grants(worlds, orgs, rows)
    return [
        Written(world, {org: orgs[org] for org in world.orgs}, {one: rows[one] for one in world.people})
        for world in worlds
    ]


def _organization(org: Org, orgs: dict[Org, Organization]) -> Organization:
    return Organization(
        name=f"Org {org.key}",
        kind=Kind.MANAGED if org.parent else Kind.ORGANIZATION,
        parent=orgs[org.parent] if org.parent else None,
        provisioned_by=orgs[org.partner] if org.partner else None,
        in_test=True,
        country_code="AUT",
        retired_at=moment(2) if org.retired else None,
    )


def _span(spell: Spell) -> dict[str, Any]:
    return {"since": moment(spell.since), "until": None if spell.until is None else moment(spell.until)}


def _grants(worlds: list[World], orgs: dict[Org, Organization], users: dict[Human, User]) -> None:
    crews = [crew for world in worlds for crew in world.crews]
    groups = [group for world in worlds for group in world.groups]
    parts = [part for world in worlds for part in world.parts]
    teams = dict(
        zip(
            crews,
            Team.objects.bulk_create([Team(organization=orgs[c.owner], name=_name()) for c in crews]),
            strict=True,
        )
    )
    named = NamedGroup.objects.bulk_create([NamedGroup(organization=orgs[g.owner], name=_name()) for g in groups])
    group_rows = dict(zip(groups, named, strict=True))
    roles = Role.objects.bulk_create([Role(organization=orgs[p.owner], name=_name(), sentence="x") for p in parts])
    role_rows = dict(zip(parts, roles, strict=True))
    TeamMember.objects.bulk_create(
        TeamMember(team=teams[c], user=users[one], **_span(spell)) for c in crews for one, spell in c.members
    )
    NamedGroupMember.objects.bulk_create(
        NamedGroupMember(group=group_rows[g], organization=orgs[one], **_span(spell))
        for g in groups
        for one, spell in g.members
    )
    Right.objects.bulk_create(
        Right(role=role_rows[p], scope=scope, level=level, **_span(spell))
        for p in parts
        for scope, level, spell in p.rights
    )
    owner = Role.objects.get(preset=Preset.OWNER)
    Grant.objects.bulk_create(
        Grant(
            user=users[gift.to] if isinstance(gift.to, Human) else None,
            team=teams[gift.to] if isinstance(gift.to, Crew) else None,
            organization=orgs[gift.at],
            role=role_rows[gift.part] if gift.part else owner,
            covers=gift.covers,
            group=group_rows[gift.group] if gift.group else None,
            **_span(gift.spell),
        )
        for world in worlds
        for gift in world.gifts
    )
    Delegation.objects.bulk_create(
        Delegation(organization=orgs[org], scope=scope, level=level, **_span(spell))
        for world in worlds
        for org, scope, level, spell in world.handed
    )


def _name() -> str:
    return uuid4().hex
