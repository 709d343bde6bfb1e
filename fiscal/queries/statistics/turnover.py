"""Takings per day by kind: what is turnover, what is counted apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Sum

from fiscal.choices import ReceiptKind
from fiscal.models import DayTotal, TreeTotal
from fiscal.queries.statistics.selection import Selection
from fiscal.statistics.turnover import CANCELLATIONS, RETURNS, SALES


@dataclass
class Figures:
    """Sums of a day or more: counts, and cents with the sign that counts. `apart`: what is no turnover, by kind."""

    sales_count: int = 0
    sales: int = 0
    voids_count: int = 0
    voids: int = 0
    returns_count: int = 0
    returns: int = 0
    uncollected: int = 0
    apart: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def net(self) -> int:
        """Net turnover: sales less voids (storno) and returns."""
        return self.sales + self.voids + self.returns

    @property
    def basket(self) -> int | None:
        """The average sale in cents, rounded half up; None without sales."""
        if not self.sales_count:
            return None
        return (2 * self.sales + self.sales_count) // (2 * self.sales_count)

    def take(self, kind: str, count: int, total: int, uncollected: int) -> None:
        """Add one kind's sums."""
        name = _column(kind)
        if name is None:
            known_count, known_total = self.apart.get(kind, (0, 0))
            self.apart[kind] = (known_count + count, known_total + total)
            return
        setattr(self, f"{name}_count", getattr(self, f"{name}_count") + count)
        setattr(self, name, getattr(self, name) + total)
        self.uncollected += uncollected

    def add(self, other: Figures) -> None:
        for name in ("sales_count", "sales", "voids_count", "voids", "returns_count", "returns", "uncollected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for kind, (count, total) in other.apart.items():
            known_count, known_total = self.apart.get(kind, (0, 0))
            self.apart[kind] = (known_count + count, known_total + total)


ByDay = dict[date, Figures]


def _column(kind: str) -> str | None:
    if kind in SALES:
        return "sales"
    if kind in CANCELLATIONS:
        return "voids"
    return "returns" if kind in RETURNS else None


def takings(selection: Selection) -> dict[str, ByDay]:
    """By currency and day, of the span and of what it is compared with. One query."""
    model = TreeTotal if selection.sums_kept else DayTotal
    rows = (
        model.objects.filter(selection.rows(), selection.days())
        .order_by()
        .values_list("currency", "day", "kind")
        .annotate(n=Sum("count"), cents=Sum("total"), open=Sum("uncollected"))
    )
    found: dict[str, ByDay] = defaultdict(lambda: defaultdict(Figures))
    for currency, day, kind, count, total, uncollected in rows:
        found[currency][day].take(ReceiptKind(kind), count, total, uncollected)
    return {currency: dict(days) for currency, days in found.items()}


def summed(figures: list[Figures]) -> Figures:
    """All of them together."""
    total = Figures()
    for each in figures:
        total.add(each)
    return total
