"""The grants that a person has, as rows and as conditions on their rights."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from organizations.choices import Level, Scope
from organizations.models import Grant, Team, TeamMember, User, in_force


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
