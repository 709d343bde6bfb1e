"""Payment methods as registers name them, with what they were worth lately: the mapping page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from fiscal.choices import PaymentCategory
from fiscal.models import DayPayment, PaymentMethod
from fiscal.queries.registers import SHOWN_DAYS
from organizations.access import Reach
from organizations.choices import Scope

MOST = 1000
"""Methods on one page; beyond that the page says so and asks to go to one organization."""


@dataclass(frozen=True)
class MethodRow:
    """One method of one register. `share` is of the currency's turnover in the last 92 days, in percent; None: no sales."""

    method_id: int
    register_id: UUID
    register: str
    organization_id: UUID
    organization: str
    name: str
    category: str
    total: int
    currency: str
    share: float | None
    same_name: int
    """How many other methods on the page have this name, however it is written."""


@dataclass(frozen=True)
class MethodList:
    """Unmapped ones first, then by turnover. `since`: the first day of the sums."""

    rows: Sequence[MethodRow]
    unmapped: int
    unmapped_share: float | None
    total: int
    since: date


def payment_methods(reach: Reach) -> MethodList:
    """Methods of all registers in use at the organization reached and those it manages. Raises NotAuthorized."""
    reach.require(Scope.TRANSACTIONS)
    since = timezone.localdate() - timedelta(days=SHOWN_DAYS - 1)
    found = PaymentMethod.objects.filter(reach.tree("register__organization"), register__gone_at=None)
    methods = list(found.select_related("register__organization").order_by("name", "pk")[:MOST])
    sums = _sums(reach, since)
    totals: dict[str, int] = defaultdict(int)
    for method in methods:
        totals[method.register.currency] += abs(sums.get(method.pk, 0))
    names: dict[str, int] = defaultdict(int)
    for method in methods:
        names[folded(method.name)] += 1
    rows = [
        _row(method, sums.get(method.pk, 0), totals[method.register.currency], names[folded(method.name)] - 1)
        for method in methods
    ]
    rows.sort(key=lambda row: (row.category != PaymentCategory.UNMAPPED, -abs(row.total), row.name, row.method_id))
    open_rows = [row for row in rows if row.category == PaymentCategory.UNMAPPED]
    return MethodList(
        rows=rows,
        unmapped=len(open_rows),
        unmapped_share=_share(sum(abs(row.total) for row in open_rows), sum(totals.values())),
        total=found.count() if len(methods) == MOST else len(methods),
        since=since,
    )


def folded(name: str) -> str:
    """How names are compared: they are free text, inconsistently cased (contract "Kassandro", heading 5)."""
    return " ".join(name.casefold().split())


def _sums(reach: Reach, since: date) -> dict[int, int]:
    """What each method was worth, in cents, at the organizations reached."""
    rows = DayPayment.objects.filter(reach.tree(), day__gte=since).values_list("method")
    return dict(rows.annotate(total=Sum("total")).order_by())


def _row(method: PaymentMethod, total: int, of: int, same_name: int) -> MethodRow:
    register = method.register
    return MethodRow(
        method_id=method.pk,
        register_id=register.public_id,
        register=register.name,
        organization_id=register.organization.public_id,
        organization=str(register.organization),
        name=method.name,
        category=method.category,
        total=total,
        currency=register.currency,
        share=_share(abs(total), of),
        same_name=same_name,
    )


def _share(part: int, of: int) -> float | None:
    return round(100 * part / of, 1) if of else None
