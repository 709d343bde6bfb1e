"""Choosing what statistics are about: days, comparison, articles; what the page costs, and how it is built."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fiscal.choices import ReceiptKind
from organizations.choices import Kind
from organizations.models import Organization
from tests.portal.statistics_page import ago, finding, page_of, read, sell, signed_in, today
from tests.takings import Takings


@pytest.fixture
def takings() -> Takings:
    return Takings()


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


def test_takings_are_compared_with_the_days_before_or_with_the_year_before(cast, takings, petra):
    register = takings.register(cast.shop)
    sell(takings, register, days=7, cents=10_800)
    for n in range(8, 15):
        takings.day(register, ago(n), sales=1, cents=10_000)
    begin = ago(7).replace(year=ago(7).year - 1)
    for n in range(7):
        takings.day(register, begin + timedelta(n), sales=1, cents=21_600)
    takings.write()
    week = {"period": "free", "from": str(ago(7)), "to": str(ago(1))}

    assert "Takings rose 8.0 % to € 756.00" in finding(read(petra, page_of(cast.shop), **week))
    assert "Takings fell 50.0 % to € 756.00" in finding(read(petra, page_of(cast.shop), compare="year", **week))
    assert "Takings are € 756.00" in finding(read(petra, page_of(cast.shop), compare="none", **week))


def test_an_unmapped_payment_method_stays_visible(cast, takings, petra):
    """Trap 9."""
    takings.day(takings.register(cast.shop), ago(1), sales=2, cents=1_000, payments={"Bar": 750, "Zauberkarte": 250})
    takings.write()

    html = read(petra, page_of(cast.shop)).replace("\u00a0", " ")

    assert "25.0 % is paid by methods that nobody mapped yet" in html
    assert "Zauberkarte" in html
    assert "Cash: 75.0 % of what was paid" in html


def test_articles_are_searched_sorted_and_paged_and_the_others_are_a_sum(cast, takings, petra):
    articles = {f"Artikel {n:02d}": (1000 * n, 10 * n) for n in range(1, 13)}
    takings.day(takings.register(cast.shop), ago(1), sales=1, cents=780, articles=articles)
    takings.write()
    url = page_of(cast.maker)

    html = read(petra, url)
    assert re.findall(
        r"Artikel \d\d", re.search(r"<tbody>.*?</tbody>", html[html.index("articles-q") :], re.DOTALL).group()
    )[0] == ("Artikel 12")
    assert "4 others" in html
    assert "Artikel 01" not in html
    assert "Artikel 01" in read(petra, url, articles="2")
    assert "Artikel 01" in read(petra, url, sort="name")
    found = read(petra, url, article="kel 07")
    assert "Artikel 07" in found
    assert "Artikel 12" not in found


def test_sums_kept_for_trees_and_sums_by_register_are_the_same(cast, takings, petra):
    for number, organization in enumerate((cast.maker, cast.shop, cast.sibling)):
        register = takings.register(organization)
        for n in range(1, 20):
            takings.day(
                register,
                ago(n),
                sales=n,
                cents=1_000 * n + number,
                kinds={ReceiptKind.STORNO: (1, -7)},
                payments={"Bar": 1_000 * n + number - 7},
                rates={("NORMAL", 2000): 1_000 * n + number - 7},
                articles={"Brot": (1000 * n, 1_000 * n)},
            )
    takings.write()
    every = [str(each.public_id) for each in (cast.shop, cast.sibling)]
    whole = petra.get(page_of(cast.maker)).context["found"]
    parts = [
        petra.get(page_of(each)).context["found"] if each is not cast.maker else None
        for each in (cast.shop, cast.sibling)
    ]
    own = whole.days.total.net - sum(part.days.total.net for part in parts)
    both = petra.get(page_of(cast.maker), {"organization": every}).context["found"]

    assert own == sum(1_000 * n - 7 for n in range(1, 20))
    assert both.days.total.net == sum(part.days.total.net for part in parts)
    assert whole.payments[0].total == whole.days.total.net
    assert whole.vat[0].gross == whole.days.total.net
    assert sum(branch.total for branch in whole.branches.branches) == whole.days.total.net
    assert whole.articles.articles[0].quantity == 3 * sum(1000 * n for n in range(1, 20))


def test_the_page_costs_the_same_queries_with_three_branches_and_with_three_hundred(cast, takings, petra):
    def branches(number: int) -> None:
        rows = Organization.objects.bulk_create(
            Organization(
                kind=Kind.MANAGED, parent=cast.maker, name=f"Filiale {number}-{n:03d}", in_live=True, country_code="AUT"
            )
            for n in range(number)
        )
        source = takings.connection(cast.maker)
        for row in rows:
            takings.day(
                takings.register(row, source=source), ago(1), sales=1, cents=100, articles={"Brot": (1000, 100)}
            )
        takings.write()

    branches(3)
    read(petra, page_of(cast.maker))
    with CaptureQueriesContext(connection) as few:
        read(petra, page_of(cast.maker))
    branches(297)
    with CaptureQueriesContext(connection) as many:
        html = read(petra, page_of(cast.maker))

    assert "leads 300 branches" in html
    assert len(many) == len(few) <= 18


def test_a_filter_change_swaps_the_body_and_the_address_is_a_whole_page_without_it(cast, takings, petra):
    sell(takings, takings.register(cast.shop), days=3)
    takings.write()

    fragment = petra.get(page_of(cast.shop), {"period": "7d"}, headers={"HX-Request": "true"})
    page = petra.get(page_of(cast.shop), {"period": "7d"})

    assert fragment.content.startswith(b'<div id="statistics"') or fragment.content.lstrip().startswith(
        b'<div id="statistics"'
    )
    assert b"<html" not in fragment.content
    assert b"<html" in page.content
    assert b'hx-push-url="true"' in page.content
    assert "HX-Request" in page["Vary"]


def test_the_page_carries_no_style_of_its_own_and_every_chart_has_words(cast, takings, petra):
    for organization in (cast.shop, cast.sibling):
        sell(takings, takings.register(organization), payments={"Bar": 10_000}, rates={("NORMAL", 2000): 10_000})
    takings.write()

    for detail in ("", "1"):
        html = read(petra, page_of(cast.maker), detail=detail)
        assert "style=" not in html
        charts = re.findall(r'<svg class="k-graph[^>]*role="img".*?</svg>', html, re.DOTALL)
        assert len(charts) >= 4
        assert all("<desc" in chart for chart in charts)
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids))
        assert html.count('class="k-source"') == html.count('<section class="k-card" aria-labelledby="') == 5


def test_a_range_given_backwards_is_turned_round_and_days_to_come_are_left_out(cast, takings, petra):
    register = takings.register(cast.shop)
    takings.day(register, ago(3), sales=1, cents=123)
    takings.write()
    later = today() + timedelta(400)

    found = petra.get(page_of(cast.shop), {"from": str(later), "to": str(ago(4))}).context["found"]

    assert (found.selection.span.first, found.selection.span.last) == (ago(4), today())
    assert found.days.total.net == 123


def test_what_is_no_date_and_no_period_is_the_usual_period(cast, petra):
    found = petra.get(page_of(cast.shop), {"from": "2026-99-99", "period": "nonsense"}).context["found"]

    assert len(found.selection.span) == 28


def test_daily_totals_of_one_day_are_switched_off_with_the_reason(cast, takings, petra):
    sell(takings, takings.register(cast.shop), days=2)
    takings.write()

    one, more = read(petra, page_of(cast.shop), period="yesterday"), read(petra, page_of(cast.shop), period="7d")

    assert 'value="daily" disabled aria-describedby="daily-why"' in one
    assert "Daily totals need more than one day." in one
    assert 'value="daily" disabled' not in more


def test_two_years_of_days_become_months_and_say_so(cast, takings, petra):
    register = takings.register(cast.shop)
    for n in range(1, 730, 30):
        takings.day(register, ago(n), sales=1, cents=100)
    takings.write()

    answer = petra.get(page_of(cast.shop), {"from": str(ago(729)), "to": str(today()), "compare": "none"})

    assert "per month" in answer.content.decode()
    wide, narrow = answer.context["bars"]
    assert len(wide.slots) == len(narrow.slots) <= 25
    assert sum(row.now or 0 for row in answer.context["rows"]) == answer.context["found"].days.total.net
