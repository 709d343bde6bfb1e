"""Where a person's grants lead, as conditions for the database.

Follows the guide "fiskaly Dashboard & Management API", heading "Difference in User Authorizations in Organizations and
Managed Organizations": people of an organization reach its managed organizations; people of a managed organization never
reach the parent, nor a sibling. A partner reaches an organization it provisioned only as far as that one delegated
(heading "Enterprise Customers").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet
from django.utils import timezone

from organizations.choices import Covers, Level, Scope
from organizations.models import Delegation, Grant, NamedGroupMember, Organization, Team, TeamMember, User, in_force

Pks = Sequence[int] | QuerySet[Any]
"""Primary keys of organizations: named one by one if they are few, else as a subquery."""


@dataclass(frozen=True)
class Starts:
    """The organizations that a person reaches one by one, and those whose managed organizations they reach too."""

    at: Pks
    below: Pks


def held(user: User | Team, at: datetime | None = None) -> QuerySet[Grant]:
    """The grants of a person that are in force, their own and those of their teams. None for who is not active.

    For a team: the grants that each of its members has through it.
    """
    at = at or timezone.now()
    if isinstance(user, Team):
        return Grant.objects.filter(in_force(at), team=user).order_by()
    if not user.is_active:
        return Grant.objects.none()
    teams = TeamMember.objects.filter(in_force(at), user=user).values("team")
    return Grant.objects.filter(in_force(at), Q(user=user) | Q(team__in=teams)).order_by()


def carrying(scope: Scope | OuterRef | None, level: Level, at: datetime, field: str) -> Q:
    """The condition on rights that hold `scope` (any, if None) at `level`; `field` leads from the row to the right.

    It has to stand in one `filter` with all else that is said of the same right.
    """
    levels = [Level.MANAGE] if level == Level.MANAGE else [Level.VIEW, Level.MANAGE]
    wanted = {f"{field}__level__in": levels} | ({f"{field}__scope": scope} if scope else {})
    return in_force(at, field) & Q(**wanted)


def places(user: User, scope: Scope | None = None, level: Level = Level.VIEW, at: datetime | None = None) -> Starts:
    """The same as subqueries: nothing is asked of the database yet, and what was revoked meanwhile is gone at once."""
    at = at or timezone.now()
    mine = held(user, at).filter(carrying(scope, level, at, "role__rights"))
    here = mine.exclude(covers=Covers.GROUP).values("organization")
    below = mine.filter(covers=Covers.BELOW).values("organization")
    in_groups = NamedGroupMember.objects.filter(
        in_force(at),
        Q(organization=F("group__organization")) | Q(organization__parent=F("group__organization")),
        group__in=mine.filter(covers=Covers.GROUP).values("group"),
    ).values("organization")
    delegated = delegating(user, at, scope, level)
    return Starts(at=here.union(in_groups, delegated), below=below.union(delegated))


def delegating(user: User, at: datetime, scope: Scope | None = None, level: Level = Level.VIEW) -> QuerySet[Any]:
    """Organizations that delegated `scope` to a partner at which the person holds the same.

    SECURITY: it must be one and the same authorization that the organization delegated and the person holds, each at
    the level asked for. The person's few grants come first, whatever others hold: a join over all grants of the partner
    took seconds.
    """
    levels = [Level.MANAGE] if level == Level.MANAGE else [Level.VIEW, Level.MANAGE]
    rows = Delegation.objects.filter(in_force(at), level__in=levels).order_by()

    def carried(which: Scope | OuterRef) -> QuerySet[Grant]:
        return held(user, at).filter(carrying(which, level, at, "role__rights"))

    if scope:
        return rows.filter(_of_partner(carried(scope), carried(scope), at), scope=scope).values("organization")
    mine, same = held(user, at), _of_partner(carried(OuterRef("scope")), carried(OuterRef(OuterRef("scope"))), at)
    return rows.filter(_of_partner(mine, mine, at), same).values("organization")


def _of_partner(everywhere: QuerySet[Grant], in_groups: QuerySet[Grant], at: datetime) -> Q:
    """The condition on delegations to a partner at which these grants stand: for all below it, or for a named group."""
    members = NamedGroupMember.objects.filter(
        in_force(at),
        organization__provisioned_by=F("group__organization"),
        group__in=in_groups.filter(covers=Covers.GROUP).values("group"),
    )
    below = everywhere.filter(covers=Covers.BELOW).values("organization")
    return Q(organization__provisioned_by__in=below) | Q(organization__in=members.values("organization"))


def in_reach(
    user: User,
    scope: Scope | None = None,
    level: Level = Level.VIEW,
    *,
    organization: str = "",
    starts: Starts | None = None,
    at: datetime | None = None,
) -> Q:
    """A condition on rows that belong to an organization the person reaches (with `scope` at `level`, if given).

    `organization` is the field that says whose a row is, '' where the rows are organizations. `starts` is what
    `roads(user).starts(...)` gave for the same scope and level, within the same request. `at` asks about the past.

    SECURITY: the same roads as `access_organization`, in one Q; a chain of filters over related tables would join them
    separately. Always asked of the database, so that what was withdrawn is gone at once.
    """
    if not user.is_active:
        return Q(pk__in=[])
    starts = starts or places(user, scope, level, at)
    own, parent = (organization, f"{organization}__parent") if organization else ("pk", "parent")
    return Q(**{f"{own}__in": starts.at}) | Q(**{f"{parent}__in": starts.below})


def reachable(
    user: User,
    scope: Scope | None = None,
    level: Level = Level.VIEW,
    *,
    starts: Starts | None = None,
    at: datetime | None = None,
) -> QuerySet[Organization]:
    """Every organization the person reaches (with `scope` at `level`, if given). For lists, switchers and names."""
    return Organization.objects.filter(in_reach(user, scope, level, starts=starts, at=at))
