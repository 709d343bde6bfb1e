"""What we hold of days of one register: their state, and figures as a file would tell them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from fiscal.choices import ReceiptKind
from fiscal.models import DayArticle, DayPayment, DayTotal, DayVat, FillDay, Register
from fiscal.statistics.files.content import KindSum, Sold, VatSum
from fiscal.statistics.turnover import TURNOVER


@dataclass
class Held:
    """One day as it is now. `state` is '' if it is not filled."""

    state: str = ""
    source: str = ""
    receipts: int = 0
    as_of: datetime | None = None
    kinds: dict[ReceiptKind, KindSum] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    vat: dict[tuple[str, int], VatSum] = field(default_factory=dict)
    articles: dict[str, Sold] = field(default_factory=dict)

    @property
    def net(self) -> int:
        """Net turnover in cents."""
        return sum(one.total for kind, one in self.kinds.items() if kind in TURNOVER)

    @property
    def counts(self) -> dict[ReceiptKind, int]:
        return {kind: one.number for kind, one in self.kinds.items() if one.number}


def held_days(register: Register, days: Collection[date]) -> dict[date, Held]:
    """Every one of these days, in five queries."""
    found: dict[date, Held] = defaultdict(Held)
    if not days:
        return found
    here = {"register": register, "day__range": (min(days), max(days))}
    for row in FillDay.objects.filter(**here):
        found[row.day].state, found[row.day].source = row.state, row.source
        found[row.day].receipts, found[row.day].as_of = row.receipts, row.as_of
    for total in DayTotal.objects.filter(**here):
        found[total.day].kinds[ReceiptKind(total.kind)] = KindSum(total.count, total.total, total.uncollected)
    for payment in DayPayment.objects.filter(**here).select_related("method"):
        found[payment.day].payments[payment.method.name] = payment.total
    for vat in DayVat.objects.filter(**here):
        found[vat.day].vat[vat.code, vat.rate] = VatSum(vat.gross, vat.net, vat.tax)
    for article in DayArticle.objects.filter(**here):
        found[article.day].articles[article.name] = Sold(article.quantity, article.total)
    return found
