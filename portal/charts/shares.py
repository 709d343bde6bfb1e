"""Parts of a whole: one bar for payments, bars per rate for VAT, bars per article."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fiscal.choices import PaymentCategory
from fiscal.queries.statistics import ArticlePage, Category, CountryRates, Statistics
from fiscal.queries.statistics.words import money, percent, pieces, rate
from organizations.countries import NAMES

LOOKS = {
    PaymentCategory.CARD: 1,
    PaymentCategory.CASH: 2,
    PaymentCategory.VOUCHER: 3,
    PaymentCategory.INVOICE: 4,
    PaymentCategory.OTHER: 5,
    PaymentCategory.UNMAPPED: 6,
}
"""The chart colour and pattern of a category: the same on every page, whichever others are there."""


@dataclass(frozen=True)
class Share:
    """One part: its place in the bar in percent, and its words."""

    label: str
    look: int
    x: str
    width: str
    share: str
    amount: str
    change: str
    unmapped: bool

    @property
    def key(self) -> str:
        """What tells its patterns from those of the others."""
        return f"-{self.look}"


def payment_shares(found: Statistics) -> list[Share]:
    """The categories in the order of their looks. Negative ones have words but no part of the bar."""
    whole = sum(max(category.total, 0) for category in found.payments)
    earlier = sum(max(category.before, 0) for category in found.payments)
    drawn = sum(1 for category in found.payments if category.total > 0)
    start, shares = 0.0, []
    for category in found.payments:
        part = 100 * max(category.total, 0) / whole if whole else 0.0
        shares.append(_share(category, start, part, earlier if found.selection.before else 0, found.currency, drawn))
        start += part
    return shares


def _share(category: Category, start: float, part: float, earlier: int, currency: str, drawn: int) -> Share:
    points = f"{_points(part - 100 * max(category.before, 0) / earlier)}" if earlier else ""
    gap = 0.4 if drawn > 1 else 0
    return Share(
        label=str(capfirst(category.category.label)),
        look=LOOKS[category.category],
        x=f"{start:.2f}%",
        width=f"{max(part - gap, 0.2) if part else 0:.2f}%",
        share=percent(part),
        amount=money(category.total, currency),
        change=points,
        unmapped=category.category == PaymentCategory.UNMAPPED,
    )


def _points(value: float) -> str:
    """`+1.8 pt`."""
    return percent(value, sign=True).replace("%", _("pt"))


@dataclass(frozen=True)
class Line:
    """One row with a bar: its length in percent of the longest, `look` for what is negative."""

    label: str
    width: str
    amount: str
    negative: bool = False
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class CountryLines:
    country: str
    lines: list[Line]
    gross: str


def vat_lines(countries: list[CountryRates], currency: str) -> list[CountryLines]:
    """All countries on one scale, each with rates of its own."""
    longest = max((abs(r.gross) for country in countries for r in country.rates), default=0) or 1
    return [
        CountryLines(
            NAMES.get(country.country_code, country.country_code),
            [
                Line(
                    label=rate(r.rate),
                    width=f"{100 * abs(r.gross) / longest:.2f}%",
                    amount=money(r.gross, currency),
                    negative=r.gross < 0,
                    further=(r.code, money(r.net, currency), money(r.tax, currency), money(r.before, currency)),
                )
                for r in country.rates
            ],
            money(country.gross, currency),
        )
        for country in countries
    ]


def article_lines(page: ArticlePage, currency: str, *, compared: bool) -> list[Line]:
    """The articles of the page, and all others as one more line without a bar."""
    longest = max((abs(article.quantity) for article in page.articles), default=0) or 1
    lines = [
        Line(
            label=article.name,
            width=f"{100 * abs(article.quantity) / longest:.2f}%",
            amount=money(article.total, currency),
            negative=article.quantity < 0,
            further=(pieces(article.quantity), _grown(article.compared, article.before) if compared else ""),
        )
        for article in page.articles
    ]
    if page.count > len(page.articles):
        others = page.others
        words = _("%(n)d others") % {"n": page.count - len(page.articles)}
        lines.append(Line(words, "", money(others.total, currency), further=(pieces(others.quantity), "")))
    return lines


def _grown(now: int, then: int) -> str:
    if then > 0:
        return percent(100 * (now - then) / then, sign=True)
    return _("new") if now > 0 else "–"
