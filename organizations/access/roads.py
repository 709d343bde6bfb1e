"""Where all roads of one person start, and the condition on rows that they lead to. A page that is read asks once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from organizations.access.heads import Head, heads_of
from organizations.access.held import held
from organizations.access.places import Starts, delegating, places
from organizations.access.rights import Right, covers
from organizations.choices import Level, Scope
from organizations.models import Organization, User

FEW = 200


@dataclass(frozen=True)
class Roads:
    """All roads of one person."""

    user: User
    heads: tuple[Head, ...] | None
    """In the order of their names, as the database sorts; None where they are more than FEW."""

    def starts(self, scope: Scope | None = None, level: Level = Level.VIEW) -> Starts:
        """Where those start that lead with `scope` (any, if None) at `level`."""
        if self.heads is None:
            return places(self.user, scope, level, timezone.now())
        return Starts(
            at=[head.pk for head in self.heads if _holds(head.here, scope, level)],
            below=[head.pk for head in self.heads if _holds(head.below, scope, level)],
        )

    def reached(self, scope: Scope, parents: Mapping[int, int | None], level: Level = Level.VIEW) -> set[int]:
        """Those of these organizations, named with their parents, that a road with this scope at this level leads to."""
        starts = self.starts(scope, level)
        if self.heads is None:
            found = Organization.objects.filter(starts.rows(), pk__in=parents)
            return set(found.values_list("pk", flat=True))
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


_read: ContextVar[dict[int, Roads] | None] = ContextVar("roads that were read", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Within it, the roads of each person are read once, when first asked for.

    SECURITY: for a request that changes nothing, and for no longer: what was withdrawn is gone with the next one.
    """
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def roads(user: User) -> Roads:
    """All roads of one person, now. Two small queries (three with named groups), however many organizations they lead to."""
    read = _read.get()
    if read is None:
        return _roads(user)
    if user.pk not in read:
        read[user.pk] = _roads(user)
    return read[user.pk]


def _roads(user: User) -> Roads:
    return Roads(user, heads_of(user, timezone.now(), most=FEW))


def in_reach(
    user: User,
    scope: Scope | None = None,
    level: Level = Level.VIEW,
    *,
    organization: str = "",
) -> Q:
    """A condition on rows that belong to an organization the person reaches (with `scope` at `level`, if given).

    `organization` is the field that says whose a row is, '' where the rows are organizations.

    SECURITY: the same roads as `access_organization`.
    """
    return roads(user).starts(scope, level).rows(organization)


def reachable(user: User, scope: Scope | None = None, level: Level = Level.VIEW) -> QuerySet[Organization]:
    """Every organization the person reaches (with `scope` at `level`, if given). For lists, switchers and names."""
    return Organization.objects.filter(in_reach(user, scope, level))
