"""Where all roads of one person start, read once for a page that asks for several authorizations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from organizations.access.decide import lower
from organizations.access.places import Starts, delegating, held, places, reachable
from organizations.access.reach import Right, covers
from organizations.choices import Covers, Level, Scope
from organizations.models import NamedGroupMember, Organization, User, in_force, shown_name

FEW = 200


@dataclass(frozen=True)
class Head:
    """An organization that a person's roads start at: they are let in there, or at who provisioned it."""

    pk: int
    public_id: UUID
    parent_id: int | None
    name: str
    """As people see it."""
    retired: bool
    here: frozenset[Right]
    below: frozenset[Right]
    """What holds at everything it manages as well."""
    delegated: bool = False
    """Whether nothing but a delegation leads there."""


@dataclass(frozen=True)
class Roads:
    """All roads of one person."""

    user: User
    heads: tuple[Head, ...] | None
    """In the order of their names, as the database sorts; None where they are more than FEW."""

    def starts(self, scope: Scope | None = None, level: Level = Level.VIEW) -> Starts:
        """What `reachable` and `in_reach` take for this scope and level."""
        if self.heads is None:
            return places(self.user, scope, level)
        return Starts(
            at=[head.pk for head in self.heads if _holds(head.here, scope, level)],
            below=[head.pk for head in self.heads if _holds(head.below, scope, level)],
        )

    def reached(self, scope: Scope, parents: Mapping[int, int | None]) -> set[int]:
        """Those of these organizations, named with their parents, that a road with this scope leads to."""
        if self.heads is None:
            return set(reachable(self.user, scope).filter(pk__in=parents).values_list("pk", flat=True))
        starts = self.starts(scope)
        at, below = set(starts.at), set(starts.below)
        return {pk for pk, parent in parents.items() if pk in at or parent in below}

    def acted_for(self, parents: Mapping[int, int | None]) -> set[int]:
        """Those of these organizations, named with their parents, that nothing but a delegation leads to."""
        tops = {pk: parent or pk for pk, parent in parents.items()}
        if self.heads is not None:
            ways = {head.pk: head.delegated for head in self.heads}
            return {pk for pk, top in tops.items() if ways.get(top) and ways.get(pk, True)}
        at = timezone.now()
        by_delegation = set(
            Organization.objects.filter(Q(pk__in=set(tops.values())) & Q(pk__in=delegating(self.user, at))).values_list(
                "pk", flat=True
            )
        )
        if not by_delegation:
            return set()
        own = set(held(self.user, at).filter(organization__in=[*tops, *tops.values()]).values_list("organization"))
        return {pk for pk, top in tops.items() if top in by_delegation and not {(pk,), (top,)} & own}

    def roots(self, scope: Scope) -> list[Head] | None:
        """The heads that stand below no other; None where they are too many. Each other organization stands below one.

        A managed organization is among them if its people reach it and not all that its parent manages.
        """
        if self.heads is None:
            return None
        starts = self.starts(scope)
        at, below = set(starts.at), set(starts.below)
        return [head for head in self.heads if head.pk in at and head.parent_id not in below]


def _holds(rights: frozenset[Right], scope: Scope | None, level: Level) -> bool:
    if scope is not None:
        return covers(rights, scope, level)
    return any(covers(rights, each, level) for each in Scope)


class _Held:
    """What a person's grants say, by the organization they stand at."""

    def __init__(self, user: User, at: datetime) -> None:
        self.here: dict[int, set[Right]] = defaultdict(set)
        self.below: dict[int, set[Right]] = defaultdict(set)
        self.groups: dict[int, set[Right]] = defaultdict(set)
        found = held(user, at).filter(in_force(at, "role__rights"))
        facts = ("organization", "covers", "group", "role__rights__scope", "role__rights__level")
        for organization, reaches, group, scope, level in found.values_list(*facts)[: FEW * len(Scope) + 1]:
            right = (Scope(scope), Level(level))
            if reaches == Covers.GROUP:
                self.groups[group].add(right)
                continue
            self.here[organization].add(right)
            if reaches == Covers.BELOW:
                self.below[organization].add(right)

    def members(self, at: datetime) -> tuple[dict[int, set[Right]], dict[int, set[Right]]]:
        """What the named groups give: at organizations themselves, and to what is delegated to their partner."""
        own: dict[int, set[Right]] = defaultdict(set)
        delegated: dict[int, set[Right]] = defaultdict(set)
        if self.groups:
            rows = NamedGroupMember.objects.filter(in_force(at), group__in=self.groups).values_list(
                "group", "organization", "group__organization", "organization__parent", "organization__provisioned_by"
            )
            for group, organization, owner, parent, partner in rows[: FEW + 1]:
                if owner in {organization, parent}:
                    own[organization] |= self.groups[group]
                elif owner == partner:
                    delegated[organization] |= self.groups[group]
        return own, delegated


def roads(user: User) -> Roads:
    """All roads of one person, now. Two small queries (three with named groups), however many organizations they lead to."""
    if not user.is_active:
        return Roads(user, ())
    at = timezone.now()
    granted = _Held(user, at)
    own, from_group = granted.members(at)
    direct = granted.here.keys() | own.keys()
    if len(direct) > FEW or len(from_group) > FEW:
        return Roads(user, None)
    given = FilteredRelation("delegations", condition=in_force(at, "delegations"))
    partners = Q(provisioned_by__in=granted.below) | Q(pk__in=from_group)
    rows = (
        Organization.objects.annotate(given=given)
        .filter(Q(pk__in=direct) | (partners & Q(given__isnull=False)))
        .order_by(shown_name(), "pk")
        .values_list(
            "pk",
            "public_id",
            "parent_id",
            shown_name(),
            "retired_at",
            "provisioned_by",
            F("given__scope"),
            F("given__level"),
        )
    )
    heads: dict[int, Head] = {}
    for pk, public_id, parent, name, retired_at, partner, scope, level in rows[: (FEW + 1) * len(Scope)]:
        head = heads.get(pk)
        if head is None:
            here = frozenset(granted.here.get(pk, set()) | own.get(pk, set()))
            below = frozenset(granted.below.get(pk, ()))
            head = Head(pk, public_id, parent, name, retired_at is not None, here, below, delegated=not here)
        rights = granted.below.get(partner, set()) | from_group.get(pk, set())
        heads[pk] = _delegated_too(head, rights, scope, level) if scope else head
    found = tuple(head for head in heads.values() if head.here)
    return Roads(user, found if len(heads) <= FEW else None)


def _delegated_too(head: Head, rights: set[Right], scope: str, level: str) -> Head:
    """The head with one authorization more that was delegated, as far as the person holds the same at the partner."""
    found = {(at, common) for at, own in rights if at == scope and (common := lower(own, Level(level))) is not None}
    facts: dict[str, Any] = {"here": head.here | found, "below": head.below | found}
    return replace(head, **facts)
