"""What the work list says about the reading of sales: days that stay incomplete, sources that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Min

from fiscal.choices import FillState
from fiscal.models import FillDay
from fiscal.statistics.plan import ALARM_AFTER
from organizations.access import in_reach
from organizations.choices import Level, Scope
from organizations.models import User


@dataclass(frozen=True)
class IncompleteRegister:
    """A register with days on which the provider's count and its receipts have disagreed for more than three days."""

    register_id: UUID
    register: str
    organization_id: UUID
    organization: str
    days: int
    first_day: date
    since: datetime


def long_incomplete(user: User, *, now: datetime) -> list[IncompleteRegister]:
    """Those in reach of a person who may manage integrations there, the longest waiting first (fault F64)."""
    mine = in_reach(user, Scope.INTEGRATIONS, Level.MANAGE, organization="register__organization")
    rows = FillDay.objects.filter(mine, state=FillState.INCOMPLETE, incomplete_since__lt=now - ALARM_AFTER)
    columns = ("register__public_id", "register__name", "register__organization__public_id")
    named = rows.values_list(*columns, "register__organization__name")
    found = named.annotate(n=Count("pk"), first=Min("day"), since=Min("incomplete_since")).order_by("since")
    return [IncompleteRegister(*row) for row in found]
