"""Branches side by side on one scale: the organizations of a selection, most takings first, twelve to a page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, Sum

from fiscal.choices import FillState
from fiscal.models import DayTotal, FillDay
from fiscal.queries.statistics.selection import Selection, standing
from fiscal.queries.statistics.standing import Seller, Standing
from fiscal.statistics.turnover import TURNOVER
from organizations.models import Organization

SIZE = 12
RANKED = 500
"""Up to so many are ranked by takings; of more a page goes by name, so that its cost does not grow with them."""


@dataclass
class Branch:
    """One organization: cents per day, and the register days that were filled."""

    public_id: UUID
    name: str
    country_code: str
    days: dict[date, int] = field(default_factory=dict)
    before: dict[date, int] = field(default_factory=dict)
    filled: dict[date, int] = field(default_factory=dict)
    """Registers read to their end, by day."""
    trouble: dict[date, int] = field(default_factory=dict)
    """Registers whose count and rows disagree, by day."""

    @property
    def total(self) -> int:
        return sum(self.days.values())


@dataclass(frozen=True)
class BranchPage:
    """One page of `count` organizations; `ranked`: most takings first, else by name."""

    branches: list[Branch]
    count: int
    page: int
    ranked: bool
    size: int = SIZE


def branches(selection: Selection, stands: Standing, page: int = 1) -> BranchPage | None:
    """None where there is only one organization to show. Three queries, however many branches there are."""
    if len(stands.sellers) < 2:
        return None
    begin = (page - 1) * SIZE
    if ranked := stands.all_read and len(stands.sellers) <= RANKED:
        takings = _takings(selection)
        order = sorted(stands.sellers, key=lambda seller: (-takings.get(seller.pk, 0), seller.name, seller.pk))
        count, shown = len(order), order[begin : begin + SIZE]
    else:
        known = Organization.objects.filter(selection.place.organizations()).order_by("name", "pk")
        count = known.count()
        shown = [Seller(row.pk, row.public_id, str(row), row.country_code) for row in known[begin : begin + SIZE]]
    found = {seller.pk: Branch(seller.public_id, seller.name, seller.country_code) for seller in shown}
    _fill_in(selection, found)
    return BranchPage(list(found.values()), count, page, ranked=ranked)


def _takings(selection: Selection) -> dict[int, int]:
    """Cents of each organization over the span."""
    return dict(
        DayTotal.objects.filter(
            selection.day_rows(), kind__in=TURNOVER, day__range=(selection.span.first, selection.span.last)
        )
        .order_by()
        .values_list("organization_id")
        .annotate(cents=Sum("total"))
    )


def _fill_in(selection: Selection, found: dict[int, Branch]) -> None:
    """Takings and fill by day of the few branches of a page."""
    rows = (
        DayTotal.objects.filter(selection.days(), selection.day_rows(), organization__in=found, kind__in=TURNOVER)
        .order_by()
        .values_list("organization_id", "day")
        .annotate(cents=Sum("total"))
    )
    for pk, day, cents in rows:
        (found[pk].days if day in selection.span else found[pk].before)[day] = cents
    prefix = "register__placements__"
    read = (
        FillDay.objects.filter(selection.days(), standing(prefix, organization__in=list(found)))
        .order_by()
        .values_list(f"{prefix}organization_id", "day")
        .annotate(done=Count("pk"), bad=Count("pk", filter=Q(state=FillState.INCOMPLETE)))
    )
    counts: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for pk, day, done, bad in read:
        counts[pk].append((day, done, bad))
    for pk, days in counts.items():
        found[pk].filled = {day: done for day, done, _bad in days}
        found[pk].trouble = {day: bad for day, _done, bad in days if bad}
