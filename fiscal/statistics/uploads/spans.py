"""Sums over a span, as “Esporta statistiche” has them, against the sum of what we hold of its days."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Sum

from fiscal.models import DayArticle, DayPayment, DayVat, Register
from fiscal.statistics.files.content import SpanFacts
from fiscal.statistics.files.headers import folded
from fiscal.statistics.uploads.plan import Detail
from fiscal.statistics.windows import Span


class SpanLine(NamedTuple):
    """One payment method, VAT rate or article. Cents; of articles thousandths of quantity. `held`: None if unknown here."""

    detail: Detail
    name: str
    told: int
    held: int | None

    @property
    def agrees(self) -> bool:
        return self.told == self.held


def compare_span(register: Register, facts: SpanFacts, span: Span) -> list[SpanLine]:
    """All that the file sums up over the span. Nothing of it is stored: nobody can say how it spreads over the days."""
    here = {"register": register, "day__range": span}
    payments: dict[str, int] = {}
    rows = DayPayment.objects.filter(**here).order_by().values_list("method__name").annotate(sum=Sum("total"))
    for name, cents in rows:
        payments[folded(name)] = cents
    vat: dict[tuple[str, int], int] = {}
    rates = DayVat.objects.filter(**here).order_by().values_list("code", "rate").annotate(sum=Sum("gross"))
    for code, rate, cents in rates:
        vat[code, rate] = cents
    sold = DayArticle.objects.filter(**here).order_by().values_list("name").annotate(sum=Sum("quantity"))
    articles = dict(sold)
    return [
        *(SpanLine(Detail.PAYMENTS, name, told, payments.get(folded(name))) for name, told in facts.payments.items()),
        *(SpanLine(Detail.VAT, _rate(key), told, vat.get(key)) for key, told in facts.vat.items()),
        *(SpanLine(Detail.ARTICLES, name, one.quantity, articles.get(name)) for name, one in facts.articles.items()),
    ]


def _rate(key: tuple[str, int]) -> str:
    code, _hundredths = key
    return f"IVA {code}%" if code[:1].isdigit() else code
