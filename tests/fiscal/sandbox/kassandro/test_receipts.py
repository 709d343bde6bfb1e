"""Reading receipts: windows, pages, the count, one receipt."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

DAY = {"dateFrom": "2026-09-09", "dateTo": "2026-09-10"}


def test_a_day_is_what_its_book_says(shop):
    found, truth = shop.get("/receipts", **DAY), shop.stage.books(shop.register, "2026-09-09")
    assert len(found) > 20
    assert [each["receiptNumber"] for each in found] == [each["number"] for each in truth]
    assert [each["date"] for each in found] == [f"{each['date']}{each['zone']}" for each in truth]
    assert [round(each["total"] * 100) for each in found] == [each["total"] for each in truth]


def test_sums_of_items_taxes_and_payments_agree_with_the_total_of_every_receipt(shop):
    shop.stage.set_rule("amounts", "string")
    for each in shop.all("2026-08-03", "2026-09-10"):
        total = Decimal(each["total"])
        assert sum(Decimal(item["total"]) for item in each["items"]) == total
        assert sum(Decimal(tax["gross"]) for tax in each["taxes"]) == total
        assert sum(Decimal(paid["amount"]) for paid in each["payments"]) == total
        assert all(Decimal(tax["gross"]) == Decimal(tax["net"]) + Decimal(tax["tax"]) for tax in each["taxes"])


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_pages_of_any_size_give_every_receipt_once(shop, limit):
    shop.stage.make_register(shop.account, "Stand", profile="market", opened_on="2026-09-01")
    first, last = ("2026-09-09", "2026-09-10") if limit == 1 else ("2026-08-20", "2026-09-10")
    found = shop.all(first, last, limit=limit)
    keys = [(each["cashRegisterId"], each["receiptNumber"]) for each in found]
    assert len(set(keys)) == len(keys) == shop.get("/receipts/count", dateFrom=first, dateTo=last)["count"]


def test_the_count_is_right_for_any_window(shop):
    shop.stage.make_register(shop.account, "Stand", profile="market", opened_on="2026-08-20")
    everything = shop.all("2026-08-01", "2026-09-30")
    for first, last in [
        ("2026-08-01", "2026-09-30"),
        ("2026-08-19T10:00:00", "2026-08-19T11:00:00"),
        ("2026-08-19T10:00:00", "2026-08-21T09:30:00"),
        ("2026-09-10T12:00:00", "2026-09-10T18:00:00"),
        ("1970-01-01", "1999-01-01"),
        ("2026-09-11", "2099-01-01"),
    ]:
        expected = [each for each in everything if first <= each["date"][:19] <= last]
        assert shop.get("/receipts/count", dateFrom=first, dateTo=last)["count"] == len(expected)
        assert len(shop.all(first, last)) == len(expected)


def test_today_grows_with_the_clock_and_the_past_stays(shop):
    window = {"dateFrom": "2026-09-09", "dateTo": "2026-09-11"}
    before = shop.get("/receipts", **window)
    shop.clock.now += 3600
    after = shop.get("/receipts", **window)
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert after[-1]["date"] <= "2026-09-10T18:00:00"


def test_a_closed_monday_has_no_receipts(shop):
    stand = shop.stage.make_register(shop.account, "Stand", profile="market", opened_on="2026-08-20")["id"]
    mondays = [date(2026, 8, 24) + timedelta(weeks=week) for week in range(3)]
    assert [len(shop.stage.books(stand, day)) for day in mondays if day != date(2026, 8, 31)] == [0, 0]
    assert [each["kind"] for each in shop.stage.books(stand, "2026-08-31")] == ["month"]
    assert len(shop.stage.books(stand, "2026-09-08")) > 5


def test_one_receipt_is_found_by_its_number(shop):
    wanted = shop.get("/receipts", **DAY)[3]
    assert shop.get(f"/receipts/{wanted['receiptNumber']}") == wanted
    for path in ("/receipts/999999", "/receipts/0", "/receipts/abc", "/receipts/1%2F2"):
        assert shop.call("GET", path).status_code == 404


def test_a_number_of_two_registers_is_ambiguous_under_an_account_token(shop):
    other = shop.stage.make_register(shop.account, "Kassa 2", profile="shop", opened_on="2026-08-03")["id"]
    assert shop.get("/receipts/5")["cashRegisterId"] == shop.register
    assert shop.get("/receipts/5", register=other)["cashRegisterId"] == other
    shop.stage.set_rule("twice", "conflict")
    assert shop.call("GET", "/receipts/5").status_code == 409


def test_items_can_be_left_out(shop):
    found = shop.get("/receipts", **DAY, withItems="false")
    assert all("items" not in each and each["payments"] is not None for each in found)
    assert all("items" in each for each in shop.get("/receipts", **DAY, withItems="true"))


def test_one_register_of_an_account_can_be_chosen(shop):
    other = shop.stage.make_register(shop.account, "Kassa 2", profile="shop", opened_on="2026-08-03")["id"]
    assert {each["cashRegisterId"] for each in shop.get("/receipts", **DAY)} == {shop.register, other}
    assert {each["cashRegisterId"] for each in shop.get("/receipts", **DAY, cashRegisterId=other)} == {other}
    assert shop.call("GET", "/receipts", params={**DAY, "cashRegisterId": 77}).status_code == 404


@pytest.mark.parametrize("path", ["/receipts", "/receipts/count"])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"dateFrom": "2026-09-09"},
        {"dateTo": "2026-09-09"},
        {"dateFrom": "yesterday", "dateTo": "2026-09-09"},
        {"dateFrom": "2026-09-10", "dateTo": "2026-09-09"},
        {**DAY, "cashRegisterId": "one"},
    ],
)
def test_a_mandatory_parameter_that_is_missing_or_wrong_is_refused(shop, path, params):
    assert shop.call("GET", path, params=params).status_code == 400


@pytest.mark.parametrize("params", [{"limit": "-1"}, {"offset": "x"}, {"withItems": "maybe"}, {"limit": "1001"}])
def test_a_wrong_paging_parameter_is_refused(shop, params):
    assert shop.call("GET", "/receipts", params={**DAY, **params}).status_code == 400


def test_articles_come_in_groups_and_some_names_are_nasty(shop):
    groups = shop.get("/articles")
    names = {article["name"] for group in groups for article in group["articles"]}
    assert {"=1+1 Salzstangerl gratis", 'Kornspitz "extra groß"', "Wertgutschein"} <= names
    assert {"id", "number", "name", "price", "taxRate"} == set(groups[0]["articles"][0])


def test_a_large_range_has_tens_of_thousands_of_articles(shop):
    big = shop.stage.make_register(shop.account, "Lager", profile="shop", articles=20_000)["id"]
    assert sum(len(group["articles"]) for group in shop.get("/articles", register=big)) > 20_000


def test_payment_methods_belong_to_registers(shop):
    other = shop.stage.make_register(shop.account, "Kassa 2", profile="shop", opened_on="2026-08-03")["id"]
    account, own = shop.get("/paymentmethods"), shop.get("/paymentmethods", register=other)
    assert [each["id"] for each in account] == [10, 11, 12, 13, 14, 20, 21, 22, 23, 24]
    assert own == account[5:]


def test_there_is_nothing_else(shop):
    assert shop.call("GET", "/statistics").status_code == 404
    assert shop.call("DELETE", "/receipts").status_code == 405
    assert shop.call("GET", "/token/account").status_code == 405
