"""The statistics page: of everything in reach, of one organization, of a shop or a register of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.choices import PaymentCategory, Provider
from fiscal.queries.statistics import ARTICLES_SHOWN, Comparison, Preset, Statistics, statistics
from fiscal.queries.statistics.words import compared_words, finding, money, percent, span_words
from organizations.access import Reach
from organizations.choices import Scope
from portal.charts.bars import NARROW, WIDE, bar_chart
from portal.charts.buckets import buckets
from portal.charts.multiples import multiples
from portal.charts.shares import article_lines, payment_shares, vat_lines
from portal.frame import frame
from portal.http import PageRequest, scoped, show, signed_in
from portal.listing import Address, pager, sort_link
from portal.tabs import organization_tabs
from portal.views.statistics import apart, findings
from portal.views.statistics.asked import articles_in, selection_in, wanted_in

PAGE, FRAGMENT = "portal/statistics/statistics.html", "portal/statistics/_statistics.html"


@signed_in
@require_safe
def everything(request: PageRequest) -> HttpResponse:
    """The sum over all that the person reaches with TRANSACTIONS."""
    return _show(request, None, {})


@require_safe
@scoped(Scope.TRANSACTIONS)
def organization(request: PageRequest, reach: Reach) -> HttpResponse:
    """One organization with what it manages; `shop` and `register` narrow it."""
    framed = {
        **frame(reach, (_("Statistics"), "")),
        "tabs": organization_tabs(reach, "statistics"),
        "name": str(reach.organization),
    }
    return _show(request, reach, framed)


def _show(request: PageRequest, reach: Reach | None, framed: dict[str, Any]) -> HttpResponse:
    address = Address(request.path, request.GET)
    selection = selection_in(request, reach, wanted_in(address))
    found = statistics(selection, wanted=articles_in(address), branch_page=address.number("branches", 1, most=10_000))
    detail = bool(address.one_of("detail", {"1"}))
    context = {
        **framed,
        "found": found,
        "finding": finding(found),
        "compared": compared_words(found),
        "span": span_words(found.selection.span, found.selection.today),
        "detail": detail,
        "filters": _filters(address, found),
        "source": _source(found),
        "headings": {
            "days": findings.of_days(found, detail=detail),
            "payments": findings.of_payments(found),
            "vat": findings.of_vat(found),
            "articles": findings.of_articles(found),
            "branches": findings.of_branches(found),
        },
        "facts": apart.facts(found),
        "before_words": _before_words(found),
        "before_total": sum(figures.net for figures in found.days.before.values()),
        "unsplit": _unsplit(found),
        "quantity_unit": _("pieces or kilograms"),
        "apart": apart.counted_apart(found.days.total, found.currency),
        "links": _links(request, address, reach, found, detail=detail),
        **_charts(address, found, detail=detail),
    }
    return show(request, PAGE, FRAGMENT, context)


def _charts(address: Address, found: Statistics, *, detail: bool) -> dict[str, Any]:
    """The shapes of all charts; none where nothing is filled."""
    if not found.has_data:
        return {}
    rows = buckets(found.selection, found.days, WIDE.bars)
    narrow = buckets(found.selection, found.days, NARROW.bars)
    page = found.articles
    sort = page.filter.sort
    return {
        "rows": rows,
        "bars": [
            bar_chart(rows, WIDE, found.currency, detail=detail),
            bar_chart(narrow, NARROW, found.currency, detail=detail),
        ],
        "payments": payment_shares(found),
        "vat": vat_lines(found.vat, found.currency),
        "articles": article_lines(page, found.currency, compared=bool(found.days.pairs)),
        "article_sorts": {
            column: sort_link(Address(address.path, _without(address, "articles")), column, sort)
            for column in ("name", "quantity", "total")
        },
        "article_pager": _turned(address, "articles", page.filter.page, ARTICLES_SHOWN, page.count),
        "multiples": multiples(found),
        "branch_pager": _turned(address, "branches", found.branches.page, found.branches.size, found.branches.count)
        if found.branches
        else None,
    }


def _before_words(found: Statistics) -> str:
    return _("Previous year") if found.selection.wanted.comparison == Comparison.YEAR else _("Period before")


def _without(address: Address, *names: str) -> Any:
    params = address.params.copy()
    for name in names:
        params.pop(name, None)
    return params


def _turned(address: Address, name: str, page: int, size: int, total: int) -> dict[str, Any] | None:
    """The pager of one block, whose page has a parameter of its own; None for a single page."""
    if total <= size:
        return None
    turned = pager(address, page=page, size=size, total=total)
    page = turned["page"]
    turned["previous"] = address.with_(**{name: page - 1}) if page > 1 else ""
    turned["next"] = address.with_(**{name: page + 1}) if page < turned["pages"] else ""
    return turned


def _filters(address: Address, found: Statistics) -> dict[str, Any]:
    """What the filter row offers, and what is chosen."""
    wanted, standing = found.selection.wanted, found.standing
    return {
        "periods": [(value, label) for value, label in Preset.choices if value != Preset.FREE],
        "period": wanted.preset,
        "comparisons": Comparison.choices,
        "comparison": wanted.comparison,
        "organizations": standing.organizations if len(standing.organizations) > 1 else [],
        "organization": wanted.organizations[0] if wanted.organizations else None,
        "shops": standing.shops,
        "shop": wanted.shop,
        "registers": standing.registers if len(standing.registers) > 1 or wanted.register else [],
        "register": wanted.register,
        "currencies": found.currencies if len(found.currencies) > 1 else [],
        "first": found.selection.span.first.isoformat(),
        "last": found.selection.span.last.isoformat(),
        "narrowed": bool(wanted.organizations or wanted.shop or wanted.register),
        "reset": address.path,
        "widen": address.with_(organization="", shop="", register=""),
        "kept": [(n, v) for n, v in address.params.items() if v and n in KEPT],
        "sort_kept": [(n, v) for n, v in address.params.items() if v and n not in {"article", "articles"}],
    }


KEPT = ("compare", "organization", "shop", "register", "currency", "detail")
"""What a free range keeps of the address."""


def _source(found: Statistics) -> dict[str, Any]:
    """Where the figures come from, of when, and how complete they are: said at every chart."""
    coverage = found.days.coverage
    words, short = apart.coverage_words(coverage)
    return {
        "as_of": coverage.as_of,
        "settled": coverage.settled,
        "zones": ", ".join(zone.partition("/")[2].replace("_", " ") for zone in found.standing.zones),
        "zone_names": ", ".join(found.standing.zones),
        "words": ", ".join(words),
        "short_words": words[0],
        "short": short,
        "troubled": apart.troubled_days(coverage, found.selection.today),
        "readings": [(str(Provider(each.provider).label), each.read_at) for each in found.standing.readings],
        "unmapped": _unmapped(found),
    }


def _unmapped(found: Statistics) -> str:
    """The share of payments that nobody mapped; '' if there are none."""
    whole = sum(max(category.total, 0) for category in found.payments)
    total = sum(each.total for each in found.payments if each.category == PaymentCategory.UNMAPPED)
    return percent(100 * total / whole) if whole and total else ""


def _unsplit(found: Statistics) -> dict[str, str]:
    """Takings that came without payments, or without VAT rates; '' where all of them are split."""
    net = found.days.total.net
    rests = {
        "payments": net - sum(category.total for category in found.payments),
        "vat": net - sum(country.gross for country in found.vat),
    }
    return {name: money(rest, found.currency) if rest else "" for name, rest in rests.items()}


def _links(
    request: PageRequest, address: Address, reach: Reach | None, found: Statistics, *, detail: bool
) -> dict[str, Any]:
    """Addresses of what belongs to this page, under the same filter."""
    ids = [reach.organization.public_id] if reach else []
    files = reverse("portal:organization_statistics_file" if reach else "portal:statistics_file", args=ids)
    place = Address(files, _without(address, "article", "articles", "branches", "sort", "detail"))
    return {
        "detail": address.with_(detail="" if detail else "1"),
        "file": files,
        "file_params": [(name, value) for name, values in place.params.lists() for value in values if value],
        "all_articles": address.with_(article="", articles=""),
        "period": _period(place),
        "csv": {what: place.with_(what=what) for what in ("days", "payments", "vat", "articles", "branches")},
        "daily_refused": len(found.selection.span) < 2,
        "mapping": reverse("portal:payment_methods", args=ids) if reach else "",
        "reports": reverse("portal:organization_reports", args=ids) if reach else reverse("portal:reports"),
        "connections": _sources(reach),
    }


def _period(place: Address) -> str:
    """The days and the comparison alone, for the page of one branch."""
    params = place.params.copy()
    for name in [name for name in params if name not in {"period", "from", "to", "compare", "currency"}]:
        del params[name]
    return params.urlencode()


def _sources(reach: Reach | None) -> str:
    """Where one sees how far the sources are read; '' for who may not."""
    if reach is None:
        return reverse("portal:all_connections")
    if not reach.allows(Scope.INTEGRATIONS):
        return ""
    return reverse("portal:connections", args=[reach.organization.public_id])
