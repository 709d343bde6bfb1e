"""Sums as plain data, checked against an addition of their own."""

from __future__ import annotations

import pytest

SIGNS = {"V": 1, "A": -1, "R": -1}
START, END = "2026-10-20", "2026-11-24"


def test_every_day_of_the_span_is_there_and_adds_up(merchant):
    sums = merchant.stage.totals(merchant.vat_number, START, END)
    documents = merchant.stage.documents(merchant.vat_number, START, END)

    assert len(sums) == 36
    assert "V" not in sums["2026-11-22"]["documents"]
    assert sum(day["net"] for day in sums.values()) == sum(SIGNS[doc["kind"]] * doc["total"] for doc in documents) > 0
    for day in sums.values():
        assert sum(day["payments"].values()) + day["allowances"] == day["net"]
        assert sum(day["vat"].values()) == day["net"]
        assert sum(item["cents"] for item in day["items"].values()) == day["net"]
        assert sum(SIGNS[kind] * values["cents"] for kind, values in day["documents"].items()) == day["net"]
        assert day["collected"] == sum(day["payments"].get(way, 0) for way in ("PC", "PE", "TR"))


def test_devices_add_up_to_the_partita_iva(merchant):
    totals = merchant.stage.totals
    whole = totals(merchant.vat_number, START, END)
    parts = [totals(merchant.vat_number, START, END, device=device) for device in ("banco", "negozio")]
    assert all(whole[day]["net"] == sum(part[day]["net"] for part in parts) for day in whole)


def test_a_device_that_moves_takes_only_later_days_with_it(merchant):
    merchant.stage.move_device("banco", "stazione", "2026-11-10")
    shop = merchant.stage.totals(merchant.vat_number, START, END, shop="stazione")
    alone = merchant.stage.totals(merchant.vat_number, START, END, device="negozio")
    whole = merchant.stage.totals(merchant.vat_number, START, END)
    assert shop["2026-11-09"] == alone["2026-11-09"]
    assert shop["2026-11-10"]["net"] == whole["2026-11-10"]["net"] > alone["2026-11-10"]["net"]


def test_as_of_a_moment_only_what_the_cloud_knew_then(merchant):
    noon, ever = merchant.stage.books("banco", "2026-11-25"), merchant.stage.books("banco", "2026-11-25", float("inf"))
    assert 0 < len(noon) < len(ever)
    assert all(doc["at"] <= merchant.clock.now for doc in noon)
    merchant.goes_to("2026-11-26 09:00")
    assert merchant.stage.books("banco", "2026-11-25") == ever


def test_ax_and_rx_are_in_no_sum_but_their_own(merchant):
    before = merchant.stage.totals(merchant.vat_number, START, END)
    merchant.stage.set_rule("rare_kinds", "on")
    after = merchant.stage.totals(merchant.vat_number, START, END)
    rare = [day["documents"].get("AX", {"cents": 0})["cents"] for day in after.values()]
    returned = [day["documents"].get("RX", {"cents": 0})["cents"] for day in after.values()]
    assert sum(rare) + sum(returned) > 0
    assert sum(day["net"] for day in after.values()) == sum(day["net"] for day in before.values()) + sum(
        rare + returned
    )


def test_gifts_are_neither_turnover_nor_sold(merchant):
    given = [doc for doc in merchant.stage.documents(merchant.vat_number, START, END) if doc["lines"][-1]["gift"]]
    assert given
    assert all(doc["total"] == sum(line["total"] for line in doc["lines"][:-1]) for doc in given)


def test_a_receipt_put_there_by_hand_counts_with_all_its_lines_and_payments(merchant):
    before = merchant.stage.totals(merchant.vat_number, "2026-11-22", "2026-11-22")["2026-11-22"]
    merchant.stage.make_document(
        merchant.vat_number,
        merchant.clock.now - 3 * 86_400,
        device="banco",
        lines=[
            {"description": "Pane", "rate": "4", "price": 480, "quantity": 25},
            {"description": "Vaso", "rate": "22", "price": 1000, "discount": 100},
            {"description": "Penna", "rate": "22", "price": 100, "gift": True},
        ],
        payments=[("PE", 1000)],
    )
    after = merchant.stage.totals(merchant.vat_number, "2026-11-22", "2026-11-22")["2026-11-22"]
    assert after["net"] - before["net"] == 1020
    assert after["allowances"] - before["allowances"] == 20
    assert after["vat"]["4"] - before["vat"].get("4", 0) == 120
    assert after["items"]["Pane"] == {"quantity": 25, "cents": 120}
    assert "Penna" not in after["items"]
    with pytest.raises(ValueError, match="More is paid"):
        merchant.stage.make_document(merchant.vat_number, total=5, payments=[("PC", 6)])


@pytest.mark.parametrize("device", ["nowhere", ""])
def test_a_device_that_does_not_exist_is_an_error(merchant, device):
    with pytest.raises(KeyError):
        merchant.stage.books(device, "2026-11-20")
