"""Payment methods as registers name them, with what they were worth lately: the mapping page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from fiscal.choices import PaymentCategory
from fiscal.models import DayPayment, PaymentMethod
from fiscal.queries.registers import SHOWN_DAYS
from organizations.access import Reach
from organizations.choices import Scope

UNMAPPED = PaymentCategory.UNMAPPED


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


class MethodName(NamedTuple):
    """A method without anything around it, to go through thousands of them."""

    method_id: int
    name: str
    category: str
    currency: str


def payment_methods(reach: Reach, *, page: int = 1, size: int = 50) -> MethodList:
    """Methods of all registers in use, as used at the organization reached and those it manages. Raises NotAuthorized."""
    since = timezone.localdate() - timedelta(days=SHOWN_DAYS - 1)
    found, sums = method_names(reach), _sums(reach, since)
    totals: Counter[str] = Counter()
    for each in found:
        totals[each.currency] += abs(sums.get(each.method_id, 0))
    names = Counter(folded(each.name) for each in found)
    found.sort(
        key=lambda each: (each.category != UNMAPPED, -abs(sums.get(each.method_id, 0)), each.name, each.method_id)
    )
    unmapped = [each.method_id for each in found if each.category == UNMAPPED]
    page = max(1, min(page, -(-len(found) // size)))
    ids = [each.method_id for each in found[(page - 1) * size : page * size]]
    methods = PaymentMethod.objects.select_related("register", "organization").in_bulk(ids)
    return MethodList(
        rows=[
            _row(method, sums.get(pk, 0), totals[method.register.currency], names[folded(method.name)] - 1)
            for pk, method in ((pk, methods[pk]) for pk in ids if pk in methods)
        ],
        unmapped=len(unmapped),
        unmapped_share=_share(sum(abs(sums.get(pk, 0)) for pk in unmapped), sum(totals.values())),
        total=len(found),
        since=since,
    )


def method_names(reach: Reach) -> list[MethodName]:
    """All of these methods. Raises NotAuthorized."""
    reach.require(Scope.TRANSACTIONS)
    found = PaymentMethod.objects.filter(reach.tree(Scope.TRANSACTIONS), register__gone_at=None).order_by()
    return [MethodName(*values) for values in found.values_list("pk", "name", "category", "register__currency")]


def folded(name: str) -> str:
    """How names are compared: they are free text, inconsistently cased (contract "Kassandro", heading 5)."""
    return " ".join(name.casefold().split())


def _sums(reach: Reach, since: date) -> dict[int, int]:
    """What each method was worth, in cents, at the organizations reached."""
    rows = DayPayment.objects.filter(reach.tree(Scope.TRANSACTIONS), day__gte=since).values_list("method")
    return dict(rows.annotate(total=Sum("total")).order_by())


def _row(method: PaymentMethod, total: int, of: int, same_name: int) -> MethodRow:
    register = method.register
    return MethodRow(
        method_id=method.pk,
        register_id=register.public_id,
        register=register.name,
        organization_id=method.organization.public_id,
        organization=str(method.organization),
        name=method.name,
        category=method.category,
        total=total,
        currency=register.currency,
        share=_share(abs(total), of),
        same_name=same_name,
    )


def _share(part: int, of: int) -> float | None:
    return round(100 * part / of, 1) if of else None
