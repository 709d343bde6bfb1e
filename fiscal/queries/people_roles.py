"""Roles for pages: the house's and an organization's own, what each carries, who holds it, and which can be given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from organizations.access import Reach, covers
from organizations.choices import SHORT, Level, Preset, Scope
from organizations.models import Grant, Right, Role, TeamMember, in_force
from organizations.roles import Rights, sentence_of


@dataclass(frozen=True)
class RoleRow:
    """One role. `levels`: every area in its order, its short word, and the level, '' for none; `grants` are those in force here."""

    role_id: UUID
    name: str
    sentence: str
    preset: bool
    owner: bool
    rights: Rights
    levels: tuple[tuple[Scope, str, str], ...]
    grants: int
    within: bool
    """Whether the reader has at least as much here, and so could give it."""


@dataclass(frozen=True)
class RoleHolders:
    """Who holds an own role: the grants, and how many people those reach."""

    names: Sequence[str]
    people: int


def roles_of(reach: Reach) -> list[RoleRow]:
    """The house's roles in the order of their table, then the organization's own by name. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    at = timezone.now()
    here = Q(grants__organization=reach.organization) & in_force(at, "grants")
    found = Role.objects.filter(Q(organization=None) | Q(organization=reach.organization), retired_at=None)
    rows = list(found.annotate(n=Count("grants", filter=here)))
    rights: dict[int, dict[Scope, Level]] = defaultdict(dict)
    for pk, scope, level in Right.objects.filter(in_force(at), role__in=rows).values_list("role", "scope", "level"):
        rights[pk][Scope(scope)] = Level(level)
    order = list(Preset)
    rows.sort(key=lambda role: (order.index(Preset(role.preset)) if role.preset else len(order), role.name.casefold()))
    return [_row(reach, role, rights[role.pk], role.n) for role in rows]


def roles_to_give(reach: Reach) -> list[RoleRow]:
    """The roles that the reader may give here."""
    return [row for row in roles_of(reach) if row.within]


def role_holders(reach: Reach, role_id: UUID) -> RoleHolders:
    """Whom a change of an own role affects. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    at = timezone.now()
    grants = Grant.objects.filter(
        in_force(at), organization=reach.organization, role__public_id=role_id, role__organization=reach.organization
    )
    rows = list(grants.filter(Q(user=None) | Q(user__is_active=True)).select_related("user", "team"))
    teams = {row.team_id for row in rows if row.team_id}
    members = TeamMember.objects.filter(in_force(at), team__in=teams, user__is_active=True)
    people = {row.user_id for row in rows if row.user_id} | set(members.values_list("user", flat=True))
    return RoleHolders(sorted({str(row.user or row.team) for row in rows}), len(people))


def _row(reach: Reach, role: Role, rights: Rights, grants: int) -> RoleRow:
    return RoleRow(
        role_id=role.public_id,
        name=str(role),
        sentence=sentence_of(role.preset, role.sentence),
        preset=bool(role.preset),
        owner=role.is_owner,
        rights=rights,
        levels=tuple((scope, str(SHORT.get(scope, scope.label)), str(rights.get(scope, ""))) for scope in Scope),
        grants=grants,
        within=all(covers(reach.grants, scope, level) for scope, level in rights.items())
        and (reach.owner or not role.is_owner),
    )
