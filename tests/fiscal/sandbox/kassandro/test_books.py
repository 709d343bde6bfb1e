"""The book of a day is a pure function of the register's facts and the day, and holds what real shops do."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fiscal.sandbox.kassandro.book import COLLECTIVE, STANDARD, STORNO, TRAINING, book, net_of
from fiscal.sandbox.kassandro.days import days_between, local_day
from fiscal.sandbox.kassandro.trade import PROFILES, Trade, numbering, plan

ROOT = Path(__file__).resolve().parents[4]
YEAR = days_between(date(2025, 12, 1), date(2026, 12, 31))


def trade(profile="bakery", **facts):
    return Trade(**{"seed": "KAS-1", "profile": profile, "opened_on": date(2025, 12, 1), **facts})


def of_kind(kind, **facts):
    return [each for day in YEAR for each in book(trade(**facts), day) if each.kind == kind]


def test_another_process_writes_the_same_book():
    program = (
        "from datetime import date; from fiscal.sandbox.kassandro.book import book;"
        "from fiscal.sandbox.kassandro.trade import Trade;"
        "print(book(Trade('KAS-1', 'bakery', date(2025, 12, 1)), date(2026, 3, 3)))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == str(book(trade(), date(2026, 3, 3)))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_plan_of_a_day_counts_what_its_book_holds(profile):
    sold = trade(profile, closed=((date(2026, 2, 1), date(2026, 2, 14)),), closed_on=date(2026, 11, 30))
    for day in YEAR:
        receipts = book(sold, day)
        assert plan(sold, day).size == len(receipts) == numbering(sold).count(day)
        assert [each.at for each in receipts] == sorted(each.at for each in receipts)
        assert all(0 <= each.at < local_day(day).length for each in receipts)
        assert all(sum(cents for _, cents in each.payments) == each.total for each in receipts)


def test_a_usual_day_has_ten_to_eighty_receipts_and_a_busy_one_thousands():
    for profile in PROFILES:
        sizes = [len(book(trade(profile), day)) for day in YEAR]
        assert 10 <= sorted(sizes)[len(sizes) // 2] <= 80
    assert len(book(trade(daily=4_000), date(2026, 3, 3))) > 2_000


def test_every_kind_of_receipt_occurs_in_a_year():
    kinds = Counter(each.kind for day in YEAR for each in book(trade(closed_on=date(2026, 12, 31)), day))
    assert set(kinds) == {
        "standard", "storno", "training", "cash-out", "voucher sale", "start", "null", "month", "year", "closing",
        "collective",
    }  # fmt: skip
    assert (kinds["start"], kinds["year"], kinds["closing"], kinds["month"]) == (1, 2, 1, 11)


def test_the_first_receipt_is_the_start_receipt_and_the_last_the_closing_one():
    sold = trade(closed_on=date(2026, 5, 20))
    assert book(sold, date(2025, 12, 1))[0].kind == "start"
    assert book(sold, date(2026, 5, 20))[-1].kind == "closing"
    assert book(sold, date(2026, 5, 21)) == ()
    assert book(sold, date(2025, 11, 30)) == ()


def test_a_month_without_activity_has_no_month_receipt():
    sold = trade(closed=((date(2026, 2, 1), date(2026, 2, 28)),))
    assert book(sold, date(2026, 2, 28)) == ()
    assert book(sold, date(2026, 3, 31))[-1].kind == "month"


def test_training_has_amounts_and_a_storno_mirrors_an_earlier_sale_of_its_day():
    assert all(each.total > 0 for each in of_kind(TRAINING))
    for day in YEAR[:60]:
        receipts = book(trade(), day)
        sales = [each.total for each in receipts if each.kind == STANDARD]
        assert all(-each.total in sales for each in receipts if each.kind == STORNO)


def test_vouchers_discounts_and_withdrawals_occur():
    lines = [line for each in of_kind(STANDARD) for line in each.lines]
    single = [line.total for line in lines if line.article.name.startswith("Gutschein")]
    assert min(single) < 0 < max(single)
    assert any(line.article.name == "Rabatt" and line.total < 0 for line in lines)
    assert {each.lines[0].rate for each in of_kind("voucher sale")} == {0}
    assert all(each.total < 0 for each in of_kind("cash-out"))
    assert any(slot == 3 for each in of_kind(STANDARD) for slot, _ in each.payments)
    assert any(len(each.gross_by_rate()) > 2 for each in of_kind(STANDARD))


@pytest.mark.parametrize(
    ("day", "region", "rates"),
    [
        (date(2026, 6, 30), "AT", {200, 100}),
        (date(2026, 7, 1), "AT", {200, 100, 49}),
        (date(2026, 6, 30), "border", {190, 100}),
        (date(2026, 7, 1), "border", {190, 100, 49}),
    ],
)
def test_rates_depend_on_date_and_region(day, region, rates):
    sold = book(trade(region=region, daily=400), day)
    assert {line.rate for each in sold for line in each.lines if each.kind == STANDARD} == rates


def test_half_past_two_comes_twice_in_autumn_and_not_at_all_in_spring():
    autumn, spring = date(2026, 10, 25), date(2026, 3, 29)
    times = [local_day(autumn).local(each.at) for each in book(trade("restaurant"), autumn)]
    assert times.count("2026-10-25T02:30:00") == 2
    assert [local_day(spring).local(each.at)[11:16] for each in book(trade("restaurant"), spring)][:2] == [
        "01:30",
        "03:30",
    ]
    assert (local_day(autumn).length, local_day(spring).length) == (25 * 3600, 23 * 3600)


def test_after_a_failed_unit_a_signed_zero_receipt_comes_first():
    failures = 0
    for day in YEAR:
        receipts = book(trade(), day)
        for number, each in enumerate(receipts):
            if each.failed and (number + 1 == len(receipts) or not receipts[number + 1].failed):
                assert receipts[number + 1].kind == COLLECTIVE
                assert not receipts[number + 1].failed
                failures += 1
    assert failures > 3


def test_a_failure_that_is_scripted_lasts_over_days_and_ends_with_one_collective_receipt():
    sold = trade(failures=((date(2026, 3, 3), 12 * 3600, date(2026, 3, 5), 9 * 3600),))
    receipts = [each for day in days_between(date(2026, 3, 3), date(2026, 3, 5)) for each in book(sold, day)]
    failed = [number for number, each in enumerate(receipts) if each.failed]
    assert failed == list(range(failed[0], failed[-1] + 1))
    assert receipts[failed[-1] + 1].kind == COLLECTIVE
    assert [each.kind for each in receipts].count(COLLECTIVE) == 1
    assert not any(each.failed for each in book(sold, date(2026, 3, 6)))


def test_a_failure_that_ends_on_a_closed_day_is_noticed_when_the_shop_opens():
    sold = trade("shop", failures=((date(2026, 3, 7), 12 * 3600, date(2026, 3, 8), 9 * 3600),))
    assert book(sold, date(2026, 3, 8)) == ()
    assert book(sold, date(2026, 3, 9))[0].kind == COLLECTIVE
    assert not any(each.kind == COLLECTIVE for each in book(sold, date(2026, 3, 10)))


def test_two_registers_sell_differently():
    assert book(trade(), date(2026, 3, 3)) != book(replace(trade(), seed="KAS-2"), date(2026, 3, 3))


@pytest.mark.parametrize(
    ("gross", "rate", "net"), [(1200, 200, 1000), (-1200, 200, -1000), (105, 49, 100), (1, 200, 1)]
)
def test_net_amounts_are_rounded_like_their_mirror(gross, rate, net):
    assert net_of(gross, rate) == net
    assert net_of(-gross, rate) == -net
