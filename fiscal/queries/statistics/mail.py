"""The turnover report as a mail: the same finding and figures as the page, as text, as simple HTML, and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fiscal.queries.statistics.exports import daily_totals
from fiscal.queries.statistics.report import Statistics, statistics
from fiscal.queries.statistics.selection import Wanted, of_organization
from fiscal.queries.statistics.span import Span
from fiscal.queries.statistics.words import compared_words, day_words, finding, money, percent, rate, span_words
from fiscal.queries.statistics.writing import SEMICOLON, csv_lines
from organizations.access import Reach
from organizations.addresses import public_address
from organizations.countries import NAMES

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class ReportMail:
    """What is sent. `file`: name and content of the attached CSV, or None."""

    subject: str
    text: str
    html: str
    file: tuple[str, str] | None


def turnover_mail(reach: Reach, span: Span, *, with_csv: bool) -> ReportMail:
    """The report of one organization and all it manages. Raises NotAuthorized without TRANSACTIONS."""
    selection = of_organization(reach, Wanted(span=span))
    found = statistics(selection)
    name = str(reach.organization)
    period = span_words(span, selection.today)
    told = {
        "name": name,
        "period": period,
        "finding": finding(found),
        "compared": compared_words(found),
        "blocks": [block for block in _blocks(found) if block[1]],
        "completeness": _completeness(found),
        "page": public_address(_page(reach, span)),
        "reports": public_address(reverse("portal:reports")),
    }
    lines = csv_lines(daily_totals(selection), SEMICOLON)
    file_name = f"daily-totals-{span.first:%Y-%m-%d}-to-{span.last:%Y-%m-%d}.csv"
    return ReportMail(
        subject=_("%(name)s: turnover %(period)s") % told,
        text=render_to_string("fiscal/mail/turnover.txt", told),
        html=render_to_string("fiscal/mail/turnover.html", told),
        file=(file_name, "".join(lines)) if with_csv else None,
    )


def _page(reach: Reach, span: Span) -> str:
    """The page that has the figures of the mail, and more of them."""
    page = reverse("portal:organization_statistics", args=[reach.organization.public_id])
    return f"{page}?{urlencode({'from': span.first.isoformat(), 'to': span.last.isoformat()})}"


def _blocks(found: Statistics) -> list[tuple[str, Lines]]:
    """Headed lists of label and figure."""
    total, currency = found.days.total, found.currency
    whole = sum(max(category.total, 0) for category in found.payments) or 1
    takings = [
        (_("Net turnover"), money(total.net, currency)),
        (_("Sales (%(n)d)") % {"n": total.sales_count}, money(total.sales, currency)),
        (_("Voids and storno (%(n)d)") % {"n": total.voids_count}, money(total.voids, currency)),
        (_("Returns (%(n)d)") % {"n": total.returns_count}, money(total.returns, currency)),
        (_("Average basket"), money(total.basket, currency)),
    ]
    days = [(day_words(day, weekday=True), money(found.days.net(day), currency)) for day in found.selection.span]
    return [
        (_("Takings"), takings),
        (_("By day"), days if 1 < len(days) <= 31 else []),
        (
            _("By payment method"),
            [
                (
                    f"{capfirst(each.category.label)} ({percent(100 * each.total / whole)})",
                    money(each.total, currency),
                )
                for each in found.payments
            ],
        ),
        *(
            (
                _("By VAT rate, %(country)s") % {"country": NAMES.get(country.country_code, country.country_code)},
                [(rate(each.rate), money(each.gross, currency)) for each in country.rates],
            )
            for country in found.vat
        ),
        (
            _("By branch"),
            [(branch.name, money(branch.total, currency)) for branch in found.branches.branches]
            if found.branches
            else [],
        ),
    ]


def _completeness(found: Statistics) -> str:
    counts = found.days.coverage.counts
    told = {"n": counts["done"] + counts["open"] + counts["incomplete"], "of": counts["expected"]}
    words = _("%(n)d of %(of)d register days are filled.") % told
    if counts["incomplete"]:
        words += " " + _("%(n)d of them are incomplete: count and rows disagree.") % {"n": counts["incomplete"]}
    return words
