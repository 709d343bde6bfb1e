"""POST /receipts: a signed document, numbered and chained among those that the register makes by itself."""

from __future__ import annotations

import pytest

from tests.fiscal.sandbox.kassandro.test_rksv import verified


def body(**changes):
    made = {
        "items": [
            {"articleId": 100001, "name": "Semmel", "quantity": 3, "unitPrice": 0.45, "taxRate": 4.9},
            {"name": "Käse", "quantity": 0.125, "unitPrice": "19.90", "taxRate": 10},
        ],
        "payments": [{"methodId": 10, "amount": 3.84}],
        "user": "Anna Huber",
    }
    return {**made, **changes}


def test_a_receipt_is_signed_and_stands_in_the_chain(shop):
    before = shop.all("2026-08-03", "2026-09-11")
    answer = shop.call("POST", "/receipts", register=shop.register, json=body())
    made = answer.json()

    assert answer.status_code == 201
    assert (made["receiptNumber"], made["total"], made["date"]) == (len(before) + 1, 3.84, "2026-09-10T17:00:00+02:00")
    assert made["taxes"][0] == {"rate": 10, "gross": 2.49, "net": 2.26, "tax": 0.23}
    assert shop.get(f"/receipts/{made['receiptNumber']}") == made
    assert shop.sandbox.ledger.effects("receipt") == [f"receipt created 1/{made['receiptNumber']}"]

    shop.clock.now += 3 * 3600
    assert shop.all("2026-08-03", "2026-09-11")[len(before)] == made
    assert verified(shop.stage, shop.register) == len(shop.all("2026-08-03", "2026-09-11"))


def test_a_second_post_makes_a_second_receipt(shop):
    first, second = (shop.call("POST", "/receipts", register=shop.register, json=body()).json() for _ in range(2))
    assert second["receiptNumber"] == first["receiptNumber"] + 1


def test_a_training_receipt_leaves_the_counter_alone(shop):
    made = shop.call("POST", "/receipts", register=shop.register, json=body(type="training")).json()
    assert "_VFJB_" in made["signature"]["qr"]
    verified(shop.stage, shop.register)


def test_an_account_token_makes_no_receipts(shop):
    assert shop.call("POST", "/receipts", json=body()).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"items": []},
        {"items": None},
        {"items": ["Semmel"]},
        {"items": [{"name": "x", "unitPrice": "eins", "taxRate": 20}]},
        {"items": [{"name": "x", "unitPrice": 1.005, "taxRate": 20}]},
        {"items": [{"name": "x", "unitPrice": 1, "taxRate": 21}]},
        {"payments": []},
        {"payments": [{"methodId": 10, "amount": 1}]},
        {"payments": [{"methodId": 99, "amount": 3.84}]},
        {"payments": [{"amount": 3.84}]},
        {"type": "year"},
    ],
)
def test_a_body_that_does_not_fit_is_refused_and_nothing_is_signed(shop, changes):
    answer = shop.call("POST", "/receipts", register=shop.register, json=body(**changes))
    assert answer.status_code == 422
    assert shop.sandbox.ledger.effects("receipt") == []


def test_a_closed_register_makes_no_receipts(shop):
    shop.stage.edit_register(shop.register, closed_on="2026-09-10")
    shop.later(days=1)
    assert shop.call("POST", "/receipts", register=shop.register, json=body()).status_code == 403


def test_a_new_receipt_may_show_later(shop):
    shop.sandbox.faults.add("delayed_visibility", path="/receipts$", seconds=45)
    number = shop.call("POST", "/receipts", register=shop.register, json=body()).json()["receiptNumber"]
    assert shop.call("GET", f"/receipts/{number}").status_code == 404
    shop.clock.now += 45
    assert shop.call("GET", f"/receipts/{number}").status_code == 200
