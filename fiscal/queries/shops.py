"""Shops of an organization and of those it manages, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from fiscal.models import Shop
from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import shown_name

SHOP_SORTS = ("name", "number", "organization")


@dataclass(frozen=True)
class ShopFilters:
    """One state of the list; `closed` shows the closed ones instead."""

    q: str = ""
    closed: bool = False
    sort: str = "name"


@dataclass(frozen=True)
class ShopRow:
    """One shop. `registers` stand there now."""

    shop_id: UUID
    organization_id: UUID
    organization: str
    name: str
    number: str
    address: str
    registers: int
    closed_at: datetime | None


@dataclass(frozen=True)
class ShopList:
    """One page with its counts."""

    rows: Sequence[ShopRow]
    total: int
    open: int
    closed: int
    counted_at: datetime


def list_shops(reach: Reach, filters: ShopFilters, *, page: int = 1, size: int = 50) -> ShopList:
    """Shops of the organization reached and of those it manages. Raises NotAuthorized."""
    reach.require(Scope.CLIENTS)
    found = Shop.objects.filter(reach.tree(Scope.CLIENTS))
    if q := filters.q:
        named = Q(name__icontains=q) | Q(number__icontains=q) | Q(address__icontains=q)
        found = found.filter(named | Q(organization__name__icontains=q) | Q(organization__display_name__icontains=q))
    counts = found.aggregate(
        open=Count("pk", filter=Q(closed_at=None)), closed=Count("pk", filter=Q(closed_at__isnull=False))
    )
    total = counts["closed" if filters.closed else "open"]
    page = max(1, min(page, -(-total // size)))
    column = {"number": "number", "organization": "shown"}.get(filters.sort.lstrip("-"), "name")
    order = F(column).desc() if filters.sort.startswith("-") else F(column).asc()
    rows = _joined(found.filter(closed_at__isnull=not filters.closed)).order_by(order, "name", "pk")
    return ShopList(
        rows=[_row(row) for row in rows[(page - 1) * size : page * size]],
        total=total,
        open=counts["open"],
        closed=counts["closed"],
        counted_at=timezone.now(),
    )


def shop_facts(reach: Reach, shop_id: UUID) -> ShopRow | None:
    """One shop of the tree reached; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.CLIENTS)
    row = _joined(Shop.objects.filter(reach.tree(Scope.CLIENTS), public_id=shop_id)).first()
    return _row(row) if row else None


def open_shops(reach: Reach) -> list[tuple[UUID, str]]:
    """Open shops of the tree reached by id, with the organization where it is another one."""
    reach.require(Scope.CLIENTS)
    rows = Shop.objects.filter(reach.tree(Scope.CLIENTS), closed_at=None).select_related("organization")
    own = reach.organization.pk
    return [(row.public_id, str(row) if row.organization_id == own else f"{row}, {row.organization}") for row in rows]


def _joined(found: QuerySet[Shop]) -> QuerySet[Shop]:
    here = Q(placements__until_day=None, placements__register__gone_at=None)
    return found.select_related("organization").annotate(
        shown=shown_name("organization__"), standing=Count("placements", filter=here)
    )


def _row(row: Shop) -> ShopRow:
    return ShopRow(
        shop_id=row.public_id,
        organization_id=row.organization.public_id,
        organization=str(row.organization),
        name=row.name,
        number=row.number,
        address=row.address,
        registers=row.standing,  # type: ignore[attr-defined]
        closed_at=row.closed_at,
    )
