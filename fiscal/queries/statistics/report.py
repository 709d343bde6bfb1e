"""Everything that a statistics page, or a report by mail, says about one selection: read once, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fiscal.queries.statistics.articles import ArticleFilter, ArticlePage, articles
from fiscal.queries.statistics.branches import BranchPage, branches
from fiscal.queries.statistics.change import Change, Pair, change, fair_pairs
from fiscal.queries.statistics.completeness import Coverage, coverage
from fiscal.queries.statistics.selection import Selection
from fiscal.queries.statistics.shares import Category, CountryRates, payments, vat
from fiscal.queries.statistics.standing import Standing, standing_in
from fiscal.queries.statistics.turnover import ByDay, Figures, summed, takings


@dataclass(frozen=True)
class Days:
    """Takings by day with their completeness, and those of the days compared with."""

    figures: ByDay
    coverage: Coverage
    before: ByDay
    before_coverage: Coverage | None
    total: Figures
    pairs: list[Pair]
    """Days that are set against each other; none where too few can be."""
    change: Change | None

    def net(self, day: date) -> int | None:
        """Cents of a day; None where nothing of it is filled."""
        if day in self.figures:
            return self.figures[day].net
        fill = self.coverage.days.get(day)
        return 0 if fill and fill.filled else None

    def net_before(self, day: date) -> int | None:
        """The same of a day compared with."""
        if day in self.before:
            return self.before[day].net
        fill = self.before_coverage.days.get(day) if self.before_coverage else None
        return 0 if fill and fill.filled else None


@dataclass(frozen=True)
class Statistics:
    """One selection in figures. `currencies`: all it sells in; everything here is in `currency` alone."""

    selection: Selection
    standing: Standing
    currency: str
    currencies: list[str]
    days: Days
    payments: list[Category]
    vat: list[CountryRates]
    articles: ArticlePage
    branches: BranchPage | None

    @property
    def has_data(self) -> bool:
        return self.days.coverage.any_filled or bool(self.days.figures)


def takings_by_day(selection: Selection) -> tuple[Selection, Standing, list[str], Days]:
    """The selection in one currency, its registers, all its currencies, and its days. Three queries."""
    stands = standing_in(selection)
    found = takings(selection)
    currencies = sorted(found, key=lambda each: -sum(abs(day.net) for day in found[each].values())) or stands.currencies
    currency = selection.wanted.currency if selection.wanted.currency in currencies else next(iter(currencies), "EUR")
    if len(currencies) > 1:
        selection = selection.in_currency(currency)
    now, before = coverage(selection, stands)
    return selection, stands, currencies, _days(selection, found.get(currency, {}), now, before)


def statistics(selection: Selection, *, wanted: ArticleFilter | None = None, branch_page: int = 1) -> Statistics:
    """Everything about a selection."""
    selection, stands, currencies, days = takings_by_day(selection)
    return Statistics(
        selection=selection,
        standing=stands,
        currency=selection.currency or next(iter(currencies), "EUR"),
        currencies=currencies,
        days=days,
        payments=payments(selection),
        vat=vat(selection),
        articles=articles(selection, wanted or ArticleFilter(), days.pairs),
        branches=branches(selection, stands, branch_page),
    )


def _days(selection: Selection, found: ByDay, now: Coverage, before: Coverage | None) -> Days:
    figures = {day: each for day, each in found.items() if day in selection.span}
    earlier = {day: each for day, each in found.items() if selection.before and day in selection.before}
    pairs = fair_pairs(now, before)
    net, net_before = ({day: each.net for day, each in part.items()} for part in (figures, earlier))
    changed = change(net, net_before, pairs, selection.span) if before else None
    return Days(
        figures=figures,
        coverage=now,
        before=earlier,
        before_coverage=before,
        total=summed(list(figures.values())),
        pairs=pairs if changed and changed.is_fair else [],
        change=changed,
    )
