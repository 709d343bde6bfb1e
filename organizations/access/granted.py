"""What the grants of somebody say, in force or supposed: read as rows, now or in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from organizations.access.held import held
from organizations.access.rights import NOTHING, Right, both, lower
from organizations.choices import Covers, Level, Scope
from organizations.models import Grant, NamedGroupMember, Team, User, in_force


@dataclass(frozen=True)
class Supposed:
    """A grant that nobody has given (yet), to ask where it would lead."""

    organization: int
    covers: Covers
    group: int | None
    rights: frozenset[Right]


class Granted:
    """What grants say, by the organization they stand at. Made by `granted_to`."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self.too_many = False
        """Whether there was more to read than `most` organizations explain; what was read then counts as nothing."""
        self.direct: dict[int, frozenset[Right]] = defaultdict(frozenset)
        """What holds at organizations themselves, by grants there and by named groups."""
        self.below: dict[int, frozenset[Right]] = defaultdict(frozenset)
        """What holds at everything that an organization manages, and at what those it provisioned delegated."""
        self.delegated_in_groups: dict[int, frozenset[Right]] = defaultdict(frozenset)
        """What a named group of the partner gives, as far as the organization delegated the same."""
        self._groups: dict[int, frozenset[Right]] = defaultdict(frozenset)

    def delegated(self, organization: int, partner: int | None, scope: str, level: str) -> frozenset[Right]:
        """What one delegation of an organization to its partner lets through, of what holds there."""
        rights = both(self.below.get(partner or 0, NOTHING), self.delegated_in_groups.get(organization, NOTHING))
        return frozenset(
            (at, common) for at, own in rights if at == scope and (common := lower(own, Level(level))) is not None
        )

    def read(self, grants: QuerySet[Grant], at: datetime) -> None:
        """Take in what these grants say at `at`."""
        facts = ("organization", "covers", "group", "role__rights__scope", "role__rights__level")
        rows = grants.filter(in_force(at, "role__rights")).values_list(*facts)
        for organization, reaches, group, scope, level in self._bounded(rows, len(Scope)):
            self.take(organization, reaches, group, frozenset({(Scope(scope), Level(level))}))

    def take(self, organization: int, reaches: str, group: int | None, rights: frozenset[Right]) -> None:
        """Take in one grant."""
        if reaches == Covers.GROUP and group:
            self._groups[group] |= rights
            return
        self.direct[organization] |= rights
        if reaches == Covers.BELOW:
            self.below[organization] |= rights

    def read_members(self, at: datetime) -> None:
        """Take in where the named groups lead; to be called once, after all grants."""
        if not self._groups:
            return
        rows = NamedGroupMember.objects.filter(in_force(at), group__in=self._groups).values_list(
            "group", "organization", "group__organization", "organization__parent", "organization__provisioned_by"
        )
        for group, organization, owner, parent, partner in self._bounded(rows, 1):
            if owner in {organization, parent}:
                self.direct[organization] = both(self.direct[organization], self._groups[group])
            elif owner == partner:
                given = both(self.delegated_in_groups[organization], self._groups[group])
                self.delegated_in_groups[organization] = given

    def _bounded(self, rows: QuerySet[Any, Any], each: int) -> Iterable[Any]:
        """At most `most` times `each` rows."""
        if self.most is None:
            return rows
        found = list(rows[: self.most * each + 1])
        self.too_many = self.too_many or len(found) > self.most * each
        return found


def granted_to(
    holder: User | Team | None,
    at: datetime,
    *,
    most: int | None = None,
    also: Supposed | None = None,
    without: int | None = None,
) -> Granted:
    """What the grants of a person say at `at`, or those that a team gives each of its members.

    `also` is a grant taken to exist, `without` (a primary key) one taken not to: so one can ask what a grant would
    change. SECURITY: who is not active holds nothing, whatever is supposed.
    """
    granted = Granted(most)
    if isinstance(holder, User) and not holder.is_active:
        return granted
    if holder:
        granted.read(held(holder, at).exclude(pk=without) if without else held(holder, at), at)
    if also:
        granted.take(also.organization, also.covers, also.group, also.rights)
    granted.read_members(at)
    return granted
