"""Scripted trouble, as the room of Kassandro shows it."""

from __future__ import annotations

import pytest
import requests

DAY = {"dateFrom": "2026-09-09", "dateTo": "2026-09-10"}


def page(shop, offset, **options):
    return shop.get("/receipts", **DAY, limit=10, offset=offset, **options)


def test_receipts_arrive_between_two_pages(shop):
    before = shop.get("/receipts/count", **DAY)["count"]
    shop.sandbox.faults.add("receipts_arrive", register=shop.register, count=2, date="2026-09-09T04:00:00")
    first, second = page(shop, 0), page(shop, 10)
    assert first[-2:] == second[:2]
    assert shop.get("/receipts/count", **DAY)["count"] == before + 2
    (effect,) = shop.sandbox.ledger.effects("receipt arrived")
    assert effect.count("receipt arrived") == 2


def test_a_receipt_is_removed_between_two_pages(shop):
    numbers = [each["receiptNumber"] for each in shop.get("/receipts", **DAY)]
    shop.sandbox.faults.add("receipt_removed", register=shop.register, number=numbers[3])
    found = page(shop, 0) + page(shop, 10)
    assert [each["receiptNumber"] for each in found] == [*numbers[:10], *numbers[11:21]]


def test_a_fault_can_wait_for_a_certain_page(shop):
    shop.sandbox.faults.add("status", path="/receipts$", query="offset=20")
    assert [len(page(shop, offset)) for offset in (0, 10)] == [10, 10]
    params = {**DAY, "limit": 10, "offset": 20}
    assert shop.call("GET", "/receipts", params=params).status_code == 503
    assert shop.call("GET", "/receipts", params=params).status_code == 200


def test_a_fault_can_meet_one_credential_only(shop):
    other = shop.stage.make_account("Andere")["id"]
    shop.stage.make_register(other, "Kassa", opened_on="2026-09-01")
    theirs = shop.stage.make_api_key(other, "other")
    token = shop.session.post("http://sandbox.test/kassandro/api/token/account", json={"apiKey": theirs}).json()[
        "token"
    ]
    shop.sandbox.faults.add("unauthorized", credential=":other$")
    assert shop.call("GET", "/receipts/count", params=DAY).status_code == 200
    headers = {"kassandra-token": token}
    assert shop.session.get("http://sandbox.test/kassandro/api/articles", headers=headers).status_code == 401


def test_half_a_list_is_whole_json(shop):
    whole = shop.get("/receipts", **DAY)
    shop.sandbox.faults.add("half_list", times=2)
    assert shop.get("/receipts", **DAY) == whole[: len(whole) // 2]
    shop.stage.set_rule("envelope", "receipts")
    assert shop.get("/receipts", **DAY) == {"receipts": whole[: len(whole) // 2]}


def test_half_a_page_is_no_json(shop):
    shop.token()
    shop.sandbox.faults.add("half_body")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        page(shop, 0)


def test_html_comes_under_200(shop):
    shop.token()
    shop.sandbox.faults.add("html")
    answer = shop.call("GET", "/receipts", params=DAY)
    assert (answer.status_code, answer.text[:15]) == (200, "<!doctype html>")


def test_calls_are_limited_and_slow(shop):
    shop.token()
    shop.sandbox.faults.add("rate_limit", limit=2, window=60, retry_after="auto")
    shop.sandbox.faults.add("slow", seconds=3, path="/receipts$")
    before = shop.clock.now
    assert [shop.call("GET", "/receipts", params=DAY).status_code for _ in range(3)] == [200, 200, 429]
    assert shop.clock.now == before + 3


def test_fields_of_bare_lists_go_missing(shop):
    shop.sandbox.faults.add("missing_field", field="total", path="/receipts$", item=2)
    assert ["total" in each for each in page(shop, 0)] == [True, True, False, *[True] * 7]
    shop.sandbox.faults.add("wrong_type", field="count", value="many", path="/count$")
    assert shop.get("/receipts/count", **DAY) == {"count": "many"}


def test_tokens_can_be_short_lived(shop):
    shop.sandbox.faults.add("token_life", path="/token/", seconds=2)
    shop.token()
    shop.clock.now += 2
    assert shop.call("GET", "/articles").status_code == 401


@pytest.mark.parametrize("options", [{"query": "("}, {"credential": "["}, {"color": "red"}])
def test_a_fault_that_makes_no_sense_is_refused(shop, options):
    with pytest.raises(ValueError, match=r"\w"):
        shop.sandbox.faults.add("status", **options)
