"""Which days of a register a person may be told of: those since it last stood outside of their reach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, OuterRef, Q, Subquery, Value

from fiscal.models import Placement
from fiscal.queries.statistics.selection import standing
from organizations.access import reachable
from organizations.choices import Scope
from organizations.models import User


def last_elsewhere(user: User | None) -> Any:
    """An annotation of registers: the last day on which they stood out of the person's reach; None if they never did.

    SECURITY: counts and moments up to that day are those of whoever had the register then. The system, None, may know all.
    """
    if user is None:
        return Value(None, output_field=DateField())
    ended = Placement.objects.filter(register=OuterRef("pk"), until_day__isnull=False)
    elsewhere = ended.exclude(organization__in=reachable(user, Scope.CLIENTS).values("pk"))
    return Subquery(elsewhere.order_by("-until_day").values("until_day")[:1])


def since_then(last: date | None) -> date | None:
    """The first day that may be told of; None: all may."""
    return last + timedelta(days=1) if last else None


def days_of_others(since: dict[int, date]) -> Q:
    """Rows of days of these registers that are not to be told of."""
    found = Q(pk__in=[])
    for register, day in since.items():
        found |= Q(register=register, day__lt=day)
    return found


def stood_here(here: Callable[[str], Q]) -> Q:
    """Rows of days of registers that stand here, and stood here on that day as well.

    `here` says of a field that leads to an organization whether that is one of those meant.
    """
    return (
        here("register__organization") & standing("register__placements__") & here("register__placements__organization")
    )
