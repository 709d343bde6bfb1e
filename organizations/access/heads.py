"""The organizations that somebody's roads start at, with what holds there: read as rows, now, in the past or supposed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet

from organizations.access.held import held
from organizations.access.rights import Right, lower
from organizations.choices import Covers, Level, Scope
from organizations.models import Grant, NamedGroupMember, Organization, Team, User, in_force, shown_name


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
class Supposed:
    """A grant that nobody has given (yet), to ask where it would lead."""

    organization: int
    covers: Covers
    group: int | None
    rights: frozenset[Right]


class _Held:
    """What a person's grants say, by the organization they stand at."""

    def __init__(self, most: int | None) -> None:
        self.here: dict[int, set[Right]] = defaultdict(set)
        self.below: dict[int, set[Right]] = defaultdict(set)
        self.groups: dict[int, set[Right]] = defaultdict(set)
        self.most = most
        self.too_many = False

    def _bounded(self, rows: QuerySet[Any, Any], each: int) -> Iterable[Any]:
        """At most `most` times `each` rows; where there are more, what they say is not complete and counts as nothing."""
        if self.most is None:
            return rows
        found = list(rows[: self.most * each + 1])
        self.too_many = self.too_many or len(found) > self.most * each
        return found

    def read(self, grants: QuerySet[Grant], at: datetime) -> None:
        """What these grants say at `at`."""
        facts = ("organization", "covers", "group", "role__rights__scope", "role__rights__level")
        rows = grants.filter(in_force(at, "role__rights")).values_list(*facts)
        for organization, reaches, group, scope, level in self._bounded(rows, len(Scope)):
            self.take(organization, reaches, group, {(Scope(scope), Level(level))})

    def take(self, organization: int, reaches: str, group: int | None, rights: Iterable[Right]) -> None:
        if reaches == Covers.GROUP and group:
            self.groups[group].update(rights)
            return
        self.here[organization].update(rights)
        if reaches == Covers.BELOW:
            self.below[organization].update(rights)

    def members(self, at: datetime) -> tuple[dict[int, set[Right]], dict[int, set[Right]]]:
        """What the named groups give: at organizations themselves, and to what is delegated to their partner."""
        own: dict[int, set[Right]] = defaultdict(set)
        delegated: dict[int, set[Right]] = defaultdict(set)
        if self.groups:
            rows = NamedGroupMember.objects.filter(in_force(at), group__in=self.groups).values_list(
                "group", "organization", "group__organization", "organization__parent", "organization__provisioned_by"
            )
            for group, organization, owner, parent, partner in self._bounded(rows, 1):
                if owner in {organization, parent}:
                    own[organization] |= self.groups[group]
                elif owner == partner:
                    delegated[organization] |= self.groups[group]
        return own, delegated


def heads_of(
    holder: User | Team | None,
    at: datetime,
    *,
    most: int | None = None,
    also: Supposed | None = None,
    without: int | None = None,
) -> tuple[Head, ...] | None:
    """Where the roads of a person (or of a team's grants alone) start at `at`, in the order of their names.

    None where they are more than `most`. `also` is a grant taken to exist, `without` (a primary key) one taken not to:
    so one can ask what a grant would change. SECURITY: who is not active has no roads, whatever is supposed.
    """
    if isinstance(holder, User) and not holder.is_active:
        return ()
    granted = _Held(most)
    if holder:
        granted.read(held(holder, at).exclude(pk=without) if without else held(holder, at), at)
    if also:
        granted.take(also.organization, also.covers, also.group, also.rights)
    own, from_group = granted.members(at)
    direct = {pk: granted.here.get(pk, set()) | own.get(pk, set()) for pk in granted.here.keys() | own.keys()}
    if granted.too_many or (most is not None and max(len(direct), len(from_group)) > most):
        return None
    heads: dict[int, Head] = {}
    for row in _rows(direct, granted.below, from_group, at):
        head = heads.get(row.pk) or row.head(direct.get(row.pk, ()), granted.below.get(row.pk, ()))
        rights = granted.below.get(row.partner or 0, set()) | from_group.get(row.pk, set())
        heads[row.pk] = _delegated_too(head, rights, row.scope, row.level) if row.scope and row.level else head
        if most is not None and len(heads) > most:
            return None
    return tuple(head for head in heads.values() if head.here)


class _Row(NamedTuple):
    """An organization that roads start at, with one authorization that it delegates, if any."""

    pk: int
    public_id: UUID
    parent: int | None
    name: str
    retired_at: datetime | None
    partner: int | None
    scope: str | None
    level: str | None

    def head(self, here: Iterable[Right], below: Iterable[Right]) -> Head:
        retired = self.retired_at is not None
        own, under = frozenset(here), frozenset(below)
        return Head(self.pk, self.public_id, self.parent, self.name, retired, own, under, delegated=not own)


def _rows(direct: Iterable[int], below: Iterable[int], from_group: Iterable[int], at: datetime) -> Iterator[_Row]:
    given = FilteredRelation("delegations", condition=in_force(at, "delegations"))
    partners = Q(provisioned_by__in=list(below)) | Q(pk__in=list(from_group))
    rows = (
        Organization.objects.annotate(given=given)
        .filter(Q(pk__in=list(direct)) | (partners & Q(given__isnull=False)))
        .order_by(shown_name(), "pk")
    )
    facts = ("pk", "public_id", "parent_id", shown_name(), "retired_at", "provisioned_by")
    for values in rows.values_list(*facts, F("given__scope"), F("given__level")).iterator(1000):
        yield _Row(*values)


def _delegated_too(head: Head, rights: set[Right], scope: str, level: str) -> Head:
    """The head with one authorization more that was delegated, as far as the person holds the same at the partner."""
    found = {(at, common) for at, own in rights if at == scope and (common := lower(own, Level(level))) is not None}
    return replace(head, here=head.here | found, below=head.below | found)
