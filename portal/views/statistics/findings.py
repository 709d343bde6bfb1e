"""What the heading of each chart says: computed from the figures below it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries.statistics import Statistics
from fiscal.queries.statistics.words import day_words, money, percent, pieces, rate
from organizations.countries import NAMES
from portal.charts.multiples import growth


def of_days(found: Statistics, *, detail: bool) -> str:
    """The best weekday of four weeks or more, else the best day."""
    days, currency = found.days, found.currency
    if detail:
        total = days.total
        return _("Voids and returns took %(lost)s off %(sales)s") % {
            "lost": money(abs(total.voids + total.returns), currency),
            "sales": money(total.sales, currency),
        }
    sold = {day: figures.net for day, figures in days.figures.items() if figures.net}
    if not sold:
        return _("Nothing was sold")
    if len(found.selection.span) >= 28 and (best := _best_weekday(sold)):
        weekday, average = best
        told = {"weekday": WEEKDAYS[weekday], "average": money(average, currency)}
        return _("%(weekday)s is the strongest day of the week: %(average)s on average") % told
    day = max(sold, key=lambda each: sold[each])
    told = {"day": day_words(day, weekday=True), "total": money(sold[day], currency)}
    return _("%(day)s: %(total)s") % told if len(sold) == 1 else _("%(day)s was best: %(total)s") % told


def of_payments(found: Statistics) -> str:
    whole = sum(max(category.total, 0) for category in found.payments)
    if not whole:
        return _("No payments")
    best = max(found.payments, key=lambda category: category.total)
    told = {"method": capfirst(best.category.label), "share": percent(100 * best.total / whole)}
    return _("%(method)s: %(share)s of what was paid") % told


def of_vat(found: Statistics) -> str:
    """The rate that carries most, country by country: they are never put together."""
    parts = []
    for country in found.vat:
        best = max(country.rates, key=lambda each: each.gross)
        if country.gross > 0:
            told = {"rate": rate(best.rate), "share": percent(100 * best.gross / country.gross)}
            parts.append(
                f"{NAMES.get(country.country_code, country.country_code)}: " + _("%(rate)s carries %(share)s") % told
            )
    return "; ".join(parts) or _("No VAT")


def of_articles(found: Statistics) -> str:
    page = found.articles
    if not page.articles:
        return _("No articles")
    if page.filter.q or page.filter.page > 1 or page.filter.sort != "-quantity":
        return ngettext("%(n)d article", "%(n)d articles", page.count) % {"n": page.count}
    best = page.articles[0]
    told = {"article": best.name, "quantity": pieces(best.quantity)}
    return _("%(article)s sells most: %(quantity)s") % told


def of_branches(found: Statistics) -> str:
    """How many of those shown grew; without a comparison, who leads."""
    page = found.branches
    if page is None or not page.branches:
        return ""
    changes = [change for branch in page.branches if (change := growth(found, branch)) is not None]
    if changes and page.count <= page.size:
        told = {"n": sum(1 for change in changes if change > 0), "of": len(changes)}
        return _("%(n)d of %(of)d branches grew") % told
    if page.ranked and page.page == 1 and page.branches[0].total > 0:
        best = page.branches[0]
        return _("%(branch)s leads %(n)d branches with %(total)s") % {
            "branch": best.name,
            "n": page.count,
            "total": money(best.total, found.currency),
        }
    return ngettext("%(n)d branch", "%(n)d branches", page.count) % {"n": page.count}


def _best_weekday(sold: dict[date, int]) -> tuple[int, int] | None:
    """The weekday with the highest average over the days sold, in cents."""
    by_weekday: dict[int, list[int]] = defaultdict(list)
    for day, cents in sold.items():
        by_weekday[day.weekday()].append(cents)
    averages = {weekday: sum(found) // len(found) for weekday, found in by_weekday.items()}
    best = max(averages, key=lambda weekday: averages[weekday])
    return (best, averages[best]) if len(averages) > 1 and averages[best] > 0 else None
