"""What the stage can do to registers and receipts, and that the truth follows."""

from __future__ import annotations

from datetime import date

import pytest

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.kassandro.stage import Stage

DAY = {"dateFrom": "2026-09-09", "dateTo": "2026-09-10"}


def cents(found):
    return {each["receiptNumber"]: round(each["total"] * 100) for each in found}


def truth(shop, day="2026-09-09"):
    return {each["number"]: each["total"] for each in shop.stage.books(shop.register, day)}


def test_totals_are_the_sums_of_the_books(shop):
    totals = shop.stage.totals(shop.register, "2026-08-03", "2026-09-10")
    assert len(totals) == 39
    for day, sums in totals.items():
        receipts = shop.stage.books(shop.register, day)
        assert sums["receipts"] == len(receipts)
        assert sums["turnover"] == sum(r["total"] for r in receipts if r["kind"] in ("standard", "storno"))
        for kind, of_kind in sums["kinds"].items():
            assert of_kind["gross"] == sum(r["total"] for r in receipts if r["kind"] == kind)
            for part in ("rates", "articles"):
                assert sum(each["gross"] for each in of_kind[part].values()) == of_kind["gross"]
            assert sum(of_kind["payments"].values()) == of_kind["gross"]


def test_an_added_receipt_takes_the_next_number_and_moves_no_other(shop):
    before = shop.all("2026-08-03", "2026-09-11")
    added = shop.stage.add_receipt(shop.register, 990, rate=10)
    after = shop.all("2026-08-03", "2026-09-11")
    assert after[: len(before)] == before
    assert [(each["receiptNumber"], each["total"]) for each in after[len(before) :]] == [(added["number"], 9.9)]
    shop.later(days=1)
    numbers = [each["receiptNumber"] for each in shop.all("2026-08-03", "2026-09-12")]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("moment", ["2026-09-01T10:00:00", "1970-01-01T12:00:00", "2031-01-01T00:00:00"])
def test_a_receipt_can_be_dated_otherwise(shop, moment):
    added = shop.stage.add_receipt(shop.register, 500, date=moment)
    day = moment[:10]
    assert added["date"] == moment
    assert added["number"] in [each["receiptNumber"] for each in shop.all(day, f"{day}T23:59:59")]
    assert added["number"] in [each["number"] for each in shop.stage.books(shop.register, day)]
    everything = {"dateFrom": "1960-01-01", "dateTo": "2050-01-01"}
    assert shop.get("/receipts/count", **everything)["count"] == len(shop.all("1960-01-01", "2050-01-01"))
    assert shop.get(f"/receipts/{added['number']}")["total"] == 5


def test_a_changed_receipt_keeps_its_number_and_its_signature(shop):
    before = shop.get("/receipts", **DAY)[5]
    shop.stage.change_receipt(shop.register, before["receiptNumber"], 4_200, rate=20)
    after = shop.get("/receipts", **DAY)[5]
    assert (after["receiptNumber"], after["total"], after["date"]) == (before["receiptNumber"], 42, before["date"])
    assert after["signature"] == before["signature"]
    assert cents(shop.get("/receipts", **DAY)) == truth(shop)
    shop.stage.change_receipt(shop.register, before["receiptNumber"], kind="training", jws="a.b.c")
    assert shop.stage.books(shop.register, "2026-09-09")[5]["kind"] == "training"


def test_a_removed_receipt_is_gone_everywhere(shop):
    number = shop.get("/receipts", **DAY)[5]["receiptNumber"]
    before = shop.get("/receipts/count", **DAY)["count"]
    shop.stage.remove_receipt(shop.register, number)
    assert number not in cents(shop.get("/receipts", **DAY))
    assert shop.get("/receipts/count", **DAY)["count"] == before - 1
    assert shop.call("GET", f"/receipts/{number}").status_code == 404
    assert cents(shop.get("/receipts", **DAY)) == truth(shop)
    assert shop.get(f"/receipts/{number + 1}")["receiptNumber"] == number + 1


def test_late_days_arrive_so_many_days_later(shop):
    before = shop.get("/receipts", **DAY)
    shop.stage.deliver_late(shop.register, "2026-09-08", "2026-09-09", days=3)
    assert shop.get("/receipts", **DAY) == []
    assert shop.get("/receipts/count", **DAY) == {"count": 0}
    assert shop.stage.books(shop.register, "2026-09-09") == []
    assert len(shop.stage.books(shop.register, "2026-09-09", whole=True)) == len(before)
    shop.later(days=2)
    assert shop.get("/receipts", **DAY) == before


