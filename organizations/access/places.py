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

from organizations.access.held import carrying, held
from organizations.choices import Covers, Level, Scope
from organizations.models import Delegation, Grant, NamedGroupMember, User, in_force

Pks = Sequence[int] | QuerySet[Any]
"""Primary keys of organizations: named one by one if they are few, else as a subquery."""


@dataclass(frozen=True)
class Starts:
    """The organizations that a person reaches one by one, and those whose managed organizations they reach too."""

    at: Pks
    below: Pks

    def rows(self, organization: str = "") -> Q:
        """The condition on rows that belong to one of them; `organization` is the field that says whose a row is.

        SECURITY: in one Q; a chain of filters over related tables would join them separately.
        """
        own, parent = (organization, f"{organization}__parent") if organization else ("pk", "parent")
        return Q(**{f"{own}__in": self.at}) | Q(**{f"{parent}__in": self.below})


def places(user: User, scope: Scope | None, level: Level, at: datetime) -> Starts:
    """Where the person's roads with `scope` (any, if None) at `level` start, as subqueries, however many they are.

    Nothing is asked of the database yet. Putting these subqueries together takes far longer than asking for a few rows:
    `roads` is what pages want.
    """
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
