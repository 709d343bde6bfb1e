"""Each switch changes what the interface does, and nothing else."""

from __future__ import annotations

import pytest

DAY = {"dateFrom": "2026-09-09", "dateTo": "2026-09-10"}


@pytest.mark.parametrize("name", ["items", "data", "receipts"])
def test_lists_can_stand_in_an_envelope(shop, name):
    bare = shop.get("/receipts", **DAY)
    shop.stage.set_rule("envelope", name)
    assert shop.get("/receipts", **DAY) == {name: bare}
    assert isinstance(shop.get("/cashregisters"), list if name == "receipts" else dict)


def test_the_count_has_three_shapes_and_can_be_wrong_for_ever(shop):
    count = shop.get("/receipts/count", **DAY)["count"]
    shop.stage.set_rule("count_shape", "int")
    assert shop.get("/receipts/count", **DAY) == count
    shop.stage.set_rule("count_shape", "total")
    shop.stage.set_rule("count_off", -2)
    assert shop.get("/receipts/count", **DAY) == {"total": count - 2}


def test_date_to_is_inclusive_or_exclusive(shop):
    latest = shop.get("/receipts", **DAY)[-1]
    window = {"dateFrom": "2026-09-09", "dateTo": latest["date"]}
    inclusive = shop.get("/receipts", **window)
    shop.stage.set_rule("date_to", "exclusive")
    assert inclusive[-1] == latest
    assert shop.get("/receipts", **window) == [each for each in inclusive if each["date"] != latest["date"]]


def test_times_are_written_in_three_ways(shop):
    given = shop.get("/receipts", **DAY)[0]["date"]
    shop.stage.set_rule("times", "naive")
    assert shop.get("/receipts", **DAY)[0]["date"] == given.removesuffix("+02:00")
    shop.stage.set_rule("times", "utc")
    assert shop.get("/receipts", **DAY)[0]["date"].endswith("Z")


def test_amounts_can_be_strings(shop):
    number = shop.get("/receipts", **DAY)[-1]
    shop.stage.set_rule("amounts", "string")
    text = shop.get("/receipts", **DAY)[-1]
    assert text["total"] == f"{number['total']:.2f}"
    assert text["items"][0]["unitPrice"] == f"{number['items'][0]['unitPrice']:.2f}"


def test_receipts_come_in_three_orders(shop):
    shop.stage.make_register(shop.account, "Kassa 2", profile="shop", opened_on="2026-08-03")
    oldest = shop.all("2026-09-07", "2026-09-10", limit=30)
    assert oldest == sorted(oldest, key=lambda each: (each["date"], each["cashRegisterId"], each["receiptNumber"]))
    shop.stage.set_rule("sort", "newest")
    assert shop.all("2026-09-07", "2026-09-10", limit=30) == oldest[::-1]
    shop.stage.set_rule("sort", "register")
    by_register = shop.all("2026-09-07", "2026-09-10", limit=30)
    assert by_register == sorted(oldest, key=lambda each: (each["cashRegisterId"], each["receiptNumber"]))


def test_a_limit_too_high_is_refused_or_capped(shop):
    shop.stage.set_rule("highest_limit", 5)
    assert shop.call("GET", "/receipts", params={**DAY, "limit": 6}).status_code == 400
    shop.stage.set_rule("over_limit", "cap")
    assert len(shop.get("/receipts", **DAY, limit=6)) == 5
    assert len(shop.get("/receipts", **DAY)) == 5


def test_offset_can_be_ignored_and_pages_can_be_too_long(shop):
    first = shop.get("/receipts", **DAY, limit=5)
    shop.stage.set_rule("offset", "ignored")
    assert shop.get("/receipts", **DAY, limit=5, offset=5) == first
    shop.stage.set_rule("overfull", 3)
    assert len(shop.get("/receipts", **DAY, limit=5)) == 8


@pytest.mark.parametrize(("form", "start"), [("json", "{"), ("text", "There"), ("html", "<!doctype"), ("empty", "")])
def test_errors_have_four_bodies(shop, form, start):
    shop.stage.set_rule("errors", form)
    answer = shop.call("GET", "/receipts/999999")
    assert answer.status_code == 404
    assert answer.text.startswith(start)
    assert bool(answer.text) == bool(start)


def test_payment_methods_may_not_say_what_they_are(shop):
    assert shop.get("/paymentmethods")[0]["type"] == "cash"
    shop.stage.set_rule("method_types", "empty")
    assert {each["type"] for each in shop.get("/paymentmethods")} == {""}


def test_tokens_can_live_shorter(shop):
    shop.stage.set_rule("token_life", 60)
    shop.token()
    shop.clock.now += 60
    assert shop.call("GET", "/articles").status_code == 401


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gravity", 1),
        ("envelope", "box"),
        ("highest_limit", 0),
        ("overfull", -1),
        ("token_header", "a b"),
        ("token_life", "x"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(shop, name, value):
    with pytest.raises(ValueError, match=r"\w"):
        shop.stage.set_rule(name, value)
