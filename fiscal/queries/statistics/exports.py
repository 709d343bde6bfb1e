"""The files of a selection, under the filter of its page: “Export statistics”, “Daily totals”, and each chart's table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Count, Sum

from fiscal.models import DayArticle, DayPayment, DayTotal, DayVat, Register
from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.queries.statistics.articles import every_article
from fiscal.queries.statistics.report import takings_by_day
from fiscal.queries.statistics.selection import Selection
from fiscal.queries.statistics.shares import payments, vat
from fiscal.queries.statistics.tables import (
    ARTICLES,
    BRANCHES,
    DAILY_TOTALS,
    PAYMENTS,
    STATISTICS,
    VAT,
    Row,
    Section,
    Table,
)
from fiscal.statistics.turnover import TURNOVER
from organizations.models import Organization

CHUNK = 2000


def detail(selection: Selection) -> Table:
    """Every roll-up row of the selection, section by section and day by day. Streamed: no more than CHUNK in memory."""
    selection = _of_one_currency(selection)
    return Table("statistics", STATISTICS, lambda: _detail_rows(selection))


def detail_size(selection: Selection) -> int:
    """How many rows that file has."""
    return sum(model.objects.filter(_kept(selection)).count() for model in (DayTotal, DayPayment, DayVat, DayArticle))


def daily_totals(selection: Selection) -> Table:
    """A row for each day of the span."""
    selection, _stands, currencies, days = takings_by_day(selection)
    currency = selection.currency or next(iter(currencies), "EUR")

    def rows() -> Iterator[Row]:
        for day, fill in days.coverage.days.items():
            known = days.figures.get(day)
            head = (day, currency, str(fill.state))
            tail = (fill.expected, fill.filled, fill.incomplete, fill.as_of)
            if known is None:
                yield (*head, *([0, 0, 0, 0, 0, 0, 0, None, 0] if fill.filled else [None] * 9), *tail)
                continue
            yield (
                *head,
                known.sales_count,
                known.sales,
                known.voids_count,
                known.voids,
                known.returns_count,
                known.returns,
                known.net,
                known.basket,
                known.uncollected,
                *tail,
            )

    return Table("daily-totals", DAILY_TOTALS, rows)


def payment_table(selection: Selection) -> Table:
    """The methods behind the chart of payments."""
    one, _stands, currencies, _days = takings_by_day(selection)
    currency = one.currency or next(iter(currencies), "EUR")
    found = payments(one)
    return Table(
        "payments",
        PAYMENTS,
        lambda: (
            (str(category.category), method.name, currency, method.total, method.before)
            for category in found
            for method in category.methods
        ),
    )


def vat_table(selection: Selection) -> Table:
    """The rates behind the chart of VAT, by country."""
    one, _stands, currencies, _days = takings_by_day(selection)
    currency = one.currency or next(iter(currencies), "EUR")
    found = vat(one)
    return Table(
        "vat",
        VAT,
        lambda: (
            (country.country_code, r.code, _rate(r.rate), currency, r.gross, r.net, r.tax, r.before)
            for country in found
            for r in country.rates
        ),
    )


def article_table(selection: Selection) -> Table:
    """All articles of the span, most sold first."""
    one, _stands, currencies, _days = takings_by_day(selection)
    currency = one.currency or next(iter(currencies), "EUR")
    return Table(
        "articles",
        ARTICLES,
        lambda: ((name, quantity, currency, total) for name, quantity, total in every_article(one)),
    )


def branch_table(selection: Selection) -> Table:
    """Net turnover of each organization on each day."""
    selection = _of_one_currency(selection)

    def rows() -> Iterator[Row]:
        found = (
            DayTotal.objects.filter(_kept(selection), kind__in=TURNOVER)
            .order_by("organization__name", "organization_id", "day", "currency")
            .values_list(
                "organization__name", "organization__public_id", "organization__country_code", "day", "currency"
            )
            .annotate(cents=Sum("total"), n=Count("register", distinct=True))
        )
        for name, public_id, country, day, currency, cents, registers in found.iterator(chunk_size=CHUNK):
            yield name, str(public_id), country, day, currency, cents, registers

    return Table("branches", BRANCHES, rows)


TABLES: dict[str, Callable[[Selection], Table]] = {
    "detail": detail,
    "daily": daily_totals,
    "days": daily_totals,
    "payments": payment_table,
    "vat": vat_table,
    "articles": article_table,
    "branches": branch_table,
}
"""By the word in the address. `days` is the table behind the first chart: that of one day too."""


def _of_one_currency(selection: Selection) -> Selection:
    """Narrowed to the currency that was asked for; a file of all says it in each row."""
    return selection.in_currency(selection.wanted.currency) if selection.wanted.currency else selection


def _kept(selection: Selection) -> Any:
    return selection.day_rows() & selection.days(compared=False)


def _detail_rows(selection: Selection) -> Iterator[Row]:
    names = _Names()
    yield from _section(selection, names, DayTotal, ("kind", "currency", "count", "total", "uncollected"), _kind_row)
    yield from _section(selection, names, DayPayment, ("total", "method__category", "method__name"), _payment_row)
    yield from _section(selection, names, DayVat, ("code", "rate", "gross", "net", "tax"), _vat_row)
    yield from _section(selection, names, DayArticle, ("name", "quantity", "total"), _article_row)


def _section(
    selection: Selection, names: _Names, model: Any, columns: tuple[str, ...], make: Callable[..., Row]
) -> Iterator[Row]:
    """The rows of one table, by day. Names are put in here: joined, they would be sorted with every row."""
    rows = model.objects.filter(_kept(selection)).order_by("day", "register_id", "pk")
    found = rows.values_list("day", "organization_id", "register_id", *columns).iterator(chunk_size=CHUNK)
    while part := list(islice(found, CHUNK)):
        known = names.of({(row[1], row[2]) for row in part})
        for day, organization, register, *rest in part:
            yield make((day, *known[organization, register]), *rest)


class _Names:
    """What rows say about organizations and registers, each read once."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], tuple[str, ...]] = {}

    def of(self, pairs: set[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, ...]]:
        """By (organization, register): the name and id of both, country and currency."""
        if unknown := pairs - self.known.keys():
            above = Organization.objects.in_bulk({organization for organization, _register in unknown})
            below = Register.objects.in_bulk({register for _organization, register in unknown})
            for pair in unknown:
                organization, register = above[pair[0]], below[pair[1]]
                self.known[pair] = (
                    str(organization),
                    str(organization.public_id),
                    register.name,
                    str(register.public_id),
                    register.country_code,
                    register.currency,
                )
        return self.known


def _kind_row(who: tuple[Any, ...], kind: str, currency: str, count: int, total: int, uncollected: int) -> Row:
    return (*who[:-1], currency, Section.KIND.value, kind, "", None, count, None, total, None, None, uncollected)


def _payment_row(who: tuple[Any, ...], total: int, category: str, name: str) -> Row:
    return (*who, Section.PAYMENT.value, name, category, None, None, None, total, None, None, None)


def _vat_row(who: tuple[Any, ...], code: str, rate: int, gross: int, net: int, tax: int) -> Row:
    return (*who, Section.VAT.value, code, "", _rate(rate), None, None, gross, net, tax, None)


def _article_row(who: tuple[Any, ...], name: str, quantity: int, total: int) -> Row:
    return (*who, Section.ARTICLE.value, name, "", None, None, quantity, total, None, None, None)


def _rate(rate: int) -> int | None:
    return None if rate == UNKNOWN_RATE else rate
