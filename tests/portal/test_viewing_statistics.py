"""Viewing statistics: who sees whose takings, and that every figure on the page is the same to the cent."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from fiscal.choices import FillState, ReceiptKind
from fiscal.models import Placement, Shop
from organizations.choices import Level, Scope
from tests.cast import allow, person
from tests.portal.statistics_page import ALL, ago, finding, page_of, read, signed_in
from tests.takings import Takings


@pytest.fixture
def takings() -> Takings:
    return Takings()


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


def test_the_sum_is_of_what_the_person_reaches_and_of_nothing_else(cast, takings, petra):
    for organization, cents in (
        (cast.shop, 1_00),
        (cast.maker, 10_00),
        (cast.branch, 700_00),
        (cast.elsewhere, 9000_00),
    ):
        takings.day(takings.register(organization), ago(1), sales=1, cents=cents)
    takings.write()

    assert finding(read(petra, ALL)) == "Takings are € 11.00 in the last 28 days"
    assert finding(read(signed_in(cast.mio), ALL)) == "Takings are € 1.00 in the last 28 days"
    assert finding(read(signed_in(cast.hanna), ALL)) == "Takings are € 700.00 in the last 28 days"


def test_without_the_authorization_for_transactions_nothing_is_summed(cast, takings):
    takings.day(takings.register(cast.shop), ago(1), sales=1, cents=100)
    takings.write()

    html = read(signed_in(cast.viewer), ALL)

    assert "No register stood here" in html
    assert "1.00" not in html
    assert signed_in(cast.viewer).get(page_of(cast.shop)).status_code == 403


def test_who_may_see_two_branches_only_sees_the_sum_of_two(cast, takings):
    someone = person("two@kassenwerk.example", "Zweigstellenleitung")
    for organization, cents in ((cast.shop, 100), (cast.sibling, 250), (cast.maker, 5000)):
        takings.day(takings.register(organization), ago(1), sales=1, cents=cents)
    takings.write()
    for organization in (cast.shop, cast.sibling):
        allow(someone, organization, Scope.TRANSACTIONS, level=Level.VIEW)

    assert finding(read(signed_in(someone), ALL)) == "Takings are € 3.50 in the last 28 days"


@pytest.mark.parametrize("what", ["organization", "shop", "register"])
def test_a_place_of_another_tenant_is_the_same_as_none(cast, takings, petra, what):
    shop = Shop.objects.create(organization=cast.elsewhere, name="Fremder Laden")
    register = takings.register(cast.elsewhere, shop=shop)
    foreign = {"organization": cast.elsewhere, "shop": shop, "register": register}[what].public_id

    for url in (ALL, page_of(cast.maker), "/statistics/file/", f"{page_of(cast.maker)}file/"):
        assert petra.get(url, {what: str(foreign)}).status_code == 404
        assert petra.get(url, {what: "00000000-0000-4000-8000-000000000000"}).status_code == 404


def test_a_branch_cannot_be_used_to_look_at_its_sibling(cast, takings):
    register = takings.register(cast.sibling)

    answer = signed_in(cast.mio).get(page_of(cast.shop), {"register": str(register.public_id)})

    assert answer.status_code == 404


def test_shop_and_register_narrow_the_same_page(cast, takings, petra):
    front, market = (Shop.objects.create(organization=cast.shop, name=name) for name in ("Stammhaus", "Markt"))
    one, two = takings.register(cast.shop, shop=front), takings.register(cast.shop, shop=market)
    takings.day(one, ago(1), sales=1, cents=300)
    takings.day(two, ago(1), sales=1, cents=40)
    takings.write()

    url = page_of(cast.maker)
    assert "€ 3.40" in finding(read(petra, url))
    assert "€ 3.00" in finding(read(petra, url, shop=str(front.public_id)))
    assert "€ 0.40" in finding(read(petra, url, register=str(two.public_id)))


def test_a_moved_register_counts_where_it_stood_on_that_day(cast, takings, petra):
    register = takings.register(cast.shop)
    moved = ago(5)
    Placement.objects.filter(register=register).update(until_day=moved - timedelta(1))
    Placement.objects.create(register=register, organization=cast.sibling, from_day=moved)
    takings.day(register, ago(8), sales=1, cents=800, organization=cast.shop)
    takings.day(register, ago(2), sales=1, cents=50, organization=cast.sibling)
    takings.write()

    assert "€ 8.00" in finding(read(petra, page_of(cast.shop)))
    assert "€ 0.50" in finding(read(petra, page_of(cast.sibling)))
    assert "€ 8.50" in finding(read(petra, page_of(cast.maker)))
    assert "€ 8.00" in finding(read(petra, page_of(cast.shop), register=str(register.public_id)))


def test_net_turnover_is_sales_less_voids_and_returns_which_also_stand_apart(cast, takings, petra):
    kinds = {ReceiptKind.STORNO: (1, -1_000), ReceiptKind.VOID: (1, -200), ReceiptKind.RETURN: (2, -300)}
    takings.day(takings.register(cast.shop), ago(1), sales=4, cents=20_000, kinds=kinds)
    takings.write()

    html = read(petra, page_of(cast.shop)).replace("\u00a0", " ")

    assert "Takings are € 185.00" in finding(html)
    assert re.search(r"Average basket</dt><dd><b>€ 50\.00", html)
    assert re.search(r"Voids and storno</dt><dd><b>2</b><span>€ −12\.00", html)
    assert re.search(r"Returns</dt><dd><b>2</b><span>€ −3\.00", html)


def test_training_control_and_pending_receipts_are_in_no_total_and_counted_apart(cast, takings, petra):
    kinds = {
        ReceiptKind.TRAINING: (3, 99_900),
        ReceiptKind.NULL: (2, 0),
        ReceiptKind.MONTH: (1, 0),
        ReceiptKind.PENDING: (1, 4_400),
        ReceiptKind.VOUCHER_SALE: (1, 5_000),
        ReceiptKind.UNKNOWN: (1, 777),
    }
    takings.day(takings.register(cast.shop), ago(1), sales=1, cents=1_000, kinds=kinds)
    takings.write()

    html = read(petra, page_of(cast.shop)).replace("\u00a0", " ")

    assert "Takings are € 10.00" in finding(html)
    apart = re.search(r"Counted apart, and in no total: (.*?)\.</p>", html, re.DOTALL).group(1)
    assert "3 control receipts" in apart
    assert "3 training receipts (€ 999.00)" in apart
    assert "1 pending sale, not yet fiscal (€ 44.00)" in apart
    assert "1 receipt of unknown kind (€ 7.77)" in apart


def test_euro_of_austria_and_italy_add_up_and_their_vat_tables_do_not(cast, takings, petra):
    """Trap 24."""
    at, it = takings.register(cast.shop), takings.register(cast.sibling, italian=True)
    takings.day(at, ago(1), sales=1, cents=12_000, rates={("NORMAL", 2000): 12_000})
    takings.day(it, ago(1), sales=1, cents=12_200, rates={("22", 2200): 11_000, ("10", 2000): 1_200})
    takings.write()

    html = read(petra, page_of(cast.maker)).replace("\u00a0", " ")

    assert "Takings are € 242.00" in finding(html)
    austria, italy = re.findall(r'<caption class="sr-only">VAT in (\w+)</caption>', html)
    assert (austria, italy) == ("Austria", "Italy")
    rows = re.findall(r'rowspan="(\d)">(Austria|Italy)<', html)
    assert rows == [("1", "Austria"), ("2", "Italy")]


def test_amounts_of_two_currencies_are_never_added(cast, takings, petra):
    euro = takings.register(cast.shop)
    franc = takings.register(cast.shop, currency="CHF")
    takings.day(euro, ago(1), sales=1, cents=10_000, payments={"Bar": 10_000}, articles={"Brot": (1000, 10_000)})
    takings.day(
        franc, ago(1), sales=1, cents=999, payments={"Karte": 999}, articles={"Käse": (1000, 999)}, currency="CHF"
    )
    takings.write()

    html, other = read(petra, page_of(cast.maker)), read(petra, page_of(cast.maker), currency="CHF")

    assert "€ 100.00" in finding(html)
    assert "CHF 9.99" in finding(other)
    assert "Brot" in html
    assert "Käse" not in html
    assert "Käse" in other
    assert "Brot" not in other


def test_not_filled_is_a_dash_and_filled_and_empty_is_zero(cast, takings, petra):
    register = takings.register(cast.shop)
    takings.day(register, ago(2))
    takings.day(register, ago(1), sales=1, cents=500)
    takings.write()

    html = read(petra, page_of(cast.shop), period="free", **{"from": str(ago(3)), "to": str(ago(1))})

    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td class="k-fig">([^<]*)</td>', html)
    figures = [figure.replace("\u00a0", " ") for _day, figure in rows[:3]]
    assert figures == ["–", "€ 0.00", "€ 5.00"]
    assert "Not filled:" in html
    assert "See how far the sources are read" in html


def test_a_day_whose_count_and_rows_disagree_is_marked_and_not_compared(cast, takings, petra):
    register = takings.register(cast.shop)
    for n in range(1, 57):
        state = FillState.INCOMPLETE if n == 3 else FillState.DONE
        takings.day(register, ago(n), sales=1, cents=1 if n == 3 else 1_000, state=state)
    takings.write()

    html = read(petra, page_of(cast.shop)).replace("\u00a0", " ")

    assert "Takings stayed at" in finding(html)
    assert "Count and rows disagree" in html
    assert "26 days compared" in html


def test_registers_without_a_filled_day_are_told_from_no_registers(cast, takings, petra):
    takings.register(cast.shop)

    assert "Not loaded yet" in finding(read(petra, page_of(cast.shop)))
    assert "No register stood here" in finding(read(petra, page_of(cast.sibling)))


def test_takings_that_a_source_does_not_split_are_named_beside_the_charts(cast, takings, petra):
    """DataCash's list of documents has totals only: what it leaves out is not spread over the others."""
    takings.day(
        takings.register(cast.shop),
        ago(1),
        sales=1,
        cents=1_000,
        payments={"Bar": 1_000},
        rates={("NORMAL", 2000): 1_000},
    )
    takings.day(takings.register(cast.sibling, italian=True), ago(1), sales=1, cents=450)
    takings.write()

    html = read(petra, page_of(cast.maker)).replace("\u00a0", " ")

    assert "€ 4.50 of the takings came without payment methods." in html
    assert "€ 4.50 of the takings came without VAT rates." in html
    assert "came without" not in read(petra, page_of(cast.shop))
