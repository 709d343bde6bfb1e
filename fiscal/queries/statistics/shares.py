"""Parts of the takings: by payment method and by VAT rate. The two are not jointly distributed (design, part 5)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, Sum

from fiscal.choices import PaymentCategory
from fiscal.models import DayPayment, DayVat, TreePayment, TreeVat
from fiscal.queries.statistics.selection import Selection

ORDER = ("CARD", "CASH", "VOUCHER", "INVOICE", "OTHER", "UNMAPPED")


@dataclass
class Method:
    """A payment method as registers name it; cents."""

    name: str
    total: int
    before: int


@dataclass
class Category:
    """What payment methods mean, with the methods that mean it. `before`: in the days compared with."""

    category: PaymentCategory
    methods: list[Method] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(method.total for method in self.methods)

    @property
    def before(self) -> int:
        return sum(method.before for method in self.methods)


@dataclass(frozen=True)
class Rate:
    """Turnover at one VAT rate of one country; `rate` in hundredths of a percent or UNKNOWN_RATE."""

    code: str
    rate: int
    gross: int
    net: int
    tax: int
    before: int


@dataclass(frozen=True)
class CountryRates:
    """The VAT table of one country. Tables of two countries are never merged."""

    country_code: str
    rates: list[Rate]

    @property
    def gross(self) -> int:
        return sum(rate.gross for rate in self.rates)


def payments(selection: Selection) -> list[Category]:
    """By category, in a fixed order; those that nobody mapped stay visible. One query."""
    named: Any
    if selection.sums_kept:
        named = TreePayment.objects.values_list("category", "name")
    else:
        named = DayPayment.objects.values_list("method__category", "method__name")
    rows = named.filter(selection.rows(), selection.days()).order_by().annotate(**_both(selection, "total"))
    found: dict[str, Category] = {}
    for category, name, total, before in rows:
        if total or before:
            kept = found.setdefault(category, Category(PaymentCategory(category)))
            kept.methods.append(Method(name, total, before))
    for category in found.values():
        category.methods.sort(key=lambda method: (-method.total, method.name))
    return sorted(found.values(), key=lambda category: ORDER.index(category.category))


def vat(selection: Selection) -> list[CountryRates]:
    """By country, code and rate: the highest rate first. One query."""
    model: Any = TreeVat if selection.sums_kept else DayVat
    inside = Q(day__range=(selection.span.first, selection.span.last))
    rows = (
        model.objects.filter(selection.rows(), selection.days())
        .order_by()
        .values_list("country_code", "code", "rate")
        .annotate(**_both(selection, "gross"))
        .annotate(without=Sum("net", filter=inside, default=0), taxed=Sum("tax", filter=inside, default=0))
    )
    found: dict[str, list[Rate]] = defaultdict(list)
    for country, code, rate, gross, before, net, tax in rows:
        if gross or before or tax:
            found[country].append(Rate(code, rate, gross, net, tax, before))
    return [
        CountryRates(country, sorted(rates, key=lambda rate: (-rate.rate, rate.code)))
        for country, rates in sorted(found.items())
    ]


def _both(selection: Selection, column: str) -> dict[str, Sum]:
    """The sums of a column over the span, and over what it is compared with."""
    before = selection.before
    then = Q(day__range=(before.first, before.last)) if before else Q(pk__in=[])
    return {
        "now": Sum(column, filter=Q(day__range=(selection.span.first, selection.span.last)), default=0),
        "then": Sum(column, filter=then, default=0),
    }