def test_one_receipt_can_be_delayed(shop):
    number = shop.get("/receipts", **DAY)[5]["receiptNumber"]
    shop.stage.delay_receipt(shop.register, number, shop.clock.now + 60)
    assert number not in cents(shop.get("/receipts", **DAY))
    shop.clock.now += 60
    assert number in cents(shop.get("/receipts", **DAY))


def test_a_register_moves_to_another_shop_and_its_books_stay(shop):
    before = shop.get("/receipts", **DAY)
    shop.stage.edit_register(shop.register, name="Filiale Graz")
    assert shop.get("/cashregisters")[0]["name"] == "Filiale Graz"
    assert shop.get("/receipts", **DAY) == before


def test_closing_a_register_today_leaves_the_past_and_ends_with_a_closing_receipt(shop):
    before = shop.all("2026-08-03", "2026-09-11")
    shop.stage.edit_register(shop.register, closed_on="2026-09-10")
    assert shop.all("2026-08-03", "2026-09-11") == before
    shop.later(days=2)
    found = shop.all("2026-08-03", "2026-09-30")
    assert (found[-1]["type"], found[-1]["date"][:10]) == ("closing", "2026-09-10")
    assert shop.get("/cashregisters")[0]["active"] is False


def test_edits_of_one_register_leave_the_other_alone(shop):
    other = shop.stage.make_register(shop.account, "Kassa 2", opened_on="2026-08-03", seed="KAS-00001")["id"]
    assert shop.stage.totals(other, "2026-09-01", "2026-09-09").keys()
    before = shop.all("2026-09-01", "2026-09-10", cashRegisterId=other)
    shop.stage.add_receipt(shop.register, date="2026-09-05T10:00:00")
    shop.stage.remove_receipt(shop.register, before[3]["receiptNumber"])
    assert shop.all("2026-09-01", "2026-09-10", cashRegisterId=other) == before


def test_registers_with_one_seed_sell_the_same(shop):
    other = shop.stage.make_register(shop.account, "Zwilling", opened_on="2026-08-03", seed="KAS-00001")["id"]
    one, two = (
        [(each["number"], each["total"]) for each in shop.stage.books(register, "2026-09-09")]
        for register in (shop.register, other)
    )
    assert one == two


@pytest.mark.parametrize(
    "making",
    [
        lambda stage: stage.make_register(99, "Niemand"),
        lambda stage: stage.make_register(1, "Falsch", profile="castle"),
        lambda stage: stage.make_register(1, "Falsch", "KAS_1"),
        lambda stage: stage.make_register(1, "Falsch", opened_on="gestern"),
        lambda stage: stage.make_register(1, "Falsch", color="red"),
        lambda stage: stage.add_receipt(1, kind="gift"),
        lambda stage: stage.add_receipt(1, items=[{"name": "x", "unitPrice": 1, "taxRate": 20}], payments=[]),
        lambda stage: stage.remove_receipt(1, 999_999),
        lambda stage: stage.change_receipt(1, 0, 100),
        lambda stage: stage.batch([{"make": "castle"}]),
    ],
)
def test_a_stage_that_makes_no_sense_is_refused(shop, making):
    with pytest.raises((ValueError, KeyError, TypeError)):
        making(shop.stage)
    assert shop.stage.registers() == [shop.stage.register(shop.register)]


def test_a_batch_makes_many_things_or_none(shop):
    made = shop.stage.batch(
        [{"make": "account", "name": "Zwei", "id": 2}]
        + [{"make": "register", "account_id": 2, "name": f"Kassa {n}", "opened_on": "2026-01-01"} for n in range(50)]
        + [{"make": "api_key", "account_id": 2, "key": "geheim"}]
    )
    assert len(made) == 52
    assert len(shop.stage.registers(2)) == 50
    with pytest.raises(ValueError, match="Item 1"):
        shop.stage.batch([{"make": "account", "name": "Halb"}, {"make": "castle"}])
    assert len(shop.stage.registers()) == 51


def test_two_processes_share_the_file_and_see_the_same_books(tmp_path, shop):
    first, second = (Sandbox(tmp_path / "s.sqlite3", clock=shop.clock) for _ in range(2))
    account = first.kassandro.make_account("Geteilt")["id"]
    register = first.kassandro.make_register(account, "Kassa", opened_on=date(2026, 9, 1))["id"]
    first.kassandro.prepare(register)
    assert second.kassandro.books(register, "2026-09-09") == first.kassandro.books(register, "2026-09-09")
    second.kassandro.add_receipt(register, 777)
    assert first.kassandro.books(register, "2026-09-10")[-1]["total"] == 777
    assert first.kassandro.dep7(register) == second.kassandro.dep7(register)
    first.close()
    second.close()


def test_a_reset_empties_the_room(shop):
    shop.sandbox.reset()
    assert shop.stage.registers() == []
    assert isinstance(shop.sandbox.kassandro, Stage)
