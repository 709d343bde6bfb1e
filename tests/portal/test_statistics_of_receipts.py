"""What the statistics page shows is what the receipts say, through the roll-ups as they are really made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.choices import PaymentCategory, ReceiptKind
from fiscal.models import Receipt
from fiscal.models.receipt import IN_TOTALS
from fiscal.statistics.turnover import TURNOVER
from tests.fiscal.statistics.books import make_register, map_method, sale, sell
from tests.portal.statistics_page import page_of, signed_in


@pytest.fixture
def sold(cast):
    """Three weeks of receipts of three registers in two countries."""
    registers = [make_register(cast.shop), make_register(cast.sibling), make_register(cast.sibling, country="ITA")]
    today = timezone.localdate()
    for number, register in enumerate(registers):
        for n in range(1, 22):
            day, country = today - timedelta(n), register.country_code
            back = ReceiptKind.STORNO if country == "AUT" else ReceiptKind.RETURN
            receipts = [sale(day, 1_234 + 7 * n + number, country=country) for _ in range(3)]
            receipts.append(sale(day, 400 + n, kind=back, country=country))
            receipts.append(sale(day, 99_999, kind=ReceiptKind.TRAINING, country=country))
            sell(register, day, receipts)
    map_method(registers[0], "BARZAHLUNG", PaymentCategory.CASH)
    return registers


@pytest.mark.parametrize("place", ["maker", "sibling"])
def test_every_chart_is_the_sum_of_its_receipts(cast, sold, place):
    organization = getattr(cast, place)
    found = signed_in(cast.petra).get(page_of(organization)).context["found"]
    kept = Receipt.objects.filter(IN_TOTALS, kind__in=TURNOVER)
    receipts = [row for row in kept if place == "maker" or row.organization_id == organization.pk]

    assert found.days.total.net == sum(row.total for row in receipts)
    assert found.days.total.sales_count == sum(row.kind == ReceiptKind.SALE for row in receipts)
    paid = sum(cents for row in receipts for _name, cents in row.payments)
    assert sum(category.total for category in found.payments) == paid
    gross = sum(tax[2] for row in receipts for tax in row.taxes)
    assert sum(country.gross for country in found.vat) == gross
    pieces = sum(item[1] for row in receipts for item in row.items)
    assert found.articles.articles[0].quantity + found.articles.others.quantity == pieces


def test_a_mapped_method_leaves_the_unmapped_ones(cast, sold):
    found = signed_in(cast.petra).get(page_of(cast.maker)).context["found"]
    mapped = sum(
        cents
        for row in Receipt.objects.filter(IN_TOTALS, kind__in=TURNOVER, register=sold[0])
        for _name, cents in row.payments
    )

    assert {str(each.category): each.total for each in found.payments}["CASH"] == mapped
