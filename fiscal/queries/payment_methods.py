"""Payment methods as registers name them, with what they were worth lately: the mapping page."""

from __future__ import annotations

from collections import Counter
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
    """How many other methods have this name, however it is written."""


@dataclass(frozen=True)
class MethodList:
    """Unmapped ones first, then by turnover. `since`: the first day of the sums."""

    rows: Sequence[MethodRow]
    unmapped: int
    unmapped_share: float | None
    total: int
    since: date


def payment_methods(reach: Reach, *, page: int = 1, size: int | None = None) -> MethodList:
    """Methods of all registers in use at the organization reached and those it manages; all of them without `size`.

    Raises NotAuthorized.
    """
    reach.require(Scope.TRANSACTIONS)
    since = timezone.localdate() - timedelta(days=SHOWN_DAYS - 1)
    found = PaymentMethod.objects.filter(reach.tree("register__organization"), register__gone_at=None)
    methods = list(found.select_related("register__organization"))
    sums = _sums(reach, since)
    totals: Counter[str] = Counter()
    for method in methods:
        totals[method.register.currency] += abs(sums.get(method.pk, 0))
    names = Counter(folded(method.name) for method in methods)
    methods.sort(
        key=lambda each: (each.category != PaymentCategory.UNMAPPED, -abs(sums.get(each.pk, 0)), each.name, each.pk)
    )
    unmapped = [method for method in methods if method.category == PaymentCategory.UNMAPPED]
    size = size or max(1, len(methods))
    page = max(1, min(page, -(-len(methods) // size)))
    return MethodList(
        rows=[
            _row(method, sums.get(method.pk, 0), totals[method.register.currency], names[folded(method.name)] - 1)
            for method in methods[(page - 1) * size : page * size]
        ],
        unmapped=len(unmapped),
        unmapped_share=_share(sum(abs(sums.get(method.pk, 0)) for method in unmapped), sum(totals.values())),
        total=len(methods),
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
